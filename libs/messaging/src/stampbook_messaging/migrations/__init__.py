"""What the first migration of every service has in common."""
