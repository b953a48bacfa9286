"""`stampbook up`: bring everything up, and keep it up until it is told to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from stampbook_cli.answers import answer, refusals, say
from stampbook_cli.commands.options import AsJson, HowMany

if TYPE_CHECKING:
    from stampbook_cli.embedded.data_directory import DataDirectory
    from stampbook_cli.embedded.outside import Outside
    from stampbook_cli.embedded.processes import Processes
    from stampbook_cli.embedded.stack import RunningStack

EXAMPLES = """\b
For example:
  stampbook up
  stampbook up --detach && stampbook status
  stampbook up --processes 2
  stampbook up --smtp 'mail.shop.lu:587?mode=starttls&from=hello@shop.lu&username=hello&password_file=/run/password'
  stampbook up --wallet service-account.json,3388000000012345678
  STAMPBOOK_DATA=/var/lib/second stampbook up
"""


def up(
    as_json: AsJson = False,
    detach: Annotated[bool, typer.Option("--detach", help="Return when everything is ready, and let it run.")] = False,
    smtp: Annotated[
        str | None, typer.Option(metavar="HOST:PORT?…", help="Send mail through this server, not to the local inbox.")
    ] = None,
    wallet: Annotated[
        str | None, typer.Option(metavar="FILE,ISSUER", help="Use this Google Wallet account, not the emulator.")
    ] = None,
    traces: Annotated[bool, typer.Option("--traces", help="Write traces as OTLP JSON lines.")] = False,
    processes: HowMany = None,
) -> None:
    """Start Stampbook on this machine and keep it running until Ctrl-C.

    PostgreSQL, nats-server, the five services, a local inbox and a wallet emulator, on loopback only. All data is in
    one directory: .stampbook beside the project, or where STAMPBOOK_DATA says.
    """
    import os

    from stampbook_cli.embedded.data_directory import DataDirectory
    from stampbook_cli.embedded.outside import Outside
    from stampbook_cli.embedded.processes import parse_processes

    with refusals(as_json=as_json):
        directory = DataDirectory.locate(os.environ)
        outside = Outside.choose(smtp=smtp, wallet=wallet, environ=os.environ)
        counted = parse_processes(processes)
        if detach:
            options = {"--smtp": smtp, "--wallet": wallet, "--processes": processes}
            _detached(directory, options, traces=traces, as_json=as_json)
        else:
            _in_the_foreground(directory, outside, counted, traces=traces, as_json=as_json)


def _in_the_foreground(
    directory: DataDirectory, outside: Outside, processes: Processes, *, traces: bool, as_json: bool
) -> None:
    import asyncio

    from stampbook_cli.embedded.foreground import run_until_told

    async def announce_and_stay(running: RunningStack) -> None:
        answer({**running.status(), "seconds": running.started_in_seconds}, as_json=as_json)
        say(welcome(running.urls, running.started_in_seconds))
        await asyncio.Event().wait()

    asyncio.run(
        run_until_told(
            directory, announce_and_stay, outside=outside, report=say, with_traces=traces, processes=processes
        )
    )


def _detached(directory: DataDirectory, options: dict[str, str | None], *, traces: bool, as_json: bool) -> None:
    from stampbook_cli.embedded.detached import start_detached

    given = [part for name, value in options.items() if value for part in (name, value)]
    status = start_detached(directory, [*given, *(("--traces",) if traces else ())])
    answer({**status, "seconds": status["started_in_seconds"]}, as_json=as_json)
    say(welcome(status["urls"], status["started_in_seconds"]))


def welcome(urls: dict[str, str], seconds: float) -> str:
    width = max(len(name) for name in urls)
    lines = [f"  {name.replace('_', ' '):<{width}}  {url}" for name, url in urls.items()]
    return "\n".join([f"Stampbook is up ({seconds:.1f} s).", *lines])
