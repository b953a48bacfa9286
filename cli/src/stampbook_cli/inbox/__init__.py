"""A local mailbox: a real SMTP listener that keeps every message as it came, and a page that shows it."""
