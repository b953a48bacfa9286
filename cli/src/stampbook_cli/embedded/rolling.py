"""A rolling restart: one process after another, each awaited, asked for through files beside the data.

The launcher owns the processes; whoever asks only leaves an order and reads the outcome.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from stampbook_cli.embedded.conditions import NotRunning, ServerFailed, UnusableSetting
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.files import write_whole
from stampbook_cli.embedded.settings import SERVICE_NAMES
from stampbook_cli.embedded.supervisor import Supervisor

_LOOK_SECONDS = 0.1
TAKEN_WITHIN_SECONDS = 10.0

Tell = Callable[[str], None]


class Order(msgspec.Struct, frozen=True):
    """*services*: whose processes to restart; none named means all."""

    id: str
    services: list[str]


class Outcome(msgspec.Struct):
    id: str
    restarted: list[str] = []
    done: bool = False
    error: str = ""


async def roll(supervisor: Supervisor, services: Sequence[str], told: Callable[[str], Awaitable[None]]) -> None:
    """Restart the processes of *services* one after the other. Raises ``ServerFailed`` where one does not get ready."""
    wanted = services or SERVICE_NAMES
    names = [name for name, one in supervisor.supervised.items() if one.service.of in wanted]
    for name in sorted(names, key=lambda name: wanted.index(supervisor.supervised[name].service.of)):
        await supervisor.restart(name)
        await told(name)


async def obey(directory: DataDirectory, supervisor: Supervisor) -> None:
    """The launcher's side: carry out orders as they come, for ever."""
    directory.order_file.unlink(missing_ok=True)  # whoever left it has long given up
    while True:
        if directory.order_file.exists():
            order = msgspec.json.decode(directory.order_file.read_bytes(), type=Order)
            directory.order_file.unlink()
            await _carry_out(order, directory, supervisor)
        await asyncio.sleep(_LOOK_SECONDS)


async def _carry_out(order: Order, directory: DataDirectory, supervisor: Supervisor) -> None:
    outcome = Outcome(order.id)

    async def told(name: str) -> None:
        outcome.restarted.append(name)
        _write(directory, outcome)

    _write(directory, outcome)
    try:
        await roll(supervisor, order.services, told)
    except ServerFailed as failed:
        outcome.error = str(failed)
    outcome.done = True
    _write(directory, outcome)


def _write(directory: DataDirectory, outcome: Outcome) -> None:
    write_whole(directory.outcome_file, msgspec.json.encode(outcome).decode(), mode=0o644)


def ask_to_restart(directory: DataDirectory, services: Sequence[str], tell: Tell) -> Outcome:
    """The other side: leave the order, tell of each process, return when all are ready again."""
    if unknown := sorted(set(services) - set(SERVICE_NAMES)):
        raise UnusableSetting(f"{', '.join(unknown)}: the services are {', '.join(SERVICE_NAMES)}")
    directory.running_owner()
    order = Order(secrets.token_hex(8), list(services))
    write_whole(directory.order_file, json.dumps({"id": order.id, "services": order.services}))
    outcome = _first_word(directory, order)
    seen = 0
    while True:
        for name in outcome.restarted[seen:]:
            tell(f"{name} is ready again")
        seen = len(outcome.restarted)
        if outcome.done:
            break
        directory.running_owner()
        time.sleep(_LOOK_SECONDS)
        outcome = _outcome_of(directory, order) or outcome
    if outcome.error:
        raise ServerFailed(outcome.error)
    return outcome


def _first_word(directory: DataDirectory, order: Order) -> Outcome:
    deadline = time.monotonic() + TAKEN_WITHIN_SECONDS
    while (outcome := _outcome_of(directory, order)) is None:
        if time.monotonic() > deadline:
            directory.order_file.unlink(missing_ok=True)
            raise NotRunning("Stampbook is starting, draining, or restarting for somebody else; try again in a moment")
        time.sleep(_LOOK_SECONDS)
    return outcome


def _outcome_of(directory: DataDirectory, order: Order) -> Outcome | None:
    try:
        outcome = msgspec.json.decode(directory.outcome_file.read_bytes(), type=Outcome)
    except FileNotFoundError:
        return None
    return outcome if outcome.id == order.id else None
