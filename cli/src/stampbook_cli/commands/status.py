"""`stampbook status`: what runs, whether it is well, and where to look."""

from typing import Any

import typer

from stampbook_cli import exit_codes
from stampbook_cli.answers import answer, refusals
from stampbook_cli.commands.options import AsJson

EXAMPLES = """\b
For example:
  stampbook status
  stampbook status --json
"""


def status(as_json: AsJson = False) -> None:
    """Show the services of a running Stampbook, whether each is ready, and the addresses.

    Exit code 0 means that everything is ready, 1 that something is not, 3 that nothing runs.
    """
    import asyncio
    import os

    from stampbook_cli.embedded.data_directory import DataDirectory
    from stampbook_cli.embedded.detached import current_status

    with refusals(as_json=as_json):
        document = asyncio.run(current_status(DataDirectory.locate(os.environ)))
        answer(document, as_json=as_json, text=_as_text(document))
        if not document["ok"]:
            raise typer.Exit(exit_codes.WRONG)


def _as_text(document: dict[str, Any]) -> str:
    rows = [(entry["name"], "ready" if entry["ready"] else "NOT READY", entry) for entry in document["services"]]
    services = [
        f"  {name:<16} {state:<10} pid {entry['pid']}  {entry['detail']}".rstrip() for name, state, entry in rows
    ]
    urls = [f"  {name.replace('_', ' '):<16} {url}" for name, url in document["urls"].items()]
    headline = "Everything is ready." if document["ok"] else document.get("detail", "Something is not ready.")
    return "\n".join([headline, *services, *urls])
