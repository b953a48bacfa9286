"""Keeps the map: whole from a snapshot, then event by event; after a gap or a reconnect it is fetched anew."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import get_args

import msgspec

from gateway.map import PlatformMap
from gateway.ports import LivePort, QueryPort
from gateway.questions import (
    AskPrograms,
    AskSnapshot,
    Nothing,
    Positions,
    Program,
    ProgramList,
    Snapshot,
    SnapshotKind,
)
from stampbook_events import EventEnvelope
from stampbook_events.enrollment import JoinFormChanged, KeyChanged, MerchantRegistered, StoreChanged
from stampbook_events.ledger import ProgramEnding, ProgramPublished
from stampbook_events.registry import tag_of
from stampbook_messaging.bus import Incoming
from stampbook_messaging.clock import Clock
from stampbook_messaging.logging import get_logger
from stampbook_messaging.pulse import Part
from stampbook_messaging.queries import QueryRefused, QueryUnavailable

log = get_logger(__name__)

SOURCES = ("enrollment", "ledger")
CHECK_SECONDS = 5.0
_RETRY_SECONDS = 0.25
_KINDS: dict[str, type[msgspec.Struct]] = {
    tag_of(kind): kind
    for kind in (MerchantRegistered, StoreChanged, JoinFormChanged, KeyChanged, ProgramPublished, ProgramEnding)
}
_envelopes = msgspec.json.Decoder(EventEnvelope)


@dataclass(slots=True)
class MapFeed:
    """*map* is replaced only as a whole content, never half read. ``run`` ends with its cancellation."""

    queries: QueryPort
    live: LivePort
    clock: Clock
    map: PlatformMap = field(default_factory=PlatformMap)
    loaded: bool = False
    check_seconds: float = CHECK_SECONDS
    _seen: dict[tuple[str, int], int] = field(default_factory=dict)
    _waiting: list[EventEnvelope] = field(default_factory=list)
    _loading: bool = True
    _stale: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        """Listen first, then read: what happens in between is in one of both."""
        for source in SOURCES:
            await self.live.subscribe(f"live.evt.{source}.>", self._hear)
        self.live.on_reconnect(self._stale.set)

    async def run(self, part: Part) -> None:
        while True:
            await self._load(part)
            self._stale.clear()
            await self._until_stale(part)

    async def complaint(self) -> str | None:
        return None if self.loaded else "the map of stores and keys has not been read yet"

    async def _load(self, part: Part) -> None:
        while True:
            part.alive()
            self._loading = True
            self._waiting.clear()
            try:
                fresh, seen = await self._read()
            except (QueryUnavailable, QueryRefused) as away:
                log.info("map.waiting", reason=str(away))
                await self.clock.sleep(_RETRY_SECONDS)
                continue
            break
        for name in ("merchants", "stores", "hosts", "forms", "programs", "keys", "_hashes"):
            setattr(self.map, name, getattr(fresh, name))
        self._seen = seen
        self._loading = False
        for envelope in self._waiting:
            self._take(envelope)
        self._waiting.clear()
        if not self.loaded:
            log.info("map.loaded", stores=len(self.map.stores))
        self.loaded = True

    async def _read(self) -> tuple[PlatformMap, dict[tuple[str, int], int]]:
        fresh, seen = PlatformMap(), dict[tuple[str, int], int]()
        for kind in get_args(SnapshotKind):
            asking: AskSnapshot | None = AskSnapshot(kind=kind)
            while asking is not None:
                page = await self.queries.ask("enrollment", "snapshot", asking, Snapshot)
                for partition, position in page.positions.items():
                    # The first page's positions: what came after it may be in later pages, or not.
                    seen.setdefault(("enrollment", partition), position)
                for entry in page.entries:
                    fresh.learn(entry.merchant, entry.event)
                asking = AskSnapshot(kind=kind, after=page.next) if page.next is not None else None
        await self._read_programs(fresh, seen)
        return fresh, seen

    async def _read_programs(self, fresh: PlatformMap, seen: dict[tuple[str, int], int]) -> None:
        cursor: str | None = None
        while True:
            page = await self.queries.ask("ledger", "programs", AskPrograms(cursor=cursor), ProgramList)
            for partition, position in page.positions.items():
                seen.setdefault(("ledger", partition), position)
            for program in page.programs:
                fresh.learn(program.merchant, program)
            cursor = page.next
            if cursor is None:
                return

    async def _hear(self, message: Incoming) -> None:
        try:
            envelope = _envelopes.decode(message.data)
        except msgspec.MsgspecError:
            # The stream's consumers bury it; here it can only mean that something was missed.
            log.exception("map.event_undecodable", subject=message.subject)
            self._stale.set()
            return
        if self._loading:
            self._waiting.append(envelope)
        else:
            self._take(envelope)

    def _take(self, envelope: EventEnvelope) -> None:
        place = (envelope.type.split(".", 1)[0], envelope.partition)
        seen = self._seen.get(place, 0)
        if envelope.position <= seen:
            return
        if envelope.position > seen + 1:
            log.warning("map.gap", source=place[0], partition=place[1], seen=seen, position=envelope.position)
            self._stale.set()
        self._seen[place] = envelope.position
        kind = _KINDS.get(envelope.type)
        if kind is not None:
            self.map.learn(envelope.merchant, _learned(envelope, msgspec.json.decode(envelope.data, type=kind)))

    async def _until_stale(self, part: Part) -> None:
        """A lost last event leaves no gap to notice: now and then the owners are asked how far they are."""
        due: dict[tuple[str, int], int] = {}
        while not self._stale.is_set():
            part.alive()
            try:
                async with asyncio.timeout(self.check_seconds):
                    await self._stale.wait()
            except TimeoutError:
                # What was recorded one round ago has had its time to reach us.
                late = [place for place, position in due.items() if self._seen.get(place, 0) < position]
                if late:
                    log.warning("map.behind", places=len(late))
                    return
                due = await self._recorded()

    async def _recorded(self) -> dict[tuple[str, int], int]:
        found: dict[tuple[str, int], int] = {}
        for source in SOURCES:
            try:
                owner = await self.queries.ask(source, "positions", Nothing(), Positions)
            except (QueryUnavailable, QueryRefused) as away:
                log.info("map.owner_silent", source=source, reason=str(away))
                continue
            found |= {(source, partition): position for partition, position in owner.positions.items()}
        return found


def _learned(envelope: EventEnvelope, event: object) -> object:
    if not isinstance(event, ProgramPublished):
        return event
    return Program(
        merchant=envelope.merchant,
        program_id=event.program_id,
        names=event.names,
        rates=event.rates,
        welcome_points=event.welcome_points,
        stamp_target=event.stamp_target,
        birthday_gift=event.rules.birthday is not None,
    )
