"""The demo platform, set up through the public API like any other."""
