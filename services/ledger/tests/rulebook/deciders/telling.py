"""A word of the tests becomes a command, is decided once, and its outcome an answer (R5)."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec
from uuid import UUID, uuid5

import msgspec

from ledger.domain import deciding
from ledger.domain.keys import Operation
from ledger.domain.tenant import Tenant
from rulebook.deciders.naming import MERCHANT, actor_of
from rulebook.terms import By
from rulebook.views import Answer
from stampbook_events import CommandEnvelope, ids, tag_of
from stampbook_events import ledger as told
from stampbook_messaging.messages import Decision, Received

P = ParamSpec("P")
SYSTEM = By("system", "system")
NOT_OF_THE_BODY = {"at", "not_after"}


@dataclass(frozen=True)
class Logged:
    """An event as it was told, under the key that it was told for."""

    key: str
    aggregate: UUID
    event_id: UUID
    event: Any
    recorded_at: datetime
    effective_at: datetime


def told_once(method: Callable[P, Answer]) -> Callable[P, Answer]:
    """The same key and body get the first answer again."""
    signature = inspect.signature(method)

    @wraps(method)
    def telling(*args: P.args, **kwargs: P.kwargs) -> Answer:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        words = dict(bound.arguments)
        books: Telling = words.pop("self")
        body = (method.__name__, {name: value for name, value in words.items() if name not in NOT_OF_THE_BODY})
        if words["key"] in books.answers:
            first_body, first = books.answers[words["key"]]
            return first if first_body == body else Answer(accepted=False, code="idempotency_key_reused")
        books.now, books.before = words["at"], books.now
        answer = method(*args, **kwargs)
        books.answers[words["key"]] = (body, answer)
        books.calls.append((method.__name__, words))
        return answer

    return telling


class Telling:
    def __init__(self, merchant: UUID = MERCHANT) -> None:
        self.tenant = Tenant(merchant)
        self.now: datetime | None = None
        self.before: datetime | None = None
        self.answers: dict[str, tuple[object, Answer]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.log: list[Logged] = []
        self.refusals: dict[str, UUID] = {}
        self.people: dict[str, UUID] = {}
        self.cards: dict[UUID, str] = {}
        self.operations: dict[str, UUID] = {}
        self.names: dict[UUID, str] = {}
        self.sent = 0

    def send(
        self,
        key: str,
        at: datetime,
        command: msgspec.Struct,
        by: By = SYSTEM,
        *,
        occurred_at: datetime | None = None,
        late: bool = False,
    ) -> Decision:
        self.sent += 1
        envelope = CommandEnvelope(
            id=uuid5(self.tenant.merchant, f"{key} {self.sent}"),
            type=tag_of(type(command)),
            merchant=self.tenant.merchant,
            actor=actor_of(by),
            correlation=uuid5(self.tenant.merchant, key),
            fingerprint=b"",
            data=msgspec.Raw(msgspec.json.encode(command)),
            occurred_at=occurred_at,
        )
        received = Received(envelope=envelope, command=command, partition=0, seq=self.sent, recorded_at=at, late=late)
        decision = self.decided(received)
        self.note(key, received, decision.facts)
        return decision

    def decided(self, received: Received) -> Decision:
        return deciding.decide(self.tenant, received)

    def note(self, key: str, received: Received, facts: Any) -> None:
        for n, fact in enumerate(facts):
            event_id = ids.event_id(received.envelope.id, n)
            effective = fact.occurred_at or received.recorded_at
            name = self._named(key, fact.event)
            self.names[event_id] = name
            self.log.append(Logged(name, fact.aggregate, event_id, fact.event, received.recorded_at, effective))
            if event_id in self.tenant.operations:
                again = isinstance(fact.event, told.WelcomeBonusGranted)  # A freed key pays again, under the same name.
                self.operations[name] = event_id if again else self.operations.get(name, event_id)
            if isinstance(fact.event, told.EarningRefused | told.StampsRefused | told.RedemptionRefused):
                self.refusals[key] = event_id
                self.tenant.refused[event_id] = fact.event

    def _named(self, key: str, event: Any) -> str:
        """The key that the tests know an operation by, whoever's command brought it."""
        card = self.cards.get(getattr(event, "card_id", MERCHANT))
        names = {
            told.WelcomeBonusGranted: lambda: f"welcome:{card}",
            told.BirthdayBonusGranted: lambda: f"birthday:{card}:{event.day.year}",
            told.BirthdaySkipped: lambda: f"birthday:{card}:{event.day.year}",
            told.ReservationLapsed: lambda: f"lapse:{self.names[event.reservation_id]}",
            told.RewardExpired: lambda: f"reward-expire:{event.unlocked_id}",
        }
        if isinstance(event, told.PointsExpired) and event.cause != "closed":
            when = event.due.astimezone(UTC).isoformat()
            return f"expire:{card}:{when}" if event.cause == "date" else f"end:{card}"
        return names.get(type(event), lambda: key)()

    def newest_lot(self, source: str) -> UUID:
        """The id of the lot, or its last successor, that the operation called *source* made."""
        made = self.operations[source]
        opened = [lot for logged in self.log for lot in _opened(logged.event) if lot.source == made]
        return opened[-1].lot_id

    def card_id(self, name: str) -> UUID:
        return next((card_id for card_id, known in self.cards.items() if known == name), uuid5(MERCHANT, name))

    def operation(self, key: str) -> Operation | None:
        return self.tenant.operations.get(self.operations.get(key, MERCHANT))

    def refused(self, decision: Decision) -> Answer:
        assert decision.refused is not None
        detail = decision.result
        first = detail.get("first")
        assert first is None or isinstance(first, dict)
        store_id = detail.get("used_store")
        return Answer(
            accepted=False,
            code=decision.refused,
            seconds_left=detail.get("seconds_left"),
            used_at=detail.get("used_at"),
            used_store=self.names.get(store_id) if store_id else None,
            first=self.names[first["operation_id"]] if first else None,
        )


def _opened(event: Any) -> tuple[told.LotOpened, ...]:
    moves: told.Moves | None = getattr(event, "moves", None)
    return moves.opened if moves else ()
