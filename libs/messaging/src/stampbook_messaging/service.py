"""A service's life: start-up, ready, drain. The one place that wires messaging together."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from stampbook_events.registry import service_of, tag_of
from stampbook_events.routing import CONSUMERS, ROUTES, Handled, demands_of
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.clock import Clock, SystemClock
from stampbook_messaging.commands import Commands
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.protocols import Channel, Deciding, Reacting
from stampbook_messaging.pulse import Part, Pulse
from stampbook_messaging.queries import Queries
from stampbook_messaging.settings import MessagingSettings

Handler = Callable[[Any], Awaitable[msgspec.Struct]]
Check = tuple[str, Callable[[], Awaitable[str | None]]]


class UnhandledRoute(RuntimeError):
    """The routing table sends this consumer an event that it has no handler for: it must not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What a service may use while it builds itself. *pool* is None for a service without a schema."""

    settings: MessagingSettings
    clock: Clock
    failpoints: Failpoints
    bus: NatsBus
    pool: Any
    queries: Queries
    commands: Commands
    alarms: Alarms
    pulse: Pulse


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a service consists of; ``serve`` runs it. *package* holds its migrations; None without a schema.

    *statements* are prepared once before the service is ready; *checks* are further conditions of readiness (a text
    is what is wrong); *background* are jobs by name that run until the drain and prove that they are alive.
    """

    package: str | None = None
    deciding: Deciding | None = None
    reacting: Reacting | None = None
    channels: Sequence[Channel] = ()
    answers: Mapping[str, tuple[type[msgspec.Struct], Handler]] = field(default_factory=dict)
    background: Mapping[str, Callable[[Part], Coroutine[Any, Any, None]]] = field(default_factory=dict)
    statements: Sequence[str] = ()
    checks: Sequence[Check] = ()


def check_routes(token: str, reacting: Reacting | None) -> None:
    """Every event routed to *token* has a handler here, and nothing is handled that is not routed."""
    routed = {
        kind
        for kind, route in ROUTES.items()
        if service_of(tag_of(kind)) in CONSUMERS.get(token, ()) and isinstance(route.to.get(token), Handled)
    }
    handled = set(reacting.handles) if reacting is not None else set()
    if routed != handled:
        names = sorted(kind.__name__ for kind in routed ^ handled)
        raise UnhandledRoute(f"{token}: routing table and handlers differ in {', '.join(names)}")


def check_channels(token: str, channels: Collection[str]) -> None:
    """Every delivery that the routing table makes *token* owe has a channel here."""
    owed = {demand.split(":", 1)[0] for kind in ROUTES for demand in demands_of(kind, token)}
    if missing := sorted(owed - set(channels)):
        raise UnhandledRoute(f"{token}: no channel for {', '.join(missing)}")


async def serve(settings: MessagingSettings, build: Callable[[Runtime], Awaitable[Service]]) -> None:
    """Run a service until SIGTERM, SIGINT or the loss of its bus; returns when it has drained."""
    from stampbook_messaging.running import Running

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with Running(settings, SystemClock()) as running:
        if not await running.started(build, stop):
            return
        settle_garbage()
        await running.until(stop)


def settle_garbage() -> None:
    """What is there now stays for good; what comes and goes is looked through seldom, which halves the slowest answers."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
