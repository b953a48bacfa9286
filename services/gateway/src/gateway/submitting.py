"""A command's way out of the gateway: stored on the stream, and, for whoever waits, its outcome."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from gateway.ports import AnswerPort, CommandPort
from gateway.problems import Refused
from stampbook_events import Actor
from stampbook_events.registry import tag_of
from stampbook_messaging.bus import BusUnavailable, Denied, OutcomeUnknown
from stampbook_messaging.clock import Clock
from stampbook_messaging.commands import CommandResult, Stored
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.logging import get_logger
from stampbook_messaging.messages import Answer
from stampbook_messaging.queries import QueryRefused, QueryUnavailable
from stampbook_messaging.telemetry import current_traceparent

log = get_logger(__name__)

_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One command with all it needs to be sent. *keys*: the aggregates that wait if it parks."""

    id: UUID
    command: msgspec.Struct
    merchant: UUID
    actor: Actor
    correlation: UUID
    fingerprint: bytes
    keys: tuple[UUID, ...] = ()
    occurred_at: datetime | None = None
    not_after: datetime | None = None

    @property
    def type(self) -> str:
        return tag_of(type(self.command))


@dataclass(frozen=True, slots=True)
class Submitted:
    """*seq*: where it lies on the stream. *answer*: None while it is not decided, or nobody waited."""

    seq: int
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Submitter:
    commands: CommandPort
    answers: AnswerPort
    clock: Clock
    failpoints: Failpoints

    async def submit(self, sending: Sending, wait_seconds: float) -> Submitted:
        """Store the command and wait for its end at most so long. Raises ``Refused``: unavailable, unknown or reused."""
        expected = self.answers.expect(sending.id)
        try:
            stored = await self._store(sending)
            answer = await self._answer(sending, stored, expected, wait_seconds)
        finally:
            expected.cancel()
        if answer is not None and answer.status == "mismatch":
            raise Refused("idempotency_key_reused", command_id=str(sending.id))
        return Submitted(stored.seq, answer)

    async def _store(self, sending: Sending) -> Stored:
        """An unknown end is tried once more with the same id: the stream tells a repetition from a new command."""
        try:
            return await self._send(sending)
        except OutcomeUnknown:
            return await self._send_again(sending)
        except (BusUnavailable, Denied) as away:
            log.warning("command.not_stored", command_type=sending.type, reason=type(away).__name__)
            raise Refused("unavailable", command_id=str(sending.id)) from None

    async def _send_again(self, sending: Sending) -> Stored:
        """Whatever keeps the second one out, the first may be stored: nobody can say that nothing was."""
        try:
            return await self._send(sending)
        except (OutcomeUnknown, BusUnavailable, Denied):
            raise Refused("outcome_unknown", command_id=str(sending.id)) from None

    async def _send(self, sending: Sending) -> Stored:
        await self.failpoints.reach("gateway.before_publish")
        stored = await self.commands.send(
            sending.command,
            id=sending.id,
            merchant=sending.merchant,
            actor=sending.actor,
            correlation=sending.correlation,
            fingerprint=sending.fingerprint,
            keys=sending.keys,
            occurred_at=sending.occurred_at,
            not_after=sending.not_after,
            answer_to=self.answers.instance,
            traceparent=current_traceparent(),
        )
        await self.failpoints.reach("gateway.after_publish")
        return stored

    async def _answer(
        self, sending: Sending, stored: Stored, expected: asyncio.Future[Answer], wait_seconds: float
    ) -> Answer | None:
        if stored.duplicate:
            return await self._first_answer(sending, stored.seq, expected, wait_seconds)
        if wait_seconds <= 0:
            return None
        heard = await self.answers.wait(expected, wait_seconds)
        return heard if heard is not None else await self._look(sending, stored.seq)

    async def _first_answer(
        self, sending: Sending, seq: int, expected: asyncio.Future[Answer], wait_seconds: float
    ) -> Answer | None:
        """The first command's answer went to whoever sent it: the inbox is asked until it knows."""
        until = self.clock.monotonic() + wait_seconds
        while True:
            answer = await self._look(sending, seq)
            left = until - self.clock.monotonic()
            if answer is not None or left <= 0:
                return answer
            heard = await self.answers.wait(asyncio.shield(expected), min(left, _LOOK_SECONDS))
            if heard is not None:
                return heard

    async def _look(self, sending: Sending, seq: int) -> Answer | None:
        try:
            found: CommandResult = await self.answers.ask(sending.type, sending.id, sending.merchant, seq)
        except (QueryUnavailable, QueryRefused) as silent:
            log.info("command.inbox_silent", command_type=sending.type, reason=str(silent))
            return None
        if found.answer is None:
            return None
        if found.fingerprint != sending.fingerprint:
            return Answer(command_id=sending.id, status="mismatch")
        return found.answer
