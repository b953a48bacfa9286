"""The one place that puts the gateway together."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.types import ASGIApp

from gateway.api.app import api
from gateway.api.context import Parts
from gateway.command_ids import CommandIds
from gateway.directory import Directory
from gateway.door.door import Door
from gateway.door.hosts import Hosts
from gateway.door.listening import Listening
from gateway.form_token import FormTokens
from gateway.limits import Buckets
from gateway.map import PlatformMap
from gateway.map_feed import MapFeed
from gateway.pages.render import Pages
from gateway.ports import AnswerPort, CommandPort, QueryPort, SealPort
from gateway.settings import Limits, Settings
from gateway.storefront.app import storefront
from gateway.storefront.context import Front
from gateway.storefront.wallet import WalletLinks
from gateway.submitting import Submitter
from stampbook_messaging.clock import Clock
from stampbook_messaging.commands import Answers
from stampbook_messaging.sealing import Sealer
from stampbook_messaging.service import Runtime, Service

BURST_SECONDS = 4
"""Four seconds' worth may come at once: a page asks for its files together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What lies behind the gateway, and the time."""

    commands: CommandPort
    answers: AnswerPort
    queries: QueryPort
    sealer: SealPort
    clock: Clock
    map: PlatformMap


async def build(settings: Settings, runtime: Runtime) -> Service:
    answers = Answers(runtime.bus, runtime.queries, settings.messaging.instance)
    await answers.start()
    feed = MapFeed(queries=runtime.queries, live=runtime.bus, clock=runtime.clock)
    await feed.start()
    world = World(
        commands=runtime.commands,
        answers=answers,
        queries=runtime.queries,
        sealer=Sealer(runtime.queries, runtime.clock),
        clock=runtime.clock,
        map=feed.map,
    )
    listening = Listening(door_to(settings, world, Pages()), settings)
    return Service(
        background={"map": feed.run, "http": listening.run},
        checks=(("map", feed.complaint), ("http", listening.complaint)),
    )


def door_to(settings: Settings, world: World, pages: Pages) -> ASGIApp:
    """Everything a request goes through, on whatever world it is given."""
    clock, limits = world.clock, settings.limits
    ids = CommandIds(settings.command_secret)
    hosts = Hosts(settings.messaging.public_url)
    parts = _parts(settings, world, ids, limits)
    front = Front(
        parts=parts,
        pages=pages,
        hosts=hosts,
        tokens=FormTokens(ids, clock),
        wallet=WalletLinks(world.queries),
    )
    requests = Buckets(clock, limits.requests_per_second, limits.requests_per_second * BURST_SECONDS)
    return Door(api(), storefront(), front, hosts, requests, clock)


def _parts(settings: Settings, world: World, ids: CommandIds, limits: Limits) -> Parts:
    clock = world.clock
    return Parts(
        directory=Directory(world.map, world.queries),
        queries=world.queries,
        sealer=world.sealer,
        submitter=Submitter(world.commands, world.answers, clock, settings.messaging.failpoints),
        ids=ids,
        clock=clock,
        base_url=settings.messaging.public_url,
        setup_token_hash=settings.setup_token_hash,
        guesses=Buckets(clock, limits.guesses_per_minute / 60, limits.guesses_per_minute),
        per_key=Buckets(clock, limits.per_key_per_second, limits.per_key_per_second * BURST_SECONDS),
        joins=Buckets(clock, limits.joins_per_minute / 60, limits.joins_per_minute),
    )
