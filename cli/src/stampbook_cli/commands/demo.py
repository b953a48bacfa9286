"""`stampbook demo`: everything up, the demo's merchants, the first journey; then it stays, or ends with ``--once``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from stampbook_cli import exit_codes
from stampbook_cli.answers import answer, refusals, say
from stampbook_cli.commands.options import AsJson, HowMany

if TYPE_CHECKING:
    from stampbook_cli.embedded.data_directory import DataDirectory
    from stampbook_cli.embedded.stack import RunningStack
    from stampbook_cli.journeys.walk import Walk

EXAMPLES = """\b
For example:
  stampbook demo
  stampbook demo --once --json
  stampbook demo --processes 2
"""


def demo(
    as_json: AsJson = False,
    once: Annotated[bool, typer.Option("--once", help="End when the journey has been walked.")] = False,
    processes: HowMany = None,
) -> None:
    """Bring Stampbook up, set up three merchants, let one customer join, and show what came of it.

    Exit code 0 means that the journey went as promised, 1 that it did not.
    """
    import asyncio
    import os

    from stampbook_cli.embedded.data_directory import DataDirectory
    from stampbook_cli.embedded.foreground import run_until_told
    from stampbook_cli.embedded.outside import Outside
    from stampbook_cli.embedded.processes import parse_processes
    from stampbook_cli.journeys.walk import Walk

    walk = Walk(say)
    with refusals(as_json=as_json):
        directory = DataDirectory.locate(os.environ)

        async def show(running: RunningStack) -> None:
            await _show(running, directory, walk, once=once, as_json=as_json)

        outside = Outside.choose(smtp=None, wallet=None, environ=os.environ)
        counted = parse_processes(processes)
        running = run_until_told(directory, show, outside=outside, report=say, with_traces=True, processes=counted)
        asyncio.run(running)
    if not walk.ok:
        raise typer.Exit(exit_codes.WRONG)


async def _show(running: RunningStack, directory: DataDirectory, walk: Walk, *, once: bool, as_json: bool) -> None:
    import asyncio

    from stampbook_cli.commands.up import welcome
    from stampbook_cli.journeys.demo import seed_and_walk

    say(welcome(running.urls, running.started_in_seconds))
    async with walk.step("everything is up") as step:
        step.proof = f"five services, PostgreSQL, NATS, inbox and wallet ready after {running.started_in_seconds:.1f} s"
    await seed_and_walk(directory, walk)
    answer(walk.document(), as_json=as_json)
    say("The journey went as promised." if walk.ok else "The journey did not go as promised.")
    if not once and walk.ok:
        say(_look_around(running.urls))
        await asyncio.Event().wait()


def _look_around(urls: dict[str, str]) -> str:
    shop = urls["storefront"].replace("{subdomain}", "fashionhub")
    return "\n".join(
        [
            "Look around; Ctrl-C ends it:",
            f"  the shop        {shop}/fr/",
            f"  the mails       {urls['inbox']}",
            f"  the wallet      {urls['wallet']}",
            f"  the API         {urls['openapi']}",
        ]
    )
