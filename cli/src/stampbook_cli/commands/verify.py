"""`stampbook verify`: recompute every hash of the logs and say which event is not the one that was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from stampbook_cli import exit_codes
from stampbook_cli.answers import answer, refusals, say
from stampbook_cli.commands.options import AsJson

EXAMPLES = """\b
For example:
  stampbook verify
  stampbook verify --service ledger --json
  stampbook verify --service ledger --seals /mnt/elsewhere/ledger.jsonl
"""

Services = Annotated[
    list[str],
    typer.Option("--service", metavar="NAME", help="Only the log of this service; may be given several times."),
]
SealFiles = Annotated[
    list[Path],
    typer.Option(
        "--seals",
        exists=True,
        dir_okay=False,
        readable=True,
        help="Daily seals that were kept elsewhere, one JSON line each; instead of those in the data directory.",
    ),
]


def verify(service: Services = [], seals: SealFiles = [], as_json: AsJson = False) -> None:  # noqa: B006  typer reads them
    """Recompute hashes, running heads and daily seals of the logs from their bytes, and compare with what was kept.

    An altered, missing or moved event is named, and so is the position from which on nothing can be trusted. A log that
    was rewritten as a whole is betrayed by a seal that whoever did it could not reach. Exit code 0 means that every log
    is whole, 1 that something was found, 3 that nothing runs.
    """
    import asyncio
    import os

    from stampbook_cli.auditing.verify import default_files, verify_attached
    from stampbook_cli.embedded.attached import attach
    from stampbook_cli.embedded.data_directory import DataDirectory
    from stampbook_events.subjects import SERVICES
    from stampbook_messaging.clock import SystemClock

    if unknown := [name for name in service if name not in SERVICES]:
        problem = f"{', '.join(unknown)} has no log: those that have are {', '.join(SERVICES)}"
        answer({"ok": False, "error": problem}, as_json=as_json)
        say(f"stampbook: {problem}")
        raise typer.Exit(exit_codes.MISUSED)
    with refusals(as_json=as_json):
        directory = DataDirectory.locate(os.environ)
        attached = attach(directory)
        paths = seals or default_files(directory.seals)
        document = asyncio.run(verify_attached(attached, service or SERVICES, paths, SystemClock()))
    answer(document, as_json=as_json, text=as_text(document))
    if not document["ok"]:
        raise typer.Exit(exit_codes.WRONG)


def as_text(document: dict[str, Any]) -> str:
    lines = ["Every log is whole." if document["ok"] else "Something is not what was recorded."]
    for one in document["services"]:
        counted = f"{one['events']:>9} events {one['seals']:>5} seals, {one['seals_outside']} outside"
        lines.append(
            f"  {'ok  ' if one['ok'] else 'FAIL'}  {one['service']:<12} {counted}, {one['stream']} on the stream"
        )
        if one["stream_not_compared"]:
            lines.append(f"          its event stream was not compared: {one['stream_not_compared']}")
        lines.extend(f"          {finding.get('what', 'wrong')}: {finding['text']}" for finding in one["findings"])
        if one["wrong"] > len(one["findings"]):
            lines.append(f"          and {one['wrong'] - len(one['findings'])} more")
        lines.extend(f"          {_untrusted(each)}" for each in one["untrusted"])
    return "\n".join(lines)


def _untrusted(each: dict[str, Any]) -> str:
    said = f"partition {each['partition']}: from position {each['from_position']} on nothing can be trusted"
    seal = each["confirmed"]
    return (
        f"{said}; seal {seal['seal']} of {seal['day']} in {seal['in']} confirms it up to {seal['position']}"
        if seal
        else said
    )
