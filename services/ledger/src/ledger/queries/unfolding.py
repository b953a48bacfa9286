"""One figure of a card as it was then, unfolded into parts and the events that changed them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger.domain import explaining
from ledger.domain.statement import amounts
from ledger.queries.explained import Explanation, Happened, PurchaseReckoned, RefundReckoned, happened
from ledger.queries.past import Then
from ledger.queries.questions import AskExplanation
from ledger.queries.unfolded import Begin, Log, Page, joined, lot_part, page_of_parts, page_of_steps, part_of
from ledger.queries.views import OpenLot, lot_of, open_lots
from ledger.store.logs import naming, on_accounts
from stampbook_events.ledger import PointsEarned, PurchaseRefunded, RewardUnlocked
from stampbook_messaging.queries import Refusal

Db = Any
PARTS_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Unfolding:
    db: Db
    request: AskExplanation
    then: Then
    begin: Begin

    async def balance(self) -> Explanation:
        """The debt comes first, then the lots in the order in which they are used."""
        seen, first = self.then.seen, self.begin.part
        owed = seen.card.holdings.totals.owed
        shares: list[OpenLot | None] = [*([None] if owed else []), *open_lots(seen)]
        page = shares[first : first + PARTS_PER_PAGE]
        log = await self._log_of([lot for lot in page if lot], debt=None in page)
        parts = [lot_part(lot, log) if lot else part_of(-owed, log, self._changed_debt) for lot in page]
        shown = page_of_parts(parts, log, self.begin, len(shares) > first + len(page))
        return self._explanation(shown, points=seen.card.holdings.balance(seen.at))

    async def stamps(self) -> Explanation:
        """Those on the card, less those that are owed for a reward that was used (R59)."""
        card = self.then.seen.card
        booked = await self._on_accounts("stamps", explaining.STAMPS)
        log = joined(booked, self._due(lambda event: bool(self._changed_stamps_by(card.card_id, event))))
        changed = part_of(card.count - card.owed_stamps, log, lambda it: self._changed_stamps_by(it.card_id, it.event))
        return self._explanation(page_of_parts([changed], log, self.begin, more=False), points=changed.points)

    async def lot(self, lot_id: UUID) -> Explanation:
        """With those that it succeeded, or that succeeded it: what became of one operation's points."""
        holdings, at = self.then.seen.card.holdings, self.then.seen.at
        if lot_id not in holdings.lots:
            raise Refusal("lot_unknown")
        chain = [lot_of(lot, at) for lot in holdings.of_source(holdings.lots[lot_id].source)]
        log = await self._log_of(chain)
        parts = [lot_part(lot, log) for lot in chain]
        shown = page_of_parts(parts[self.begin.part :], log, self.begin, more=False)
        return self._explanation(shown, points=sum(part.points for part in parts))

    async def reward(self, unlocked_id: UUID) -> Explanation:
        """And what completed the card, or the birthday that brought it."""
        one = self.then.seen.card.unlocked.get(unlocked_id)
        if one is None:
            raise Refusal("reward_unknown")
        own = [it for it in await self._log([unlocked_id]) if unlocked_id in explaining.named(it.event)]
        causes = [it.told.envelope.causation for it in own if it.told and isinstance(it.event, RewardUnlocked)]
        brought = [it for it in await self._log(causes) if it.told and it.told.envelope.causation in causes]
        log = joined(brought, own, self._due(lambda event: unlocked_id in explaining.named(event)))
        return self._explanation(page_of_steps(log, self.begin), state=one.state)

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
            page_of_steps(log, self.begin),
            points=amounts(operation).points,
            purchase=self._purchase(operation),
            refund=_refund(operation, log),
        )

    async def _log(self, names: Iterable[UUID]) -> list[Happened]:
        found = await naming(self.db, self.request.merchant, list(self.then.members), self.then.seen.at, names)
        return [happened(told) for told in found]

    async def _on_accounts(self, unit: str, accounts: Iterable[str]) -> list[Happened]:
        then, merchant = self.then, self.request.merchant
        found = await on_accounts(self.db, merchant, list(then.members), then.seen.at, unit, accounts)
        return [happened(told) for told in found]

    async def _log_of(self, lots: Sequence[OpenLot], *, debt: bool = False) -> Log:
        """What touched one of these *lots*, or the debt."""
        ids, card_id = [lot.lot_id for lot in lots], self.then.seen.card.card_id

        def concerns(event: Any) -> bool:
            touched = any(explaining.moves_lot(event, one) or explaining.redates_lot(event, one) for one in ids)
            return touched or (debt and bool(self._changed_debt_by(card_id, event)))

        named = [it for it in await self._log(ids) if concerns(it.event)]
        of_debt = await self._on_accounts("points", explaining.DEBT) if debt else []
        return joined(named, of_debt, self._due(concerns))

    def _due(self, concerns: Callable[[Any], bool]) -> list[Happened]:
        """What was due by then and is not booked."""
        card_id = self.then.seen.card.card_id
        return [
            Happened(card_id, fact.occurred_at or self.then.seen.at, fact.event)
            for fact in self.then.seen.facts
            if concerns(fact.event)
        ]

    def _changed_debt(self, it: Happened) -> int:
        return self._changed_debt_by(it.card_id, it.event)

    def _changed_debt_by(self, card_id: UUID, event: Any) -> int:
        return explaining.changed(event, card_id, self.then.members, "points", explaining.DEBT)

    def _changed_stamps_by(self, card_id: UUID, event: Any) -> int:
        return explaining.changed(event, card_id, self.then.members, "stamps", explaining.STAMPS)

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

    def _explanation(self, page: Page, **figure: Any) -> Explanation:
        at, rest = self.then.seen.at, page.rest
        told: dict[str, Any] = {"points": None, "state": None}
        return Explanation(
            **(told | figure),
            at=at,
            card_id=self.then.seen.card.card_id,
            figure=self.request.figure,
            subject=self.request.subject,
            parts=page.parts,
            steps=[it.step for it in page.steps],
            next=f"{at.isoformat()}~{rest.part}~{rest.change}" if rest else None,
        )


def _is(it: Happened, event_id: UUID) -> bool:
    return it.told is not None and it.told.envelope.id == event_id


def _refund(event: Any, log: Log) -> RefundReckoned | None:
    """None without a purchase under the receipt."""
    if not isinstance(event, PurchaseRefunded):
        return None
    purchase = next((it.event for it in log if _is(it, event.operation_id)), None)
    if not isinstance(purchase, PointsEarned):
        return None
    share = explaining.share_of(event, purchase)
    return RefundReckoned(**share._asdict(), before=share.before, after=share.after)
