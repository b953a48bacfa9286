"""Void, refund and adjustments (R52-R61)."""

from collections import Counter
from datetime import date, datetime

from rulebook.model.codes import Codes
from rulebook.model.entries import Card, Operation, Refused, Situation
from rulebook.model.ground import operation
from rulebook.model.guards import whole
from rulebook.terms import STAFF, By, Reason, Whole
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
        entries = self.under_receipt(program, store, receipt, receipt_day, at)
        if all(entry.voided for entry in entries if entry.kind == "earning") and any(
            entry.kind == "earning" for entry in entries
        ):
            raise Refused("already_voided")
        earning = next((e for e in reversed(entries) if e.kind == "earning" and not e.voided), None)
        open_entries = [e for e in entries if e.kind != "earning" and not e.voided and not e.taken_back]
        paid = 0 if amount is None else whole(amount, "amount")
        if earning is None and not open_entries:
            raise Refused("already_voided" if all(e.voided for e in entries) else "refund_exceeds_purchase")
        left = earning.amount - earning.refunded if earning else 0
        if earning is not None:
            if currency != earning.currency:
                raise Refused("currency_mismatch")
            paid = left if amount is None else paid
        number = self.printed(refund_number)
        if number is not None and any(number in entry.refund_numbers for entry in entries):
            raise Refused("refund_already_recorded")
        if earning is not None and (paid > left or left == 0):
            raise Refused("refund_exceeds_purchase")
        first = earning or open_entries[0]
        if number is not None:
            first.refund_numbers.add(number)
        now = self.situation(key, at, store=at_store or store, by=by)
        full = earning is None or paid == left
        if (full and not keep_reward) or with_reward:
            self.give_rewards_back(now, open_entries)
        points = self.reverse_part(now, earning, paid) if earning else 0
        if full or with_stamps:
            self.take_stamps_back(now, open_entries)
        card = self.find_card(first.card)
        self.record(now, "refund", card, points=points, amount=paid)
        return Answer(card=card.name, effective=at, points=points, balance=self.balance_of(card, at))

    def under_receipt(
        self, program: str, store: str | None, receipt: str, day: date | None, at: datetime
    ) -> list[Operation]:
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

    # Adjustments (R60, R61)

    @operation
    def adjust(
        self,
        *,
        key: str,
        at: datetime,
        card: str,
        points: Whole | None = None,
        stamps: Whole | None = None,
        reason: Reason = "goodwill",
        store: str | None = None,
        by: By,
    ) -> Answer:
        self.check_live(store)
        mine = self.find_card(card)
        now = self.situation(key, at, store=store, by=by)
        self.check_program(mine, at, earning=False)
        self.check_state(mine)
        unit, value = ("points", points) if points is not None else ("stamps", stamps or 0)
        n = whole(abs(value), unit)
        self.check_adjusting(now, mine, unit, n)
        if unit == "points":
            return self.adjust_points(now, mine, n if value > 0 else -n)
        return self.adjust_stamps(now, mine, n if value > 0 else -n)

    def adjust_points(self, now: Situation, card: Card, n: int) -> Answer:
        taken = [] if n > 0 else self.take_available(card, -n, now.at)
        entry = self.record(now, "adjustment", card, points=n, policy="absorb", allocation=taken)
        if n > 0:
            _, entry.lot = self.credit(now, card, n, self.terms(card.program, now.at), "adjustment", "adjusted")
        else:
            for lot, part in taken:
                lot.adjusted += part
            self.post(now, "adjustment", card, adjusted=-n, issued=n)
        return Answer(card=card.name, effective=now.at, points=n, balance=self.balance_of(card, now.at))

    def adjust_stamps(self, now: Situation, card: Card, n: int) -> Answer:
        terms = self.terms(card.program, now.at)
        if n > 0:
            if not self.owed_by(card) and not self.takes_a_stamp(card, terms):
                raise Refused("card_full" if terms.overfill == "cap" else "bank_full")
            entry = self.record(now, "adjustment", card, policy="absorb")
            added = self.add_stamps(now, card, n, terms, "adjustment", "adjusted")
            entry.stamps = added.given
            codes = tuple(each.redeem_code for each in added.unlocked)
            rest = n - added.given
            return Answer(card=card.name, given=added.given, not_given=rest, reason=added.reason, unlocked=codes)
        if card.count < -n:
            raise Refused("not_enough_stamps")
        card.count += n
        self.record(now, "adjustment", card, policy="absorb", stamps=n)
        self.post(now, "adjustment", card, "stamps", adjusted=-n, issued=n)
        return Answer(card=card.name, effective=now.at, given=n)

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

    @operation
    def forgive_debt(self, *, key: str, at: datetime, card: str, by: By) -> Answer:
        if by.role not in {"manager", "owner", "admin"}:
            raise Refused("adjustment_over_limit")
        mine = self.find_card(card)
        owed = self.debt_of(mine)
        self.post(self.situation(key, at, by=by), "debt_forgiven", mine, absorbed=-owed, debt=owed)
        return Answer(card=mine.name, effective=at, points=owed, balance=self.balance_of(mine, at))
