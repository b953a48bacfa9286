"""`stampbook restart`: one process after another, as a deployment would, without a request that fails."""

from typing import Annotated

import typer

from stampbook_cli.answers import answer, refusals, say
from stampbook_cli.commands.options import AsJson

EXAMPLES = """\b
For example:
  stampbook restart
  stampbook restart gateway ledger --json
"""


def restart(
    services: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE…]", help="Only these.")] = None,
    as_json: AsJson = False,
) -> None:
    """Restart the services of a running Stampbook, each process when the one before it is ready again.

    With two processes of each (`up --processes 2`) nobody notices; with one, what needs it is answered 503 meanwhile.
    """
    import os

    from stampbook_cli.embedded.data_directory import DataDirectory
    from stampbook_cli.embedded.rolling import ask_to_restart

    with refusals(as_json=as_json):
        outcome = ask_to_restart(DataDirectory.locate(os.environ), services or [], say)
        count = len(outcome.restarted)
        answer({"ok": True, "restarted": outcome.restarted}, as_json=as_json, text=f"{count} processes were restarted.")
