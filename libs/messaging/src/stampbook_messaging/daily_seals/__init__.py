"""The daily seal over a service's log: made once a day by whoever comes first, and kept where it cannot be rewritten."""
