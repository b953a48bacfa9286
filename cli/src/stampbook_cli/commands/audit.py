"""`stampbook audit`: count everything again, from the logs, and say what does not agree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from stampbook_cli import exit_codes
from stampbook_cli.answers import answer, refusals, say
from stampbook_cli.commands.options import AsJson

EXAMPLES = """\b
For example:
  stampbook audit
  stampbook audit --json
  stampbook audit --history till-1.jsonl --history forms.jsonl
"""

Histories = Annotated[
    list[Path],
    typer.Option(
        "--history",
        exists=True,
        dir_okay=False,
        readable=True,
        help="What a client sent and was answered, one JSON line each; may be given several times.",
    ),
]


def audit(history: Histories = [], as_json: AsJson = False) -> None:  # noqa: B006  typer reads it and changes nothing
    """Check logs, hashes, streams, inboxes, balances, deliveries, mails and passes of a running Stampbook.

    With histories of clients also whether each was answered the truth: what was acknowledged has one effect, what was
    refused has none. Exit code 0 means that everything agrees, 1 that something was found, 3 that nothing runs.
    """
    import asyncio
    import os

    from stampbook_cli.auditing.attached import audit_attached
    from stampbook_cli.auditing.history import HistoryBroken, read_histories
    from stampbook_cli.embedded.attached import attach
    from stampbook_cli.embedded.data_directory import DataDirectory

    with refusals(as_json=as_json):
        try:
            histories = read_histories(history)
        except HistoryBroken as broken:
            answer({"ok": False, "error": str(broken)}, as_json=as_json)
            say(f"stampbook: {broken}")
            raise typer.Exit(exit_codes.MISUSED) from None
        attached = attach(DataDirectory.locate(os.environ))
        document = asyncio.run(audit_attached(attached, histories))
    answer(document, as_json=as_json, text=as_text(document))
    if not document["ok"]:
        raise typer.Exit(exit_codes.WRONG)


def as_text(document: dict[str, Any]) -> str:
    lines = []
    for check in document["checks"]:
        lines.append(f"  {'ok  ' if check['ok'] else 'FAIL'}  {check['name']:<44} {check['counted']:>9}")
        lines.extend(f"          {found}" for found in check["found"])
    return "\n".join(["Everything agrees." if document["ok"] else "Something does not agree.", *lines])
