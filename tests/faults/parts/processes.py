"""The processes of a stack by name: killed, stopped and gone on, or one more of a service."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from stampbook_cli.embedded.health import ask_health
from stampbook_cli.embedded.ports import LOOPBACK, free_port
from stampbook_cli.embedded.process import end, spawn
from stampbook_cli.journeys.doors import until
from tests.faults.parts.own_stack import RECOVERY_SECONDS
from tests.platform import Platform


def pid_of(platform: Platform, name: str) -> int | None:
    service = next(one for one in platform.running.status()["services"] if one["name"] == name)
    found: int | None = service["pid"]
    return found


def restarts_of(platform: Platform, name: str) -> int:
    service = next(one for one in platform.running.status()["services"] if one["name"] == name)
    count: int = service["restarts"]
    return count


def kill(platform: Platform, *names: str) -> list[str]:
    """As a power cut would; returns who was there to be killed."""
    alive = {name: pid for name in names if (pid := pid_of(platform, name)) is not None}
    for pid in alive.values():
        os.kill(pid, signal.SIGKILL)
    return list(alive)


async def running_again(platform: Platform, *names: str) -> None:
    """The supervisor has started them anew and they say that they are ready."""

    async def ready() -> bool | None:
        services = [one for one in platform.running.supervisor.supervised.values() if one.service.name in names]
        return True if all([(await one.ask()).ready for one in services]) else None

    await until(ready, within_seconds=RECOVERY_SECONDS, what=f"{', '.join(names)} ready")


@contextmanager
def stopped(platform: Platform, name: str) -> Iterator[int]:
    """The process stands still inside, and goes on where it stood afterwards."""
    pid = pid_of(platform, name)
    assert pid is not None, f"{name} does not run"
    os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def one_more(platform: Platform, name: str, instance: str) -> Iterator[int]:
    """A second process of the same service beside the first, on a health port of its own, which is given."""
    service = platform.running.supervisor.supervised[name].service
    port = free_port()
    environment = {
        **service.environment,
        "STAMPBOOK_INSTANCE": instance,
        "STAMPBOOK_HEALTH_ADDRESS": f"{LOOPBACK}:{port}",
    }
    log = platform.directory.logs / f"{instance}.log"
    process = spawn(service.command, log=log, environment=environment)
    try:
        yield port
    finally:
        end(process, patience_seconds=service.drain_seconds)


async def ready_at(port: int) -> None:
    async def ready() -> bool | None:
        return True if (await ask_health(port)).ready else None

    await until(ready, within_seconds=RECOVERY_SECONDS, what=f"readiness at port {port}")
