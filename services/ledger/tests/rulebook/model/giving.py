"""Earning points and giving stamps (R13-R23)."""

import math
from datetime import datetime
from fractions import Fraction

from rulebook.model.bonuses import Bonuses
from rulebook.model.entries import Card, Refused, Situation
from rulebook.model.ground import operation
from rulebook.model.guards import whole
from rulebook.terms import STAFF, By, CampaignTerms, Channel, Device, Rate, Rounding, Terms, Whole
from rulebook.views import Answer


def rounded(exact: Fraction, rounding: Rounding) -> int:
    if rounding == "up":
        return math.ceil(exact)
    return math.floor(exact + Fraction(1, 2)) if rounding == "nearest" else math.floor(exact)


def points_of(amount: int, rate: Rate, multiplier: int, rounding: Rounding) -> int:
    """R13: exact, rounded once at the end; the multiplier in hundredths."""
    return rounded(Fraction(amount * rate.points * multiplier, rate.per * 100), rounding)


class Giving(Bonuses):
    def begin(
        self,
        key: str,
        at: datetime,
        name: str,
        store: str | None,
        by: By,
        channel: Channel,
        occurred_at: datetime | None,
        device: Device | None,
        number: str | None,
        linked_to: str | None,
    ) -> tuple[Card, Situation, Refused | None]:
        """The checks up to the card's state; a wrong time is kept for its turn in R6."""
        self.check_live(store)
        card = self.find_card(name)
        effective, flags, wrong_time = self.when(card, at, occurred_at, channel, device)
        now = Situation(key, at, effective, store or card.home_store, by, channel, device, flags)
        self.check_program(card, effective, earning=True)
        self.check_number(card, number, effective, giving=True)
        self.check_device(device, effective, linked_to)
        self.check_state(card)
        self.check_link(linked_to, by, at, card)
        return card, now, wrong_time

    def multiplier(self, now: Situation, card: Card, terms: Terms) -> int:
        """R15, R16."""
        day, matching = self.day(now, card), []
        for what, name in self.versions:
            version = self.in_force(what, name, now.effective) if what == "campaign" else None
            if version is None or not isinstance(version.terms, CampaignTerms):
                continue
            campaign = version.terms
            if (
                campaign.program == card.program
                and (campaign.stores is None or now.store in campaign.stores)
                and (campaign.weekdays is None or day.weekday() in campaign.weekdays)
                and (campaign.first_day is None or campaign.first_day <= day)
                and (campaign.last_day is None or day <= campaign.last_day)
            ):
                matching.append(campaign.multiplier)
        if terms.stacking == "best":
            return max(matching, default=100)
        return 100 + sum(each - 100 for each in matching)

    def priced(self, now: Situation, card: Card, paid: int, currency: str, terms: Terms) -> tuple[int, int, int, str]:
        """What fits under the caps of the day, the base in it, what it would be without caps, and whose cap."""
        rate, caps = terms.rates[currency], terms.caps
        full = points_of(paid, rate, self.multiplier(now, card, terms), terms.rounding)
        room, cap = self.room(now, card, "earning", caps.points_per_card, caps.points_per_staff)
        points = min(full, room)
        return points, min(points, points_of(paid, rate, 100, terms.rounding)), full, cap

    @operation
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
        ticket: bool = False,  # a join ticket is as good as a card for earning (R67)
        linked_to: str | None = None,
    ) -> Answer:
        mine, now, wrong_time = self.begin(key, at, card, store, by, channel, occurred_at, device, number, linked_to)
        paid = whole(amount, "amount")
        if wrong_time:
            raise wrong_time
        terms = self.terms(mine.program, now.effective)
        if currency not in terms.rates:
            raise Refused("currency_not_accepted")
        printed = self.purchase_key(now, mine, receipt)
        self.check_receipt("earning", printed)
        points, base, full, cap = self.priced(now, mine, paid, currency, terms)
        self.active(now, mine)
        entry = self.record(
            now, "earning", mine, receipt=printed, policy=terms.policy, amount=paid, currency=currency, points=points
        )
        repaid, entry.lot = self.credit(now, mine, points, terms, "earning", "granted") if points else (0, None)
        self.first_purchase(now, mine, entry)
        return Answer(
            card=mine.name,
            version=self.version_number(mine, now),
            effective=now.effective,
            points=points,
            base=base,
            campaign=points - base,
            repaid=repaid,
            balance=self.balance_of(mine, at),
            not_given=full - points,
            reason=cap if points < full else None,
            flags=frozenset(now.flags),
            lots=((key, points - repaid),) if points > repaid else (),
        )

    @operation
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
        mine, now, wrong_time = self.begin(key, at, card, store, by, channel, occurred_at, device, number, linked_to)
        asked = whole(n, "stamps")
        if wrong_time:
            raise wrong_time
        terms = self.terms(mine.program, now.effective)
        printed = self.purchase_key(now, mine, receipt)
        self.check_receipt("stamps", printed)
        room, cap = self.room(now, mine, "stamps", terms.caps.stamps_per_card, terms.caps.stamps_per_staff)
        if room == 0:
            raise Refused(cap)
        overridden_by = self.check_cooldown(now, mine, terms, override)
        if not self.owed_by(mine) and not self.takes_a_stamp(mine, terms):
            raise Refused("card_full" if terms.overfill == "cap" else "bank_full")
        self.active(now, mine)
        entry = self.record(now, "stamps", mine, receipt=printed, policy=terms.policy)
        added = self.add_stamps(now, mine, min(asked, room), terms)
        entry.stamps = added.given
        self.first_purchase(now, mine, entry)
        return Answer(
            card=mine.name,
            version=self.version_number(mine, now),
            effective=now.effective,
            repaid=added.repaid,
            given=added.given,
            not_given=asked - added.given,
            reason=added.reason or (cap if added.given < asked else None),
            unlocked=tuple(each.redeem_code for each in added.unlocked),
            overridden_by=overridden_by,
            flags=frozenset(now.flags),
        )

    def version_number(self, card: Card, now: Situation) -> int:
        version = self.in_force("program", card.program, now.effective)
        assert version is not None
        return version.number

    @operation
    def lower_open_cycles(self, *, key: str, at: datetime, program: str) -> Answer:
        """R23: never raised; who has enough completes at once."""
        terms = self.terms(program, at)
        unlocked = []
        for card in self.cards.values():
            is_open = card.program == program and card.state in {"active", "frozen"} and card.capped_by is None
            if is_open and card.target > terms.target:
                card.target = terms.target
                unlocked += self.recomplete(self.situation(key, at), card)
        return Answer(unlocked=tuple(each.redeem_code for each in unlocked))
