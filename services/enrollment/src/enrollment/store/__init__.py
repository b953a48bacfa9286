"""Enrollment's tables, and the way to and from them."""
