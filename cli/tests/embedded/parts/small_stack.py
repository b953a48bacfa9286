"""A stack whose services are small ones, and a launcher for it: `python small_stack.py DIRECTORY`."""

import asyncio
import json
import os
import sys
from pathlib import Path

from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.foreground import run_until_told
from stampbook_cli.embedded.outside import Outside
from stampbook_cli.embedded.process import python_command
from stampbook_cli.embedded.services import Parts, Service, Step
from stampbook_cli.embedded.stack import Declaration, RunningStack

HERE = Path(__file__).parent


def small_service(name: str, port: int, folder: Path, *, pass_fds: tuple[int, ...] = (), **more: str) -> Service:
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(HERE),
        "SMALL_FOLDER": str(folder),
        "SMALL_NAME": name,
        "STAMPBOOK_HEALTH_ADDRESS": f"127.0.0.1:{port}",
        **more,
    }
    return Service(
        name=name,
        module="small_service",
        environment=environment,
        health_port=port,
        drain_seconds=2.0,
        pass_fds=pass_fds,
    )


class SmallDeclaration(Declaration):
    """One stand-in, one step, one service, in the places of the real ones."""

    def stand_ins(self, parts: Parts) -> list[Service]:
        return [small_service("inbox", parts.ports["inbox-http"], parts.directory.path)]

    def steps(self, parts: Parts) -> list[Step]:
        command = tuple(python_command("json.tool", "--help"))
        return [Step(name="streams", command=command, environment={"NATS": parts.nats.url})]

    def services(self, parts: Parts) -> list[Service]:
        return [small_service("ledger", parts.ports["ledger-health"], parts.directory.path)]


async def tell_and_stay(running: RunningStack) -> None:
    print(json.dumps(running.status()), flush=True)
    await asyncio.Event().wait()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    directory = DataDirectory(Path(sys.argv[1]))
    asyncio.run(run_until_told(directory, tell_and_stay, outside=Outside(), report=say, declaration=SmallDeclaration()))
