"""A simulated process's connection to the simulated broker, with everything that may go wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from broker import Broker
from lives import Life

from stampbook_messaging.bus import (
    BusUnavailable,
    Callback,
    Incoming,
    OutcomeUnknown,
    PubAck,
    Reply,
    _answers,
    refused,
)
from stampbook_messaging.wire import Outgoing

LOOKS = ("$JS.API.STREAM.INFO.", "$JS.API.STREAM.MSG.GET.")
Answer = Callable[[bytes], Awaitable[bytes]]


@dataclass
class Exchange:
    """Who answers which queries: subject to handlers of living processes."""

    answering: dict[str, list[tuple[Life, Answer]]] = field(default_factory=dict)

    def offer(self, life: Life, subject: str, answer: Answer) -> None:
        offers = self.answering.setdefault(subject, [])
        offers.append((life, answer))
        life.on_death.append(lambda: offers.remove((life, answer)) if (life, answer) in offers else None)


@dataclass(eq=False)
class Ear:
    """One subscription: what arrives is handed over in order, each in its time, while the line stands."""

    bus: BrokerBus
    subject: str
    callback: Callback
    queue: asyncio.Queue[Incoming] = field(default_factory=asyncio.Queue)
    task: asyncio.Task[Any] | None = None

    def hear(self, subject: str, reply: str, data: bytes, headers: dict[str, str] | None) -> None:
        life = self.bus.life
        if life.dead or self.bus.down or life.luck.strikes(self.bus.missing):
            return
        self.queue.put_nowait(Incoming(subject, reply, data, dict(headers) if headers else None))

    async def pump(self) -> None:
        while True:
            message = await self.queue.get()
            await self.bus.life.step(f"hears {message.subject[:40]}")
            await self.callback(message)

    async def unsubscribe(self) -> None:
        ears = self.bus.broker.listening.get(self.subject, [])
        if self.hear in ears:
            ears.remove(self.hear)
        if self.task is not None and self.task is not asyncio.current_task():
            self.task.cancel()


@dataclass(eq=False)
class BrokerBus:
    broker: Broker
    exchange: Exchange
    life: Life
    down: bool = False
    _sending: asyncio.Lock = field(default_factory=asyncio.Lock)
    _inboxes: int = 0
    _reconnected: list[Callable[[], None]] = field(default_factory=list)
    _ears: list[Ear] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.life.on_death.append(self._fall_silent)

    @property
    def missing(self) -> float:
        """How often a message that was sent to us does not arrive."""
        return self.life.luck.lost / 4

    @property
    def is_connected(self) -> bool:
        return not self.down and not self.life.dead

    def new_inbox(self) -> str:
        self._inboxes += 1
        return f"_INBOX.{self.life.name}.{self._inboxes}"

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        self._reconnected.append(callback)

    async def request(
        self, subject: str, payload: bytes, *, headers: dict[str, str] | None = None, timeout_seconds: float = 2.0
    ) -> Reply:
        luck = self.life.luck
        async with self._sending:  # one line: what is sent first arrives first
            await self.life.step(f"asks {subject[:50]}")
            self._maybe_fall()
            self._must_be_up()
        if luck.strikes(luck.lost / 2):
            await self._never(subject, timeout_seconds)
        try:
            answer = await self._answered(subject, payload, dict(headers or {}))
            if luck.strikes(luck.twice):
                luck.trail.append(f"{self.life.name} sends twice")
                await self._answered(subject, payload, dict(headers or {}))
        except TimeoutError:
            await self._never(subject, timeout_seconds)
        await asyncio.sleep(luck.latency())
        self.life.must_live()
        if luck.strikes(luck.lost):
            await self._never(subject, timeout_seconds)
        return Reply(answer, {})

    async def publish(
        self, subject: str, payload: bytes, headers: dict[str, str] | None = None, *, reply: str = ""
    ) -> None:
        async with self._sending:
            self.life.must_live()
            self._must_be_up()
        if self.life.luck.strikes(self.life.luck.lost / 2):
            return
        self.broker.publish(subject, payload, dict(headers or {}), reply)

    async def publish_joined(self, messages: Sequence[Outgoing]) -> None:
        for message in messages:
            await self.publish(message.subject, message.payload, message.headers)

    async def publish_stored(self, subject: str, payload: bytes, headers: dict[str, str]) -> PubAck:
        answer = _answers.decode((await self.request(subject, payload, headers=headers, timeout_seconds=5.0)).data)
        if answer.error is not None:
            raise refused(answer.error)
        return PubAck(answer.seq, answer.duplicate, answer.stream)

    async def subscribe(self, subject: str, callback: Callback, queue: str = "") -> Ear:
        await self.life.step(f"listens to {subject[:40]}")
        ear = Ear(self, subject, callback)
        ear.task = self.life.start(ear.pump())
        self.broker.listening.setdefault(subject, []).append(ear.hear)
        self._ears.append(ear)
        return ear

    def fall(self, seconds: float) -> None:
        """The line is cut: what is under way is lost, and we are told when it stands again."""
        if self.down or self.life.dead:
            return
        self.down = True
        self.life.luck.trail.append(f"{self.life.name} is off the bus")
        for ear in self._ears:
            ear.queue = asyncio.Queue()
            if ear.task is not None:
                ear.task.cancel()
        self.life.loop.call_later(seconds, self._stand)

    def _stand(self) -> None:
        if self.life.dead:
            return
        self.down = False
        for ear in self._ears:
            ear.task = self.life.start(ear.pump())
        for callback in self._reconnected:
            callback()

    def _fall_silent(self) -> None:
        for ear in self._ears:
            ears = self.broker.listening.get(ear.subject, [])
            if ear.hear in ears:
                ears.remove(ear.hear)

    def _maybe_fall(self) -> None:
        if self.life.luck.strikes(self.life.luck.cut * 3):
            self.fall(self.life.luck.random.uniform(0.1, 3.0))

    def _must_be_up(self) -> None:
        if self.down:
            raise BusUnavailable("not connected to NATS")

    async def _answered(self, subject: str, payload: bytes, headers: dict[str, str]) -> bytes:
        if subject.startswith("$JS.API."):
            return self.broker.call(subject, payload, former=self._reaches_the_former_leader(subject))
        if subject.startswith("q."):
            offers = [one for one in self.exchange.answering.get(subject, []) if not one[0].dead]
            if not offers:
                raise BusUnavailable(f"nobody answers on {subject}")
            life, answer = self.life.luck.random.choice(offers)
            return await asyncio.wait_for(life.start(answer(payload)), 2.0)
        stored = self.broker.publish(subject, payload, headers)
        if stored is None:
            raise BusUnavailable(f"nobody answers on {subject}")
        return stored

    def _reaches_the_former_leader(self, subject: str) -> bool:
        if not subject.startswith(LOOKS):
            return False
        luck, stream = self.life.luck, subject.rpartition(".")[2]
        if luck.strikes(luck.stale):
            self.broker.depose(stream, luck.random.uniform(0.2, 5.0))
        if not self.broker.has_former(stream) or luck.random.random() < 0.5:
            return False
        luck.trail.append(f"{self.life.name} is told of an older {stream}")
        return True

    async def _never(self, subject: str, timeout_seconds: float) -> None:
        self.life.luck.trail.append(f"{self.life.name} loses what it asked, or the answer")
        await asyncio.sleep(timeout_seconds)
        self.life.must_live()
        raise OutcomeUnknown(f"no answer on {subject} within {timeout_seconds} s")


def answering(handler: Any, kind: type[msgspec.Struct]) -> Answer:
    async def answer(payload: bytes) -> bytes:
        return msgspec.json.encode(await handler(msgspec.json.decode(payload, type=kind)))

    return answer
