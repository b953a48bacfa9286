"""Any figure of a card unfolds into the events that made it (C14): the balance, a lot, a reward's state, an operation."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.domain import explaining
from ledger.domain.statement import amounts
from ledger.queries.explained import (
    Change,
    Explanation,
    Happened,
    Part,
    PurchaseReckoned,
    RefundReckoned,
    happened,
)
from ledger.queries.past import Then, card_then, past
from ledger.queries.questions import AskExplanation
from ledger.queries.views import OpenLot, lot_of, open_lots
from ledger.store.logs import naming, on_account
from ledger.store.looking import one_moment
from stampbook_events.ledger import PointsEarned, PurchaseRefunded, RewardUnlocked
from stampbook_messaging.clock import Clock
from stampbook_messaging.queries import Answers, Refusal

Db = Any
Log = Sequence[Happened]
PARTS_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class ExplanationQueries:
    pool: Any
    clock: Clock

    def answers(self) -> Answers:
        return {"explain": (AskExplanation, self.explain)}

    async def explain(self, request: AskExplanation) -> Explanation:
        """As of the instant asked for, or of a cursor's, or of now."""
        at, skipped = _place(request, self.clock)
        async with one_moment(self.pool) as db:
            then = await card_then(db, request.merchant, request.card_id, at)
            explained = _Explaining(db, request, then)
            if request.figure == "balance":
                return await explained.balance(skipped)
            if request.subject is None:
                raise Refusal("operation_unknown")
            return await getattr(explained, request.figure)(request.subject)  # type: ignore[no-any-return]


def _place(request: AskExplanation, clock: Clock) -> tuple[datetime, int]:
    """When, and how many parts were told before."""
    if request.cursor is None:
        return (clock.now() if request.at is None else past(request.at, clock)), 0
    instant, _, skipped = request.cursor.partition("~")
    try:
        at = msgspec.convert(instant, datetime)
    except msgspec.ValidationError:
        raise Refusal("cursor_invalid") from None
    if at.tzinfo is None or not (skipped.isascii() and skipped.isdigit() and len(skipped) < 10):
        raise Refusal("cursor_invalid")
    return past(at, clock), int(skipped)


