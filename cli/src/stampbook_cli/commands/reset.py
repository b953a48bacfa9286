"""`stampbook reset`: begin anew, with an empty database and empty streams."""

from typing import Annotated

import typer

from stampbook_cli import exit_codes
from stampbook_cli.answers import answer, refusals, say
from stampbook_cli.commands.options import AsJson

EXAMPLES = """\b
For example:
  stampbook reset
  stampbook reset --yes --json
  stampbook reset --yes --settings
"""


def reset(
    as_json: AsJson = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    settings: Annotated[bool, typer.Option("--settings", help="Delete ports, keys and set-up token too.")] = False,
) -> None:
    """Delete all data of a stopped Stampbook on this machine. Ports, keys and the set-up token stay unless asked for.

    It refuses while Stampbook runs, and in any folder that the embedded mode has not made itself.
    """
    import os

    from stampbook_cli.embedded.data_directory import DataDirectory

    directory = DataDirectory.locate(os.environ)
    with refusals(as_json=as_json):
        directory.refuse_emptying()
        if not (yes or _agreed(f"Delete all data in {directory.path}?")):
            answer({"ok": False, "error": "not confirmed; --yes does not ask"}, as_json=as_json)
            say("Nothing was deleted. --yes does not ask.")
            raise typer.Exit(exit_codes.MISUSED)
        deleted = directory.empty(with_settings=settings)
        answer(
            {"ok": True, "deleted": deleted}, as_json=as_json, text=f"Deleted in {directory.path}: {', '.join(deleted)}"
        )


def _agreed(question: str) -> bool:
    import sys

    return sys.stdin.isatty() and typer.confirm(question, err=True)
