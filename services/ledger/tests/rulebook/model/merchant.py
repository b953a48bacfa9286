"""The whole merchant: what can be read, as of any instant, and the reports (R39, R77, R78)."""

import math
from collections import Counter
from datetime import datetime

from rulebook.model.days import local_day
from rulebook.model.entries import Card
from rulebook.model.lots import order
from rulebook.model.proof import Proved
from rulebook.terms import Unit
from rulebook.views import Cohort, Liability, LotView, Notice, Posting, RewardView, RollForward

AT_DUE_TIME = {"expiry", "end", "lapse"}


class ModelBooks(Proved):
    def as_of(self, at: datetime | None) -> "ModelBooks":
        """The books as they stood: all told until then, told again."""
        if at is None or self.now is None or at >= self.now:
            return self
        then = ModelBooks()
        for name, said in self.calls:
            if said["at"] <= at:
                getattr(then, name)(**said)
        return then

    def seen(self, card: str, at: datetime | None) -> tuple["ModelBooks", Card, datetime]:
        then = self.as_of(at)
        t = at or self.now
        assert t is not None
        return then, then.find_card(card), t

    # A card

    def balance(self, card: str, at: datetime | None = None) -> int:
        then, mine, t = self.seen(card, at)
        return then.balance_of(mine, t)

    def available(self, card: str, at: datetime | None = None) -> int:
        then, mine, t = self.seen(card, at)
        return then.available_of(mine, t)

    def held(self, card: str, at: datetime | None = None) -> int:
        then, mine, _ = self.seen(card, at)
        return sum(lot.held for lot in then.own(mine))

    def debt(self, card: str, at: datetime | None = None) -> int:
        then, mine, _ = self.seen(card, at)
        return then.debt_of(mine)

    def lots(self, card: str, at: datetime | None = None) -> tuple[LotView, ...]:
        then, mine, t = self.seen(card, at)
        return tuple(
            LotView(
                lot.source, lot.free, lot.held, lot.effective, lot.expires_on, lot.expires_at, lot.root != lot.number
            )
            for lot in sorted(then.own(mine), key=order)
            if lot.held or (lot.free and not then.lapsed(lot, t))
        )

    def stamps(self, card: str, at: datetime | None = None) -> str:
        _, mine, _ = self.seen(card, at)
        return f"{mine.target if mine.capped_by else mine.count}/{mine.target}"

    def owed_stamps(self, card: str, at: datetime | None = None) -> int:
        then, mine, _ = self.seen(card, at)
        return then.owed_by(mine)

    def rewards(self, card: str, at: datetime | None = None) -> tuple[RewardView, ...]:
        then, mine, _ = self.seen(card, at)
        return tuple(
            RewardView(
                each.redeem_code,
                each.reward,
                each.state,  # type: ignore[arg-type]
                each.unlocked_at,
                each.expires_on,
                each.expires_at,
                each.value,
            )
            for each in then.unlocked.values()
            if each.card == mine.name
        )

    def stock(self, reward: str, at: datetime | None = None) -> int | None:
        then = self.as_of(at)
        t = at or self.now
        assert t is not None
        return then.left_in_stock(reward, t)

    def postings(self, card: str, at: datetime | None = None) -> tuple[Posting, ...]:
        found = []
        for booked in self.as_of(at).booked:
            lines: Counter[str] = Counter()
            for entry in booked.entries:
                if entry.card == card:
                    lines[entry.account] += entry.amount
            if lines:
                found.append(
                    Posting(booked.operation, booked.kind, booked.unit, booked.at, booked.effective, dict(lines))  # type: ignore[arg-type]
                )
        return tuple(found)

    def accounts(self, card: str, unit: Unit, at: datetime | None = None) -> dict[str, int]:
        then, mine, _ = self.seen(card, at)
        return {str(account): amount for account, amount in then.totals(mine, unit).items() if amount}

    def notices(self, card: str, at: datetime | None = None) -> tuple[Notice, ...]:
        return tuple(notice for name, notice in self.as_of(at).noticed if name == card)

    # Reports

    def liability(self, at: datetime, program: str) -> Liability:
        """R77: lapsed lots left out, test customers kept apart, debt beside it."""
        then = self.as_of(at)
        cards = [c for c in then.cards.values() if c.program == program and not c.test and c.state != "merged"]
        names = {card.name for card in cards}
        debt = sum(then.debt_of(card) for card in cards)
        points = sum(then.balance_of(card, at) for card in cards) + debt
        value = then.terms(program, at).point_value
        rewards = [
            each
            for each in then.unlocked.values()
            if each.card in names
            and each.state == "open"
            and (each.expires_at is None or each.expires_at > at or then.stopped(then.cards[each.card], each.store))
        ]
        return Liability(
            points=points,
            debt=debt,
            money=math.ceil(points * value[0] / value[1]) if value else None,
            rewards=len(rewards),
            rewards_value=sum(each.value for each in rewards),
            stamps=sum(card.count for card in cards),
        )

    def reported(self, until: datetime) -> list[tuple[datetime, str, Counter[str]]]:
        """Postings of points by the time reports count them at: expiry at its due time, booked or not (R78)."""
        assert self.now is not None
        copy = self.retold()
        copy.catch_up(max(until, self.now))
        return [
            (
                booked.effective if booked.kind in AT_DUE_TIME else booked.at,
                copy.find_card(entry.card).name,
                Counter({str(entry.account): entry.amount}),
            )
            for booked in copy.booked
            if booked.unit == "points"
            for entry in booked.entries
        ]

    def retold(self) -> "ModelBooks":
        copy = ModelBooks()
        for name, said in self.calls:
            getattr(copy, name)(**said)
        return copy

    def breakage(self, program: str, first: datetime, until: datetime) -> int:
        mine = {card.name for card in self.cards.values() if card.program == program and not card.test}
        return sum(
            lines["expired"] for when, card, lines in self.reported(until) if card in mine and first <= when < until
        )

    def cohort(self, program: str, year: int, month: int, at: datetime) -> Cohort:
        """Lots created in a month, with their successors."""
        then = self.as_of(at).retold()
        then.catch_up(at)
        lots = []
        for lot in then.all_lots:
            created = then.all_lots[lot.root - 1]
            card = then.cards[lot.card]
            day = local_day(created.recorded, created.zone)  # R29: all days of a lot are of its zone
            if card.program == program and not card.test and (day.year, day.month) == (year, month):
                lots.append(lot)
        return Cohort(
            granted=sum(lot.points for lot in lots if lot.root == lot.number),
            reversed=sum(lot.reversed for lot in lots),
            redeemed=sum(lot.spent for lot in lots),
            expired=sum(lot.expired for lot in lots),
            open=sum(lot.free + lot.held for lot in lots),
        )

    def roll_forward(self, card: str, first: datetime, until: datetime) -> RollForward:
        name = self.find_card(card).name
        before: Counter[str] = Counter()
        change: Counter[str] = Counter()
        for when, whose, lines in self.reported(until):
            if whose == name and when < first:
                before.update(lines)
            elif whose == name and when < until:
                change.update(lines)
        opening = before["issued"] + before["held"]
        return RollForward(
            opening=opening,
            granted=-change["granted"],
            adjusted=-change["adjusted"],
            redeemed=change["redeemed"],
            expired=change["expired"],
            debt=-change["debt"],
            absorbed=-change["absorbed"],
            closing=opening + change["issued"] + change["held"],
        )
