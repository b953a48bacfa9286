"""What a batch changed, as rows in the order of their shapes; each row once, as it is at the end."""
