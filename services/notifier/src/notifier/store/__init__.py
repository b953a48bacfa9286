"""The notifier's own tables and the statements on them."""
