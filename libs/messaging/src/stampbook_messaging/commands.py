"""Sending commands and hearing what came of them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from stampbook_events import Actor, CommandEnvelope, tag_of
from stampbook_events.registry import service_of
from stampbook_events.subjects import command_subject
from stampbook_messaging.bus import Bus, Incoming
from stampbook_messaging.messages import Answer
from stampbook_messaging.queries import Queries

CHANCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Stored:
    """The command lies on the stream. *duplicate*: its id was there already, perhaps with another body."""

    seq: int
    duplicate: bool


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """What ``q.<service>.command`` says: the inbox's answer, or where the partition's cursor stands without one.

    *lost*: the cursor has passed *seq* and there is no inbox row, which must never be.
    """

    answer: Answer | None = None
    fingerprint: bytes = b""
    lost: bool = False


class AskCommand(msgspec.Struct, frozen=True, kw_only=True):
    command_id: UUID
    merchant: UUID
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Commands:
    """*chance* gives as many random bytes as it is asked for: what has to be unpredictable is drawn from them."""

    bus: Bus
    chance: Callable[[int], bytes] = secrets.token_bytes

    async def send(
        self,
        command: msgspec.Struct,
        *,
        id: UUID,  # noqa: A002  it is the command's id
        merchant: UUID,
        actor: Actor,
        correlation: UUID,
        fingerprint: bytes,
        keys: tuple[UUID, ...] = (),
        causation: UUID | None = None,
        occurred_at: datetime | None = None,
        not_after: datetime | None = None,
        answer_to: str | None = None,
        traceparent: str | None = None,
    ) -> Stored:
        """Store *command* on its stream; only when this returns it is promised.

        Raises ``BusUnavailable`` (surely not stored), ``StreamFull`` or ``OutcomeUnknown`` (retry with the same id).
        """
        envelope = CommandEnvelope(
            id=id,
            type=tag_of(type(command)),
            merchant=merchant,
            actor=actor,
            correlation=correlation,
            fingerprint=fingerprint,
            data=msgspec.Raw(msgspec.json.encode(command)),
            keys=keys,
            causation=causation,
            occurred_at=occurred_at,
            not_after=not_after,
            answer_to=answer_to,
            chance=self.chance(CHANCE_BYTES),
        )
        headers = {"Nats-Msg-Id": str(id)}
        if traceparent is not None:
            headers["traceparent"] = traceparent
        subject = command_subject(envelope.type, merchant)
        ack = await self.bus.publish_stored(subject, msgspec.json.encode(envelope), headers)
        return Stored(ack.seq, ack.duplicate)


@dataclass(slots=True)
class Answers:
    """One instance's ear for answers. Expect before sending; the inbox is asked when nothing is heard."""

    bus: Bus
    queries: Queries
    instance: str
    _waiting: dict[UUID, list[asyncio.Future[Answer]]] = field(default_factory=dict)

    async def start(self) -> None:
        await self.bus.subscribe(f"answer.gateway.{self.instance}.>", self._hear)

    def expect(self, command_id: UUID) -> asyncio.Future[Answer]:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(command_id, []).append(future)
        future.add_done_callback(lambda _: self._forget(command_id, future))
        return future

    async def wait(self, expected: asyncio.Future[Answer], timeout_seconds: float) -> Answer | None:
        """The answer, or None when it was not heard in time."""
        try:
            return await asyncio.wait_for(expected, timeout_seconds)
        except TimeoutError:
            return None

    async def ask(self, command_type: str, command_id: UUID, merchant: UUID, seq: int | None = None) -> CommandResult:
        """What the inbox of the command's service says. Raises ``QueryUnavailable``."""
        request = AskCommand(command_id=command_id, merchant=merchant, seq=seq)
        return await self.queries.ask(service_of(command_type), "command", request, CommandResult)

    def _forget(self, command_id: UUID, future: asyncio.Future[Answer]) -> None:
        left = [other for other in self._waiting.get(command_id, []) if other is not future]
        if left:
            self._waiting[command_id] = left
        else:
            self._waiting.pop(command_id, None)

    async def _hear(self, message: Incoming) -> None:
        answer = msgspec.json.decode(message.data, type=Answer)
        for future in list(self._waiting.get(answer.command_id, [])):
            if not future.done():
                future.set_result(answer)
