"""`stampbook journeys`: walk a go-live journey through the public doors, and prove what was seen."""

from __future__ import annotations

from typing import Annotated

import typer

from stampbook_cli import exit_codes
from stampbook_cli.answers import answer, refusals, say
from stampbook_cli.commands.options import AsJson

EXAMPLES = """\b
For example:
  stampbook up --detach --traces && stampbook seed demo && stampbook journeys 1
  stampbook journeys 1 --json
"""


def journeys(
    number: Annotated[int, typer.Argument(help="Which journey: 1, somebody joins on a storefront.", min=1, max=1)] = 1,
    as_json: AsJson = False,
) -> None:
    """Walk a journey against the running Stampbook, with a customer of its own.

    Exit code 0 means that every step was as promised, 1 that one was not, 3 that nothing runs.
    """
    import asyncio
    import os

    from stampbook_cli.embedded.data_directory import DataDirectory
    from stampbook_cli.journeys.demo import walk_journey

    with refusals(as_json=as_json):
        say(f"Journey {number}:")
        document = asyncio.run(walk_journey(DataDirectory.locate(os.environ), say))
    answer(document, as_json=as_json)
    if not document["ok"]:
        raise typer.Exit(exit_codes.WRONG)
