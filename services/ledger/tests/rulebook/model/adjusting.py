"""Adjustments by hand, and a debt forgiven (R56, R60, R61)."""

from datetime import datetime

from rulebook.model.entries import Card, Refused, Situation
from rulebook.model.ground import operation
from rulebook.model.guards import whole
from rulebook.model.undoing import Undoing
from rulebook.terms import By, Reason, Whole
from rulebook.views import Answer


class Adjusting(Undoing):
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
        now = self.situation(key, at, store=store or mine.home_store, by=by)
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

    @operation
    def forgive_debt(self, *, key: str, at: datetime, card: str, by: By) -> Answer:
        if by.role not in {"manager", "owner", "admin"}:
            raise Refused("adjustment_over_limit")
        mine = self.find_card(card)
        owed = self.debt_of(mine)
        self.post(self.situation(key, at, by=by), "debt_forgiven", mine, absorbed=-owed, debt=owed)
        return Answer(card=mine.name, effective=at, points=owed, balance=self.balance_of(mine, at))
