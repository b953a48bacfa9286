"""Mails that must be delivered: demanded by events, rendered in four languages, handed to an SMTP server."""
