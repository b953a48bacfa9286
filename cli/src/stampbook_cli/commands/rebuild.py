"""`stampbook rebuild`: build the ledger's tables again from its log, beside the live ones, and put them in their place."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from stampbook_cli import exit_codes
from stampbook_cli.answers import answer, refusals, say
from stampbook_cli.commands.options import AsJson

EXAMPLES = """\b
For example:
  stampbook rebuild
  stampbook rebuild --json
  stampbook rebuild --keep
"""

Service = Annotated[
    Literal["ledger"], typer.Option("--service", help="Whose tables; the ledger's alone are a fold of its own log.")
]
Keep = Annotated[bool, typer.Option("--keep", help="Leave the tables of before in the schema ledger_before.")]


def rebuild(service: Service = "ledger", keep: Keep = False, as_json: AsJson = False) -> None:
    """Build balances, lots, postings and all else that follows from the log again, and switch to it.

    The services may be up: commands wait for less than two seconds, and no read misses anything. One that was killed goes on
    where it stood when it is called again. Exit code 0 when it is done, 1 when it could not be.
    """
    import asyncio
    import os

    from ledger.rebuilding.rebuild import AlreadyRebuilding
    from ledger.rebuilding.switching import Hindered
    from stampbook_cli.embedded.data_directory import DataDirectory
    from stampbook_cli.embedded.database import database
    from stampbook_messaging.logging import configure_logging

    configure_logging(service, "rebuild")
    with refusals(as_json=as_json), database(DataDirectory.locate(os.environ)) as dsn:
        try:
            document = asyncio.run(_rebuild(dsn(_OWNER), dsn(service), keep=keep))
        except (AlreadyRebuilding, Hindered) as hindered:
            text = str(hindered) or "another rebuild is at it"
            answer({"ok": False, "error": text}, as_json=as_json)
            say(f"stampbook: {text}")
            raise typer.Exit(exit_codes.WRONG) from None
    answer(document, as_json=as_json, text=as_text(document))


_OWNER = "stampbook_owner"


async def _rebuild(owner: str, dsn: str, *, keep: bool) -> dict[str, Any]:
    import msgspec

    from ledger.rebuilding import shadow
    from ledger.rebuilding.connecting import connected
    from ledger.rebuilding.rebuild import rebuild as built_again

    async with connected(owner) as db:
        await shadow.furnish(db)
    document: dict[str, Any] = msgspec.to_builtins(await built_again(dsn, keep=keep))
    return {"ok": True, **document}


def as_text(document: dict[str, Any]) -> str:
    differing = document["differing"]
    seconds, waited = document["seconds"], document["workers_waited_seconds"]
    lines = [f"Rebuilt in {seconds:.1f} s from {document['events']} events; commands waited for {waited:.2f} s."]
    if differing is None:
        lines.append("It was killed at the switch: what differed before can no longer be told.")
    else:
        wrong = [f"  {table:<18} {count:>9} rows differed" for table, count in differing.items() if count]
        lines.extend(wrong or ["Every row is what it was."])
    return "\n".join(lines)
