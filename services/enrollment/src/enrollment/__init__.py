"""Enrollment: the platform's merchants, stores, forms and keys, and who its customers are."""
