"""`stampbook journeys`: walk go-live journeys through the public doors, and prove what was seen."""

from __future__ import annotations

from typing import Annotated

import typer

from stampbook_cli import exit_codes
from stampbook_cli.answers import answer, refusals, say
from stampbook_cli.commands.options import AsJson

KNOWN = (1, 3, 4, 5)
EXAMPLES = """\b
For example:
  stampbook up --detach --traces && stampbook seed demo && stampbook journeys 1
  stampbook journeys 3 4 5
  stampbook journeys 1 --json
"""


def journeys(
    numbers: Annotated[
        list[int] | None,
        typer.Argument(
            metavar="[NUMBER]...",
            help="1: somebody joins on a storefront. 3: stamps to a free reward. 4: points are earned, reserved and "
            "redeemed (more than a minute: a reservation lapses by the clock). 5: void and refund. Without a number: 1.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walk journeys against the running Stampbook, each with a customer of its own.

    Exit code 0 means that every step was as promised, 1 that one was not, 3 that nothing runs.
    """
    import asyncio
    import os

    from stampbook_cli.embedded.data_directory import DataDirectory
    from stampbook_cli.journeys.walking import walk_journeys

    chosen = numbers or [1]
    if unknown := sorted(set(chosen) - set(KNOWN)):
        raise typer.BadParameter(f"there is no journey {unknown[0]}, but {', '.join(map(str, KNOWN))}")
    with refusals(as_json=as_json):
        document = asyncio.run(walk_journeys(DataDirectory.locate(os.environ), chosen, say))
    answer(document, as_json=as_json)
    if not document["ok"]:
        raise typer.Exit(exit_codes.WRONG)
