"""Run the command line by `python -m stampbook_cli`."""

from stampbook_cli.main import app

app(prog_name="stampbook")
