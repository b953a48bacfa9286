"""What tills, shops and integrators tell."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from ledger.domain.evolving import taken_of
from rulebook.deciders.cards import Cards
from rulebook.deciders.naming import MERCHANT, id_of, terminal_of
from rulebook.deciders.telling import told_once
from rulebook.terms import CUSTOMER, STAFF, By, Channel, Device, Whole
from rulebook.views import Answer
from stampbook_events import ledger as told
from stampbook_messaging.messages import Decision


def late(at: datetime, not_after: datetime | None) -> bool:
    return not_after is not None and at > not_after


def is_whole(quantity: Whole | None) -> bool:
    return quantity is None or quantity == int(quantity)


IN_PARTS = Answer(accepted=False, code="quantity_invalid")
"""The gateway's: no command can ask for half a reward."""


class Tills(Cards):
    def store(self, name: str | None) -> UUID | None:
        return None if name is None else id_of("store", name)

    def link(self, linked_to: str | None) -> UUID | None:
        return None if linked_to is None else self.refusals.get(linked_to, uuid5(MERCHANT, linked_to))

    def event_of(self, decision: Decision, *kinds: type) -> Any:
        return next((fact.event for fact in decision.facts if isinstance(fact.event, kinds)), None)

    def answered(self, decision: Decision, **more: Any) -> Answer:
        if decision.refused is not None:
            return self.refused(decision)
        result = decision.result
        words = {
            "card": self.cards[result["card_id"]],
            "balance": result["balance"],
            "effective": result.get("effective_at") or self.now,
            "version": result.get("program_version"),
            "repaid": result.get("repaid", 0),
            "flags": frozenset(result.get("flags", ())),
        }
        return Answer(**words | more)

    def spent(self, decision: Decision, event: Any) -> Answer:
        """Points that left, with the lots they left."""
        if event is None:
            return self.answered(decision)
        taken = [(one.lot_id, one.points) for one in taken_of(event.moves)] or _held(event)
        lots = tuple((self.lot_name(lot_id), points) for lot_id, points in taken)
        missing = getattr(event, "missing", 0)
        return self.answered(decision, points=event.points, lots=lots, missing=missing)

    def lot_name(self, lot_id: UUID) -> str:
        lots = (card.holdings.lots for card in self.tenant.cards.values())
        return next(self.names[found[lot_id].source] for found in lots if lot_id in found)

    @told_once
    def earn(
        self,
        *,
        key: str,
        at: datetime,
        card: str,
        amount: Whole,
        currency: str = "EUR",
        store: str | None = None,
        by: By = STAFF,
        channel: Channel = "till",
        occurred_at: datetime | None = None,
        device: Device | None = None,
        receipt: str | None = None,
        number: str | None = None,
        ticket: bool = False,
        linked_to: str | None = None,
    ) -> Answer:
        if amount != int(amount):
            return Answer(accepted=False, code="amount_not_whole")  # The gateway's: no command can say it.
        command = told.EarnPoints(
            card_id=self.card_id(card),
            amount_minor=int(amount),
            currency=currency,
            store_id=self.store(store),
            channel=channel,
            terminal=terminal_of(device),
            receipt=receipt,
            card_number=number,
            by_ticket=ticket,
            linked_to=self.link(linked_to),
        )
        decision = self.send(key, at, command, by, occurred_at=occurred_at)
        event = self.event_of(decision, told.PointsEarned)
        if event is None:
            return self.refused(decision)
        return self.answered(
            decision,
            points=event.points,
            base=event.base,
            campaign=event.campaign,
            not_given=event.not_given,
            reason=event.because,
            lots=tuple((key, lot.points) for lot in event.moves.opened),
        )

    @told_once
    def give_stamps(
        self,
        *,
        key: str,
        at: datetime,
        card: str,
        n: Whole,
        store: str | None = None,
        by: By = STAFF,
        channel: Channel = "till",
        occurred_at: datetime | None = None,
        device: Device | None = None,
        receipt: str | None = None,
        number: str | None = None,
        ticket: bool = False,
        override: str | None = None,
        linked_to: str | None = None,
    ) -> Answer:
        if n != int(n):
            return Answer(accepted=False, code="stamps_not_whole")
        command = told.GiveStamps(
            card_id=self.card_id(card),
            stamps=int(n),
            store_id=self.store(store),
            channel=channel,
            terminal=terminal_of(device),
            receipt=receipt,
            card_number=number,
            by_ticket=ticket,
            override=override,
            linked_to=self.link(linked_to),
        )
        decision = self.send(key, at, command, by, occurred_at=occurred_at)
        event = self.event_of(decision, told.StampsEarned)
        if event is None:
            return self.refused(decision)
        return self.answered(
            decision,
            balance=None,
            given=event.stamps,
            not_given=event.not_given,
            reason=event.because,
            unlocked=tuple(one["code"] for one in decision.result.get("unlocked", ())),
            overridden_by=decision.result.get("overridden_by"),
        )

    @told_once
    def hold(
        self,
        *,
        key: str,
        at: datetime,
        card: str,
        reward: str,
        quantity: Whole = 1,
        store: str | None = None,
        by: By = CUSTOMER,
        channel: Channel = "online",
        number: str | None = None,
        ticket: bool = False,
        not_after: datetime | None = None,
    ) -> Answer:
        if not is_whole(quantity):
            return IN_PARTS
        command = told.HoldReward(
            card_id=self.card_id(card),
            reward_id=id_of("reward", reward),
            quantity=int(quantity),
            store_id=self.store(store),
            channel=channel,
            card_number=number,
            by_ticket=ticket,
        )
        decision = self.send(key, at, command, by, late=late(at, not_after))
        event = self.event_of(decision, told.RewardHeld)
        if event is None:
            return self.refused(decision)
        self.operations[key] = decision.result["reservation_id"]
        lots = tuple((self.lot_name(one.lot_id), one.points) for one in taken_of(event.moves))
        words = {"points": event.points, "lots": lots, "reservation": key, "redeem_code": event.code}
        return self.answered(decision, **words, ends_at=event.ends_at)

    @told_once
    def capture(
        self,
        *,
        key: str,
        at: datetime,
        reservation: str,
        quantity: Whole | None = None,
        store: str | None = None,
        by: By = STAFF,
        receipt: str | None = None,
        not_after: datetime | None = None,
    ) -> Answer:
        if not is_whole(quantity):
            return IN_PARTS
        command = told.CaptureReservation(
            card_id=self.card_of(reservation),
            reservation_id=self.operations.get(reservation, MERCHANT),
            quantity=None if quantity is None else int(quantity),
            store_id=self.store(store),
            receipt=receipt,
        )
        decision = self.send(key, at, command, by, late=late(at, not_after))
        return self.spent(self._unknown(decision), self.event_of(decision, told.RewardRedeemed))

    def card_of(self, reservation: str) -> UUID:
        made = self.operations.get(reservation)
        owners = (card.card_id for card in self.tenant.cards.values() if made in card.holds)
        return next(owners, uuid5(MERCHANT, "no card"))

    def _unknown(self, decision: Decision) -> Decision:
        """A reservation that nobody ever made has no card either: the caller named no card."""
        if decision.refused != "card_unknown":
            return decision
        return Decision(facts=decision.facts, result=decision.result, refused="reservation_unknown")

    @told_once
    def release(self, *, key: str, at: datetime, reservation: str, by: By = CUSTOMER) -> Answer:
        command = told.ReleaseReservation(
            card_id=self.card_of(reservation), reservation_id=self.operations.get(reservation, MERCHANT)
        )
        return self.answered(self._unknown(self.send(key, at, command, by)))

    @told_once
    def redeem(
        self,
        *,
        key: str,
        at: datetime,
        card: str,
        reward: str,
        quantity: Whole = 1,
        store: str | None = None,
        by: By = STAFF,
        receipt: str | None = None,
        number: str | None = None,
        ticket: bool = False,
        not_after: datetime | None = None,
    ) -> Answer:
        if not is_whole(quantity):
            return IN_PARTS
        command = told.RedeemReward(
            card_id=self.card_id(card),
            reward_id=id_of("reward", reward),
            quantity=int(quantity),
            store_id=self.store(store),
            receipt=receipt,
            card_number=number,
            by_ticket=ticket,
        )
        decision = self.send(key, at, command, by, late=late(at, not_after))
        return self.spent(decision, self.event_of(decision, told.RewardRedeemed))

    @told_once
    def redeem_offline(
        self,
        *,
        key: str,
        at: datetime,
        card: str,
        reward: str,
        occurred_at: datetime,
        store: str,
        quantity: Whole = 1,
        by: By = STAFF,
        device: Device | None = None,
        receipt: str | None = None,
        number: str | None = None,
        linked_to: str | None = None,
    ) -> Answer:
        if not is_whole(quantity):
            return IN_PARTS
        command = told.RedeemReward(
            card_id=self.card_id(card),
            reward_id=id_of("reward", reward),
            quantity=int(quantity),
            store_id=self.store(store),
            channel="offline",
            terminal=terminal_of(device),
            receipt=receipt,
            card_number=number,
            linked_to=self.link(linked_to),
        )
        decision = self.send(key, at, command, by, occurred_at=occurred_at)
        return self.spent(decision, self.event_of(decision, told.RewardRedeemed))

    @told_once
    def use_reward(
        self,
        *,
        key: str,
        at: datetime,
        redeem_code: str,
        store: str | None = None,
        by: By = STAFF,
        receipt: str | None = None,
        number: str | None = None,
        ticket: bool = False,
        not_after: datetime | None = None,
    ) -> Answer:
        command = told.UseCode(
            code=redeem_code, store_id=self.store(store), receipt=receipt, card_number=number, by_ticket=ticket
        )
        decision = self.send(key, at, command, by, late=late(at, not_after))
        captured = self.event_of(decision, told.RewardRedeemed)
        if captured is not None or decision.refused is not None:
            return self.spent(decision, captured)
        return self.answered(decision, balance=None, redeem_code=redeem_code)

    @told_once
    def void(self, *, key: str, at: datetime, operation: str, store: str | None = None, by: By = STAFF) -> Answer:
        command = told.VoidOperation(operation_id=self.operations.get(operation, MERCHANT), store_id=self.store(store))
        decision = self.send(key, at, command, by)
        return self.answered(decision, points=decision.result.get("points", 0), given=decision.result.get("given", 0))

    @told_once
    def refund(
        self,
        *,
        key: str,
        at: datetime,
        program: str,
        receipt: str,
        store: str | None,
        amount: Whole | None = None,
        currency: str = "EUR",
        receipt_day: date | None = None,
        refund_number: str | None = None,
        keep_reward: bool = False,
        with_reward: bool = False,
        with_stamps: bool = False,
        at_store: str | None = None,
        by: By = STAFF,
    ) -> Answer:
        if amount is not None and amount != int(amount):
            return Answer(accepted=False, code="amount_not_whole")
        command = told.RefundPurchase(
            program_id=id_of("program", program),
            receipt=str(self.operations.get(receipt, receipt)),
            sold_by=self.store(store),
            store_id=self.store(at_store or store),
            amount_minor=None if amount is None else int(amount),
            currency=currency,
            receipt_day=receipt_day,
            refund_number=refund_number,
            keep_reward=keep_reward,
            with_reward=with_reward,
            with_stamps=with_stamps,
        )
        decision = self.send(key, at, command, by)
        return self.answered(decision, points=decision.result.get("points", 0))


def _held(event: Any) -> list[tuple[UUID, int]]:
    return [(by.lot_id, -by.held) for by in event.moves.moved if by.held < 0]
