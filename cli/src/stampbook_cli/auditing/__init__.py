"""Whether every promise holds, counted from the logs themselves."""
