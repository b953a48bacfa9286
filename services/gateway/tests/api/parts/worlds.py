"""A world behind the gateway that remembers what it was told and answers what a test has put there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from gateway.map import PlatformMap
from stampbook_events import tag_of
from stampbook_events.enrollment import Sealed
from stampbook_messaging.bus import Incoming
from stampbook_messaging.commands import CommandResult, Stored
from stampbook_messaging.messages import Answer
from stampbook_messaging.queries import QueryRefused, QueryUnavailable
from stampbook_messaging.sealing import KeyPair, new_key_pair, open_box, seal_to

Decide = Callable[[msgspec.Struct], Answer | None]


class StandingClock:
    """Time passes only when somebody sleeps or a test says so."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class RememberedCommand:
    id: UUID
    command: Any
    merchant: UUID
    fingerprint: bytes
    rest: dict[str, Any]


@dataclass
class Bus:
    """Commands and answers: a stream that knows its ids, and an inbox with what was decided."""

    decide: Decide = lambda _: None
    instance: str = "gateway-test"
    stored: list[RememberedCommand] = field(default_factory=list)
    inbox: dict[UUID, CommandResult] = field(default_factory=dict)
    trouble: list[Exception] = field(default_factory=list)
    inbox_silent: bool = False
    tells: bool = True
    _waiting: dict[UUID, list[asyncio.Future[Answer]]] = field(default_factory=dict)

    async def send(
        self,
        command: msgspec.Struct,
        *,
        id: UUID,
        merchant: UUID,
        fingerprint: bytes,
        **rest: Any,
    ) -> Stored:
        if self.trouble:
            raise self.trouble.pop(0)
        known = [at for at, one in enumerate(self.stored, start=1) if one.id == id]
        if known:
            return Stored(known[0], duplicate=True)
        self.stored.append(RememberedCommand(id, command, merchant, fingerprint, rest))
        answer = self.decide(command)
        if answer is not None:
            self.settle(id, answer, fingerprint)
        return Stored(len(self.stored), duplicate=False)

    def settle(self, command_id: UUID, answer: Answer, fingerprint: bytes) -> None:
        told = msgspec.structs.replace(answer, command_id=command_id)
        self.inbox[command_id] = CommandResult(answer=told, fingerprint=fingerprint)
        for future in self._waiting.get(command_id, []) if self.tells else []:
            if not future.done():
                future.set_result(told)

    def expect(self, command_id: UUID) -> asyncio.Future[Answer]:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(command_id, []).append(future)
        return future

    async def wait(self, expected: asyncio.Future[Answer], timeout_seconds: float) -> Answer | None:
        """A test's time is short: what has not been told by now will not be."""
        try:
            return await asyncio.wait_for(asyncio.shield(expected), min(timeout_seconds, 0.02))
        except TimeoutError:
            return None

    async def ask(self, command_type: str, command_id: UUID, merchant: UUID, seq: int | None = None) -> CommandResult:
        if self.inbox_silent:
            raise QueryUnavailable("nobody there")
        return self.inbox.get(command_id, CommandResult())

    @property
    def last(self) -> RememberedCommand:
        return self.stored[-1]

    def commands(self, kind: type[msgspec.Struct]) -> list[Any]:
        return [one.command for one in self.stored if isinstance(one.command, kind)]


@dataclass
class Owners:
    """Queries: a value or an exception per service and name; what a test did not prepare is refused as unknown."""

    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)

    async def ask(
        self,
        service: str,
        name: str,
        request: msgspec.Struct,
        reply: type[Any],
        *,
        timeout_seconds: float = 2.0,
    ) -> Any:
        self.asked.append((service, name, request))
        if service in self.silent:
            raise QueryUnavailable(f"q.{service}.{name}")
        answer = self.answers.get((service, name))
        if callable(answer):
            answer = answer(request)
        if answer is None:
            raise QueryRefused(_UNKNOWN.get(name, "not_prepared_unknown"))
        # Over the bus it would be bytes: what does not fit the reader's shape must fail here too.
        return msgspec.json.decode(msgspec.json.encode(answer), type=reply)

    def questions(self, name: str) -> list[Any]:
        return [request for _, asked, request in self.asked if asked == name]


_UNKNOWN = {
    "ticket": "ticket_unknown",
    "card": "card_unknown",
    "card_by_number": "card_unknown",
    "statement": "card_unknown",
    "card_as_of": "card_unknown",
    "explain": "card_unknown",
    "program": "program_unknown",
    "program_versions": "program_unknown",
    "campaign_versions": "campaign_unknown",
    "reward_versions": "reward_unknown",
    "store_by_host": "store_unknown",
    "key_by_hash": "key_unknown",
    "save_target": "link_unknown",
    "card_link_target": "card_link_unknown",
}


@dataclass
class Sealing:
    """Seals for real; a test may look inside with the private key."""

    pair: KeyPair = field(default_factory=new_key_pair)
    silent: bool = False

    async def seal(self, service: str, plain: bytes) -> Sealed:
        if self.silent:
            raise QueryUnavailable("no key of the day")
        return Sealed(service=service, day="2026-11-24", key_id="k1", box=seal_to(self.pair.public, plain))

    def opened(self, sealed: Sealed, kind: type[Any]) -> Any:
        return msgspec.json.decode(open_box(self.pair.private, sealed.box), type=kind)


@dataclass
class Live:
    """Live events: a test publishes, the listener hears."""

    heard_by: dict[str, Callable[[Incoming], Awaitable[None]]] = field(default_factory=dict)
    reconnected: list[Callable[[], None]] = field(default_factory=list)

    async def subscribe(self, subject: str, callback: Callable[[Incoming], Awaitable[None]], queue: str = "") -> None:
        self.heard_by[subject] = callback

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        self.reconnected.append(callback)

    async def publish(self, service: str, body: bytes) -> None:
        await self.heard_by[f"live.evt.{service}.>"](Incoming(f"live.evt.{service}.x", "", body, None))


@dataclass
class FakeWorld:
    bus: Bus = field(default_factory=Bus)
    queries: Owners = field(default_factory=Owners)
    sealer: Sealing = field(default_factory=Sealing)
    clock: StandingClock = field(default_factory=StandingClock)
    map: PlatformMap = field(default_factory=PlatformMap)

    @property
    def commands(self) -> Bus:
        return self.bus

    @property
    def answers(self) -> Bus:
        return self.bus


def applied(**result: Any) -> Answer:
    return _answer("applied", None, result)


def refused(code: str, **result: Any) -> Answer:
    return _answer("refused", code, result)


def _answer(status: str, code: str | None, result: dict[str, Any]) -> Answer:
    return Answer(
        command_id=UUID(int=0),
        status=status,
        code=code,
        result=msgspec.Raw(msgspec.json.encode(result)),
        recorded_at=datetime(2026, 11, 24, 9, 0, 1, tzinfo=UTC),
    )


def type_of(command: RememberedCommand) -> str:
    return tag_of(type(command.command))
