"""Enrollment's decisions, pure: what they need is handed to them."""
