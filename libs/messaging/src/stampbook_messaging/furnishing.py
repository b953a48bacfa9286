"""Each part of a service with a log, made from what the service brings; ``rooms`` puts them side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from stampbook_events.routing import CONSUMERS, ROUTES, demands_of
from stampbook_events.subjects import command_filter, command_stream, event_filter, event_stream
from stampbook_messaging.batch import BatchWriter
from stampbook_messaging.consumer import EventConsumer
from stampbook_messaging.daily_seals import sealer
from stampbook_messaging.decoding import CommandDecoder
from stampbook_messaging.deliveries.command_channel import CommandChannel, InboxResults
from stampbook_messaging.deliveries.runner import DeliveryRunner
from stampbook_messaging.event_store import Row
from stampbook_messaging.intake import Intake
from stampbook_messaging.janitor import Janitor
from stampbook_messaging.keeper import Keeper
from stampbook_messaging.log_queries import QueriedLog
from stampbook_messaging.partitions import Leases
from stampbook_messaging.protocols import Channel, Deciding
from stampbook_messaging.publishing import Publisher
from stampbook_messaging.relay import Relay
from stampbook_messaging.service import Runtime, Service
from stampbook_messaging.starts import EventSource
from stampbook_messaging.worker import CommandWorker


def channels_of(runtime: Runtime, service: Service) -> list[Channel]:
    """The service's own, and the one for policies if its reactions have any."""
    token = runtime.settings.token
    policies = any(demand.startswith("command:") for kind in ROUTES for demand in demands_of(kind, token))
    own = list(service.channels)
    if policies:
        results = InboxResults(token, runtime.pool, runtime.queries)
        own.append(
            CommandChannel(commands=runtime.commands, results=results, clock=runtime.clock, actor=f"{token}-policy")
        )
    return own


def relay_of(runtime: Runtime) -> Relay:
    stream = event_stream(runtime.settings.token)
    return Relay(
        pool=runtime.pool,
        bus=runtime.bus,
        clock=runtime.clock,
        publisher=Publisher(bus=runtime.bus, stream=stream, failpoints=runtime.failpoints),
        alarms=runtime.alarms,
        failpoints=runtime.failpoints,
        worker=runtime.settings.instance,
    )


def sealer_of(runtime: Runtime, leases: Leases, relay: Relay) -> sealer.Sealer:
    return sealer.Sealer(
        token=runtime.settings.token,
        pool=runtime.pool,
        clock=runtime.clock,
        leases=leases,
        alarms=runtime.alarms,
        failpoints=runtime.failpoints,
        recorded=_offer_unordered(relay),
        directory=runtime.settings.seals_directory,
        every_seconds=sealer.EVERY_SECONDS,
    )


def janitor_of(runtime: Runtime) -> Janitor:
    return Janitor(
        token=runtime.settings.token,
        pool=runtime.pool,
        bus=runtime.bus,
        clock=runtime.clock,
        alarms=runtime.alarms,
        failpoints=runtime.failpoints,
    )


def worker_of(runtime: Runtime, deciding: Deciding, leases: Leases, relay: Relay) -> CommandWorker:
    token = runtime.settings.token
    stream = command_stream(token)
    return CommandWorker(
        pool=runtime.pool,
        bus=runtime.bus,
        clock=runtime.clock,
        intake=_intake(runtime, stream, token, commands=True),
        leases=leases,
        writer=BatchWriter(
            stream=stream,
            deciding=deciding,
            decoder=CommandDecoder(stream, deciding.commands),
            failpoints=runtime.failpoints,
        ),
        alarms=runtime.alarms,
        failpoints=runtime.failpoints,
        recorded=relay.offer,
    )


def _intake(runtime: Runtime, stream: str, owner: str, *, commands: bool) -> Intake:
    filter_of = partial(command_filter if commands else event_filter, owner)
    return Intake(runtime.bus, runtime.clock, stream, filter_of, runtime.settings.instance)


def runner_of(runtime: Runtime, channel: Channel, leases: Leases, relay: Relay) -> DeliveryRunner:
    return DeliveryRunner(
        channel=channel,
        pool=runtime.pool,
        clock=runtime.clock,
        leases=leases,
        alarms=runtime.alarms,
        failpoints=runtime.failpoints,
        recorded=_offer_unordered(relay),
    )


def consumers_of(
    runtime: Runtime,
    service: Service,
    leases: Leases,
    relay: Relay,
    channels: Mapping[str, Channel],
    runners: Sequence[DeliveryRunner],
) -> list[EventConsumer]:
    if service.reacting is None:
        return []

    def demanded() -> None:
        for runner in runners:
            runner.wake()

    return [
        EventConsumer(
            owner=owner,
            pool=runtime.pool,
            clock=runtime.clock,
            intake=_intake(runtime, event_stream(owner), owner, commands=False),
            leases=leases,
            reacting=service.reacting,
            owners_log=QueriedLog(runtime.queries),
            alarms=runtime.alarms,
            failpoints=runtime.failpoints,
            demanded=demanded,
            recorded=_offer_unordered(relay),
            channels=channels,
        )
        for owner in CONSUMERS[service.reacting.consumer]
    ]


def _offer_unordered(relay: Relay) -> Any:
    """Several tasks record outcomes at once and may come back in another order than they committed: have it read."""

    def recorded(rows: Sequence[Row]) -> None:
        if rows:
            relay.nudge()

    return recorded


def keeper_of(
    runtime: Runtime,
    leases: Leases,
    relay: Relay,
    worker: CommandWorker | None,
    consumers: Sequence[EventConsumer],
) -> Keeper:
    return Keeper(
        token=runtime.settings.token,
        pool=runtime.pool,
        bus=runtime.bus,
        clock=runtime.clock,
        leases=leases,
        relay=relay,
        alarms=runtime.alarms,
        commands=worker.intake if worker is not None else None,
        sources=[EventSource(consumer.reacting.consumer, consumer.owner, consumer.intake) for consumer in consumers],
    )
