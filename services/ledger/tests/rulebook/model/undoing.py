"""Void and refund (R52-R59)."""

from collections import Counter
from datetime import date, datetime

from rulebook.model.codes import Codes
from rulebook.model.entries import Card, Operation, Refused, Situation
from rulebook.model.ground import operation
from rulebook.model.guards import whole
from rulebook.terms import STAFF, By, Whole
from rulebook.views import Answer

VOIDABLE = {"earning", "stamps", "redemption", "use", "welcome", "birthday", "adjustment"}


class Undoing(Codes):
    # Void (R52)

    @operation
    def void(self, *, key: str, at: datetime, operation: str, store: str | None = None, by: By = STAFF) -> Answer:
        entry = self.operations.get(operation)
        if entry is None:
            raise Refused("operation_unknown")
        if entry.kind not in VOIDABLE:
            raise Refused("not_voidable")
        if entry.voided:
            raise Refused("already_voided")
        if entry.refunded or entry.refund_numbers or entry.taken_back:
            raise Refused("has_refunds")
        mine = self.find_card(entry.card)
        now = self.situation(key, at, store=store, by=by)
        self.check_voiding(now, mine, entry)
        self.undo_entry(now, mine, entry)
        self.record(now, "void", mine)
        return Answer(
            card=mine.name, effective=at, points=entry.points, given=entry.stamps, balance=self.balance_of(mine, at)
        )

    def undo_entry(self, now: Situation, card: Card, entry: Operation) -> None:
        entry.voided = True
        if entry.kind == "earning" and entry.points:
            self.reverse_points(now, card, entry.points, entry.lot, entry.policy)
        if entry.kind == "stamps":
            self.reverse_stamps(now, card, entry.stamps, entry.policy)
        if entry.kind == "redemption":
            self.undo_redemption(now, card, entry)
        if entry.kind == "use":
            assert entry.unlocked is not None
            self.void_use_of(now, card, entry.unlocked)
        if entry.kind in {"welcome", "birthday"}:
            self.reverse_bonus(now, card, entry)
        if entry.kind == "adjustment":
            self.undo_adjustment(now, card, entry)
        self.take_back_bonus(now, card, entry)

    def undo_redemption(self, now: Situation, card: Card, entry: Operation) -> None:
        """R57; what was missing offline comes back first, as it was covered (R72)."""
        before = self.available_of(card, now.at)
        owed = min(self.debt_of(card), entry.missing) if entry.policy == "debt" else 0
        written_off = entry.missing if entry.policy == "absorb" else 0
        credited = entry.missing - owed - written_off
        lines = Counter(self.give_back(now, card, entry.allocation, "redeemed", self.debt_of(card) - owed))
        if credited:
            self.new_lot(now, card, credited, self.terms(card.program, now.at))
        lines.update({"redeemed": -entry.missing, "debt": owed, "absorbed": written_off, "issued": credited})
        self.post(now, "redemption_voided", card, **lines)
        if entry.taking is not None:
            entry.taking.quantity = 0
        self.tell_reach(now, card, before)
        self.sweep_closed(now, card)

    # Refund (R53, R54, R58)

    @operation
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
        entries = self.under_receipt(program, store, receipt, receipt_day)
        earning = next((e for e in reversed(entries) if e.kind == "earning" and not e.voided), None)
        left_alone = [e for e in entries if e.kind != "earning" and not e.voided and not e.taken_back]
        paid = self.check_refund(entries, earning, left_alone, amount, currency, refund_number)
        first = earning or left_alone[0]
        first.refund_numbers |= {number for number in [self.printed(refund_number)] if number}
        now = self.situation(key, at, store=at_store or store, by=by)
        full = earning is None or paid == earning.amount - earning.refunded
        if (full and not keep_reward) or with_reward:
            self.give_rewards_back(now, left_alone)
        points = self.reverse_part(now, earning, paid) if earning else 0
        if full or with_stamps:
            self.take_stamps_back(now, left_alone)
        card = self.find_card(first.card)
        self.record(now, "refund", card, points=points, amount=paid)
        return Answer(card=card.name, effective=at, points=points, balance=self.balance_of(card, at))

    def check_refund(
        self,
        entries: list[Operation],
        earning: Operation | None,
        left_alone: list[Operation],
        amount: Whole | None,
        currency: str,
        refund_number: str | None,
    ) -> int:
        """R53; the amount that comes back."""
        if earning is None and (any(e.kind == "earning" for e in entries) or all(e.voided for e in entries)):
            raise Refused("already_voided")
        asked = None if amount is None else whole(amount, "amount")
        if earning is not None and currency != earning.currency:
            raise Refused("currency_mismatch")
        number = self.printed(refund_number)
        if number is not None and any(number in entry.refund_numbers for entry in entries):
            raise Refused("refund_already_recorded")
        if earning is None:
            if not left_alone:
                raise Refused("refund_exceeds_purchase")
            return 0
        left = earning.amount - earning.refunded
        if left == 0 or (asked or 0) > left:
            raise Refused("refund_exceeds_purchase")
        return left if asked is None else asked

    def under_receipt(self, program: str, store: str | None, receipt: str, day: date | None) -> list[Operation]:
        if ("program", program) not in self.versions:
            raise Refused("program_unknown")
        printed = self.printed(receipt)
        found = [
            entry
            for entry in self.operations.values()
            if entry.receipt is not None
            and entry.receipt[:3] == (program, store, printed)
            and entry.receipt[3] in {None, day, day.year if day else None}
        ]
        if not found:
            raise Refused("receipt_unknown")
        return found

    def give_rewards_back(self, now: Situation, entries: list[Operation]) -> None:
        for entry in entries:
            card = self.find_card(entry.card)
            if entry.kind in {"redemption", "use"}:
                entry.voided = True
            if entry.kind == "redemption":
                self.undo_redemption(now, card, entry)
            if entry.kind == "use" and entry.unlocked is not None:
                self.void_use_of(now, card, entry.unlocked)

    def reverse_part(self, now: Situation, earning: Operation, paid: int) -> int:
        """R54: pro rata, cumulative; fractions stay with the customer."""
        before, earning.refunded = earning.refunded, earning.refunded + paid
        p, a = earning.points, earning.amount
        points = p * earning.refunded // a - p * before // a
        if points:
            self.reverse_points(now, self.find_card(earning.card), points, earning.lot, earning.policy)
        return points

    def take_stamps_back(self, now: Situation, entries: list[Operation]) -> None:
        for entry in entries:
            if entry.kind == "stamps":
                entry.taken_back = True
                self.reverse_stamps(now, self.find_card(entry.card), entry.stamps, entry.policy)

    def undo_adjustment(self, now: Situation, card: Card, entry: Operation) -> None:
        """Up: always absorbs (R56). Down: comes back by R57."""
        if entry.points > 0:
            self.reverse_points(now, card, entry.points, entry.lot, "absorb", "adjusted")
        elif entry.points < 0:
            before = self.available_of(card, now.at)
            self.post(now, "adjustment_voided", card, **self.give_back(now, card, entry.allocation, "adjusted"))
            self.tell_reach(now, card, before)
            self.sweep_closed(now, card)
        if entry.stamps > 0:
            self.reverse_stamps(now, card, entry.stamps, "absorb", "adjusted")
        elif entry.stamps < 0 and card.state != "closed":
            repaid = self.repay_stamps(card, -entry.stamps)
            rest = -entry.stamps - repaid
            card.count += rest
            self.post(now, "adjustment_voided", card, "stamps", adjusted=entry.stamps, debt=repaid, issued=rest)
            self.recomplete(now, card)