@dataclass(frozen=True, slots=True)
class _Explaining:
    """One figure of a card as it was *then*."""

    db: Db
    request: AskExplanation
    then: Then

    async def balance(self, skipped: int) -> Explanation:
        """The debt comes first, then the lots in the order in which they are used."""
        seen = self.then.seen
        owed = seen.card.holdings.totals.owed
        shares: list[OpenLot | None] = [*([None] if owed else []), *open_lots(seen)]
        page = shares[skipped : skipped + PARTS_PER_PAGE]
        log = await self._log_of([lot for lot in page if lot], debt=None in page)
        more = len(shares) > skipped + len(page)
        return self._explanation(
            log,
            parts=[_lot_part(lot, log) if lot else self._debt_part(log) for lot in page],
            points=seen.card.holdings.balance(seen.at),
            next=f"{seen.at.isoformat()}~{skipped + len(page)}" if more else None,
        )

    async def lot(self, lot_id: UUID) -> Explanation:
        """With those that it succeeded, or that succeeded it: what became of one operation's points."""
        holdings, at = self.then.seen.card.holdings, self.then.seen.at
        if lot_id not in holdings.lots:
            raise Refusal("lot_unknown")
        chain = [lot_of(lot, at) for lot in holdings.of_source(holdings.lots[lot_id].source)]
        log = await self._log_of(chain)
        parts = [_lot_part(lot, log) for lot in chain]
        return self._explanation(log, parts=parts, points=sum(part.points for part in parts))

    async def reward(self, unlocked_id: UUID) -> Explanation:
        """And what completed the card, or the birthday that brought it."""
        one = self.then.seen.card.unlocked.get(unlocked_id)
        if one is None:
            raise Refusal("reward_unknown")
        own = [it for it in await self._log([unlocked_id]) if unlocked_id in explaining.named(it.event)]
        causes = [it.told.envelope.causation for it in own if it.told and isinstance(it.event, RewardUnlocked)]
        brought = [it for it in await self._log(causes) if it.told and it.told.envelope.causation in causes]
        return self._explanation(
            _joined(brought, own, self._due(lambda event: unlocked_id in explaining.named(event))), state=one.state
        )

    async def operation(self, operation_id: UUID) -> Explanation:
        """And all that it rests on, or that took it back."""
        mentioning = await self._log([operation_id])
        operation = next((it.event for it in mentioning if _is(it, operation_id)), None)
        if operation is None:
            raise Refusal("operation_unknown")
        about = {operation_id, *explaining.named(operation)}
        log = [
            it
            for it in await self._log(about)
            if any(_is(it, one) for one in about) or about & explaining.named(it.event)
        ]
        return self._explanation(
            log,
            points=amounts(operation).points,
            purchase=self._purchase(operation),
            refund=_refund(operation, log),
        )

    async def _log(self, names: Iterable[UUID]) -> list[Happened]:
        found = await naming(self.db, self.request.merchant, list(self.then.members), self.then.seen.at, names)
        return [happened(told) for told in found]

    async def _log_of(self, lots: Sequence[OpenLot], *, debt: bool = False) -> Log:
        """What touched one of these *lots*, or the debt."""
        ids = [lot.lot_id for lot in lots]
        merchant, then = self.request.merchant, self.then

        def concerns(event: Any) -> bool:
            touched = any(explaining.touches_lot(event, one) for one in ids)
            return touched or (debt and bool(explaining.changed_debt(event, then.seen.card.card_id, then.members)))

        named = [it for it in await self._log(ids) if concerns(it.event)]
        of_debt = await on_account(self.db, merchant, list(then.members), then.seen.at, "debt") if debt else []
        return _joined(named, [happened(told) for told in of_debt], self._due(concerns))

    def _due(self, concerns: Callable[[Any], bool]) -> list[Happened]:
        """What was due by then and is not booked."""
        card_id = self.then.seen.card.card_id
        return [
            Happened(card_id, fact.occurred_at or self.then.seen.at, fact.event)
            for fact in self.then.seen.facts
            if concerns(fact.event)
        ]

    def _debt_part(self, log: Log) -> Part:
        members = self.then.members
        owed = self.then.seen.card.holdings.totals.owed
        return _part(-owed, log, lambda it: explaining.changed_debt(it.event, it.card_id, members), lambda _: False)

    def _purchase(self, event: Any) -> PurchaseReckoned | None:
        if not isinstance(event, PointsEarned):
            return None
        version = self.then.tenant.programs[event.program_id].versions[event.program_version - 1]
        reckoned = explaining.purchase_of(event, version.terms)
        return PurchaseReckoned(
            **reckoned._asdict(),
            currency=event.currency,
            base=event.base,
            campaign=event.campaign,
            not_given=event.not_given,
        )

    def _explanation(self, log: Log, **figure: Any) -> Explanation:
        told: dict[str, Any] = {"points": None, "state": None, "parts": []}
        return Explanation(
            **(told | figure),
            at=self.then.seen.at,
            card_id=self.then.seen.card.card_id,
            figure=self.request.figure,
            subject=self.request.subject,
            steps=[it.step for it in log],
        )


def _is(it: Happened, event_id: UUID) -> bool:
    return it.told is not None and it.told.envelope.id == event_id


def _joined(*logs: Iterable[Happened]) -> Log:
    """Each event once, in recorded order; what is not booked yet comes last."""
    recorded = {it.told.pos: it for log in logs for it in log if it.told}
    return [*(recorded[pos] for pos in sorted(recorded)), *(it for log in logs for it in log if not it.told)]


def _lot_part(lot: OpenLot, log: Log) -> Part:
    return _part(
        lot.free + lot.held,
        log,
        lambda it: explaining.changed_lot(it.event, lot.lot_id),
        lambda it: explaining.touches_lot(it.event, lot.lot_id),
        lot,
    )


def _part(
    points: int,
    log: Log,
    changed: Callable[[Happened], int],
    touches: Callable[[Happened], bool],
    lot: OpenLot | None = None,
) -> Part:
    changes = [Change(step=number, points=changed(it)) for number, it in enumerate(log) if changed(it) or touches(it)]
    return Part(points=points, lot=lot, changes=changes)


def _refund(event: Any, log: Log) -> RefundReckoned | None:
    """None without a purchase under the receipt."""
    if not isinstance(event, PurchaseRefunded):
        return None
    purchase = next((it.event for it in log if _is(it, event.operation_id)), None)
    if not isinstance(purchase, PointsEarned):
        return None
    share = explaining.share_of(event, purchase)
    return RefundReckoned(**share._asdict(), before=share.before, after=share.after)
