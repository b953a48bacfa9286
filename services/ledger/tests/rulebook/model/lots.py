"""Lots: born of credits, consumed in order, given back and gone (R18, R29-R33, R36-R40, R57)."""

from datetime import UTC, date, datetime, timedelta

from rulebook.model.days import end, last_day, local_day, rolled
from rulebook.model.entries import Allocation, Card, Lot, Refused, Situation
from rulebook.model.ground import Ground
from rulebook.terms import RewardTerms, Terms
from rulebook.views import Notice, PostingKind

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
REACH_AGAIN = timedelta(days=30)
LEFT_FOR = {"redeemed": "spent", "held": "held", "adjusted": "adjusted"}  # where points are that may come back


def order(lot: Lot) -> tuple[datetime, datetime, object]:
    """R40: the first to lapse first, never-expiring last, then the first earned, then the lot's id."""
    return (lot.expires_at or NEVER, lot.effective, lot.tie)


class Lots(Ground):
    def tie(self, lot: Lot) -> object:
        """The lot's id, where nothing else tells which of two comes first: a number here, whoever compares may say."""
        return lot.number

    # Figures (R39)

    def usable(self, card: Card, t: datetime) -> Allocation:
        """What could be spent at t, as if all were asked for, in the order of R40."""
        return [(lot, lot.free) for lot in sorted(self.own(card), key=order) if lot.free and not self.lapsed(lot, t)]

    def free_of(self, card: Card, t: datetime) -> int:
        return sum(points for _, points in self.usable(card, t))

    def available_of(self, card: Card, t: datetime) -> int:
        return max(0, self.free_of(card, t) - self.debt_of(card))

    def balance_of(self, card: Card, t: datetime) -> int:
        return self.free_of(card, t) + sum(lot.held for lot in self.own(card)) - self.debt_of(card)

    # Birth

    def date_lot(self, lot: Lot, expires_on: date | None) -> None:
        lot.expires_on = expires_on
        lot.expires_at = None
        if expires_on is not None:
            lot.expires_at = end(expires_on + timedelta(days=lot.grace_days), lot.zone)

    def new_lot(self, now: Situation, card: Card, points: int, terms: Terms) -> Lot:
        zone = self.zone(now.store, card)
        lot = Lot(
            number=len(self.all_lots) + 1,
            card=card.name,
            source=now.key,
            points=points,
            free=points,
            effective=now.effective,
            recorded=now.at,
            zone=zone,
            store=now.store,
            rule=terms.expiry,
            grace_days=terms.grace_days,
            expires_on=None,
            expires_at=None,
        )
        lot.root, lot.tie = lot.number, self.tie(lot)
        self.date_lot(lot, last_day(local_day(now.effective, zone), terms.expiry))
        if lot.expires_at is not None and lot.expires_at <= now.at:
            self.date_lot(lot, self.restored_day(now.at, lot, card))
        self.born_too_late_to_warn(lot, terms)
        self.all_lots.append(lot)
        return lot

    def restored_day(self, t: datetime, lot: Lot, card: Card) -> date:
        return local_day(t, lot.zone) + timedelta(days=self.terms(card.program, t).restore_days)

    def born_too_late_to_warn(self, lot: Lot, terms: Terms) -> None:
        if lot.expires_on is not None:
            lot.warned = (lot.expires_on - local_day(lot.recorded, lot.zone)).days <= terms.warn_days

    def succeed(self, now: Situation, card: Card, lapsed: Lot, points: int) -> Lot:
        """The successor that names a lapsed lot (R57)."""
        lot = Lot(
            number=len(self.all_lots) + 1,
            card=card.name,
            source=lapsed.source,
            points=points,
            free=points,
            effective=lapsed.effective,
            recorded=now.at,
            zone=lapsed.zone,
            store=lapsed.store,
            rule=lapsed.rule,
            grace_days=lapsed.grace_days,
            expires_on=None,
            expires_at=None,
            root=lapsed.root,
        )
        lot.tie = self.tie(lot)
        self.date_lot(lot, self.restored_day(now.effective, lapsed, card))
        self.born_too_late_to_warn(lot, self.terms(card.program, now.effective))
        self.all_lots.append(lot)
        return lot

    def first_of(self, lot: Lot) -> Lot:
        return self.all_lots[lot.root - 1]

    # Credit (R18)

    def credit(
        self, now: Situation, card: Card, n: int, terms: Terms, kind: PostingKind, account: str
    ) -> tuple[int, Lot | None]:
        """n points more: debt repaid, the rest one new lot; what was repaid, and the lot."""
        before = self.available_of(card, now.at)
        repaid = min(self.debt_of(card), n)
        lot = self.new_lot(now, card, n - repaid, terms) if n > repaid else None
        self.post(now, kind, card, **{account: -n, "debt": repaid, "issued": n - repaid})
        self.tell_reach(now, card, before)
        return repaid, lot

    def tell_reach(self, now: Situation, card: Card, before: int) -> None:
        """R47."""
        after = self.available_of(card, now.at)
        for what, reward in sorted(self.versions):
            terms = self.reward_terms(reward, now.at) if what == "reward" else None
            if terms is None or terms.cost is None or not before < terms.cost <= after:
                continue
            told = self.reach_told.get((card.name, reward))
            if not self.on_offer(now, card, reward, terms) or (told and self.within(told, now.at, REACH_AGAIN)):
                continue
            self.reach_told[card.name, reward] = now.at
            self.notice(card, Notice("reward_within_reach", now.at, now.effective, points=after, reward=reward))

    def on_offer(self, now: Situation, card: Card, reward: str, terms: RewardTerms) -> bool:
        today = local_day(now.at, self.zone(None, card))
        begun = terms.first_day is None or terms.first_day <= today
        over = terms.last_day is not None and today > terms.last_day
        left = self.left_in_stock(reward, now.at)
        return terms.program == card.program and begun and not over and (left is None or left > 0)

    def left_in_stock(self, reward: str, t: datetime) -> int | None:
        """R42: what was published less what is held or taken."""
        version = self.in_force("reward", reward, t)
        if version is None or not isinstance(version.terms, RewardTerms) or version.terms.stock is None:
            return None
        return version.terms.stock - sum(taking.quantity for taking in self.takings if taking.reward == reward)

    # Consumption (R40)

    def take(self, candidates: Allocation, n: int) -> Allocation:
        """The first n free points of the candidates leave them; the caller says where they went."""
        taken: Allocation = []
        for lot, most in candidates:
            points = min(most, lot.free, n - sum(already for _, already in taken))
            if points:
                lot.free -= points
                taken.append((lot, points))
        return taken

    def take_available(self, card: Card, n: int, t: datetime) -> Allocation:
        if self.available_of(card, t) < n:
            raise Refused("not_enough_points")
        return self.take(self.usable(card, t), n)

    # Coming back (R57, R51)

    def give_back(
        self, now: Situation, card: Card, allocation: Allocation, account: str, debt: int | None = None
    ) -> dict[str, int]:
        """Lot by lot: repay debt, undo what was written off, lie free; the lines that say so."""
        owed = self.debt_of(card) if debt is None else debt
        lines = {account: -sum(points for _, points in allocation), "absorbed": 0, "debt": 0, "expired": 0, "issued": 0}
        for lot, points in allocation:
            repaid = min(owed, points)
            undone = min(self.first_of(lot).written_off, points - repaid)
            rest = points - repaid - undone
            owed -= repaid
            setattr(lot, LEFT_FOR[account], getattr(lot, LEFT_FOR[account]) - points)
            lot.settled += repaid
            lot.reversed += undone
            self.first_of(lot).written_off -= undone
            lines["debt"] += repaid
            lines["absorbed"] += undone
            if account == "held" and self.lapsed(lot, now.effective):
                lot.expired += rest
                lines["expired"] += rest
                continue
            lines["issued"] += rest
            if rest and self.lapsed(lot, now.effective):
                lot.moved += rest
                self.succeed(now, card, lot, rest)
            else:
                lot.free += rest
        return lines

    # Expiry booked, and its reversal (R34, R36)

    def expire_free(self, now: Situation, card: Card, lots: list[Lot], kind: PostingKind) -> int:
        points = sum(lot.free for lot in lots)
        for lot in lots:
            lot.expired += lot.free
            lot.free = 0
        self.post(now, kind, card, issued=-points, expired=points)
        return points

    def reverse_expiry(self, now: Situation, card: Card, lots: Allocation) -> None:
        """Expired points come back to their lots; debt is repaid first."""
        points = sum(part for _, part in lots)
        repaid = owed = min(self.debt_of(card), points)
        for lot, part in lots:
            settled = min(owed, part)
            owed -= settled
            lot.expired -= part
            lot.settled += settled
            lot.free += part - settled
        self.post(now, "expiry_reversed", card, expired=-points, debt=repaid, issued=points - repaid)
        if points:
            self.notice(card, Notice("expiry_reversed", now.at, now.effective, points=points))

    # Activity (R32)

    def active(self, now: Situation, card: Card) -> None:
        """Every inactivity lot that had not lapsed when it happened lives on from that day."""
        saved: Allocation = []
        for lot in self.own(card):
            if lot.rule.kind != "inactivity" or lot.expires_on is None or lot.expires_at is None:
                continue
            if lot.ended or (lot.gone and lot.expires_at <= now.effective):
                continue
            later = rolled(local_day(now.effective, lot.zone), lot.rule)
            if later <= lot.expires_on:
                continue
            self.date_lot(lot, later)
            lot.warned = False
            if lot.gone and lot.expires_at > now.at:
                lot.gone = False
                saved.append((lot, lot.expired))
        self.reverse_expiry(now, card, saved)
