"""A stand-in for Google's wallet service, as strict as the real one about fields, ids, quotas and errors."""
