"""The only door: HTTP API and pages."""
