"""The command line of Stampbook and its embedded mode."""
