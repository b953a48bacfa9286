"""`stampbook seed`: give a running Stampbook something to work with."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from stampbook_cli import exit_codes
from stampbook_cli.answers import answer, refusals, say
from stampbook_cli.commands.options import AsJson

EXAMPLES = """\b
For example:
  stampbook seed demo
  stampbook seed demo --json
"""


def seed(
    what: Annotated[Literal["demo"], typer.Argument(help="demo: three merchants with four stores.")] = "demo",
    as_json: AsJson = False,
) -> None:
    """Set up the demo's merchants, programmes, rewards, stores, forms and keys over the public API.

    Doing it twice changes nothing. The keys are in demo-keys.json in the data directory.
    """
    import asyncio
    import os

    from stampbook_cli.embedded.attached import attach
    from stampbook_cli.embedded.data_directory import DataDirectory
    from stampbook_cli.journeys.doors import client
    from stampbook_cli.seeding.keys import keep_keys
    from stampbook_cli.seeding.seed import SeedRefused
    from stampbook_cli.seeding.seed import seed as plant

    async def work() -> dict[str, int]:
        directory = DataDirectory.locate(os.environ)
        async with client() as http:
            return await plant(http, attach(directory), keep_keys(directory))

    with refusals(as_json=as_json):
        try:
            counted = asyncio.run(work())
        except SeedRefused as refused:
            answer({"ok": False, "error": str(refused)}, as_json=as_json)
            say(f"stampbook: {refused}")
            raise typer.Exit(exit_codes.WRONG) from None
    text = ", ".join(f"{number} {name}" for name, number in counted.items())
    answer({"ok": True, "seeded": what, **counted}, as_json=as_json, text=f"Seeded {what}: {text}.")
