"""The channel 'command': a policy's command, published until its inbox result is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from stampbook_events import Actor, command_type, ids, tag_of
from stampbook_events.registry import service_of
from stampbook_events.routing import ACCEPTABLE_REFUSALS
from stampbook_messaging.bus import ApiRefused, BusUnavailable, Denied, OutcomeUnknown
from stampbook_messaging.clock import Clock
from stampbook_messaging.commands import AskCommand, CommandResult, Commands
from stampbook_messaging.log_queries import log_answers
from stampbook_messaging.messages import Answer, Fact
from stampbook_messaging.protocols import Delivery, Mark, Outcome
from stampbook_messaging.queries import Queries, QueryUnavailable
from stampbook_messaging.telemetry import current_traceparent

_LOOKS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56)
"""Seconds between looks into the inbox after publishing, five altogether."""


class Results(Protocol):
    async def result(self, service: str, ask: AskCommand) -> CommandResult:
        """The inbox's answer. Raises ``QueryUnavailable``."""
        ...


@dataclass(frozen=True, slots=True)
class InboxResults:
    """Our own inbox is asked directly, the others' over the bus."""

    token: str
    pool: Any
    queries: Queries

    async def result(self, service: str, ask: AskCommand) -> CommandResult:
        if service == self.token:
            _, own = log_answers(self.pool)["command"]
            found = await own(ask)
            assert isinstance(found, CommandResult)
            return found
        return await self.queries.ask(service, "command", ask, CommandResult)


@dataclass(slots=True, kw_only=True)
class CommandChannel:
    """*payload* of its deliveries: the command with its tag, the keys it parks, when it was meant to happen."""

    commands: Commands
    results: Results
    clock: Clock
    actor: str
    name: str = "command"
    concurrency: int = 32
    idempotent: bool = True
    in_order: bool = True  # a card is opened before a store is linked to it: a refusal would stand for ever

    async def deliver(self, delivery: Delivery, mark: Mark) -> Outcome:
        command = self._command(delivery)
        service = service_of(tag_of(type(command)))
        ask = AskCommand(command_id=ids.policy_command_id(delivery.event_id, delivery.kind), merchant=delivery.merchant)
        try:
            found = await self.results.result(service, ask)
            if found.answer is None:
                await mark()
                found = await self._publish(delivery, command, service, ask)
        except (BusUnavailable, OutcomeUnknown, Denied, ApiRefused, QueryUnavailable) as trouble:
            return Outcome(verdict="ours", reason=type(trouble).__name__, host=service, answer=str(trouble))
        if found.answer is None:
            return Outcome(verdict="retry", reason="not_answered_yet", host=service)
        return _meaning(delivery.kind, service, found.answer)

    def resends_unknown(self, kind: str) -> bool:
        return bool(kind)

    def outcome_fact(self, delivery: Delivery, outcome: Outcome, state: str) -> Fact | None:  # noqa: ARG002
        """None: the command's own events tell what came of it."""
        return None

    async def settle(self, db: Any, delivery: Delivery, outcome: Outcome) -> Outcome:  # noqa: ARG002
        return outcome

    def _command(self, delivery: Delivery) -> msgspec.Struct:
        fields = delivery.payload["command"]
        return msgspec.convert(fields, command_type(fields["type"]))

    async def _publish(
        self, delivery: Delivery, command: msgspec.Struct, service: str, ask: AskCommand
    ) -> CommandResult:
        occurred = delivery.payload.get("occurred_at")
        await self.commands.send(
            command,
            id=ask.command_id,
            merchant=delivery.merchant,
            actor=Actor(kind="service", id=self.actor),
            correlation=delivery.correlation,
            causation=delivery.event_id,
            fingerprint=b"",
            keys=tuple(UUID(key) for key in delivery.payload.get("keys", ())),
            occurred_at=datetime.fromisoformat(occurred) if occurred else None,
            traceparent=current_traceparent() or delivery.traceparent,
        )
        for seconds in _LOOKS:
            await self.clock.sleep(seconds)
            found = await self.results.result(service, ask)
            if found.answer is not None:
                return found
        return CommandResult()


def _meaning(policy: str, service: str, answer: Answer) -> Outcome:
    match answer.status:
        case "applied":
            return Outcome(verdict="sent", host=service, answer="applied")
        case "refused" if answer.code in ACCEPTABLE_REFUSALS.get(policy, frozenset()):
            return Outcome(verdict="sent", reason=str(answer.code), host=service, answer="refused")
        case "parked":
            return Outcome(verdict="retry", reason="parked", host=service, retry_after=timedelta(minutes=5))
        case _:
            return Outcome(verdict="dead", reason=answer.code or answer.status, host=service, answer=answer.status)
