"""Rewards redeemed at once, offline, and by code (R41-R47, R72)."""

from datetime import date, datetime

from rulebook.model.entries import Allocation, Card, Lot, Refused, Situation, Taking
from rulebook.model.giving import Giving
from rulebook.model.ground import operation
from rulebook.model.lots import order
from rulebook.terms import STAFF, By, Device, Period, RewardTerms, Whole
from rulebook.views import Answer

REDEEM_QUANTITY_MOST = 10


def same_period(one: date, other: date, per: Period) -> bool:
    return {
        "day": one == other,
        "month": (one.year, one.month) == (other.year, other.month),
        "year": one.year == other.year,
        "ever": True,
    }[per]


def named(allocation: Allocation) -> tuple[tuple[str, int], ...]:
    return tuple((lot.source, points) for lot, points in allocation)


class Rewards(Giving):
    def begin_redeeming(
        self,
        now: Situation,
        name: str,
        number: str | None,
        *,
        ticket: bool,
        not_after: datetime | None,
        linked_to: str | None = None,
    ) -> Card:
        self.check_not_after(now.at, not_after)
        self.check_live(now.store)
        card = self.find_card(name)
        now.store = now.store or card.home_store
        self.check_program(card, now.effective, earning=False)
        self.check_number(card, number, now.effective, giving=False)
        self.check_device(now.device, now.effective, linked_to)
        self.check_state(card)
        self.check_link(linked_to, now.by, now.at, card)
        self.check_ticket(card, ticket)
        return card

    def quantity(self, asked: Whole, most: int = REDEEM_QUANTITY_MOST) -> int:
        if asked != int(asked) or not 1 <= asked <= most:
            raise Refused("quantity_invalid")
        return int(asked)

    # R41, R43

    def check_reward(
        self, now: Situation, card: Card, reward: str, quantity: int, *, short_stock_is_fine: bool = False
    ) -> RewardTerms:
        if ("reward", reward) not in self.versions:
            raise Refused("reward_unknown")
        terms = self.reward_terms(reward, now.effective)
        if terms is None or terms.cost is None or terms.program != card.program:
            raise Refused("reward_not_valid")
        today = self.day(now, card)
        if (terms.first_day and today < terms.first_day) or (terms.last_day and today > terms.last_day):
            raise Refused("reward_not_valid")
        if terms.stores is not None and now.store not in terms.stores:
            raise Refused("reward_not_at_store")
        left = self.left_in_stock(reward, now.effective)
        if left is not None and left < quantity:
            if not short_stock_is_fine:
                raise Refused("out_of_stock")
            now.flags.add("stock_missing")
        if terms.limit is not None and self.taken_by(card, reward, today, terms.limit_per) + quantity > terms.limit:
            raise Refused("limit_reached")
        return terms

    def taken_by(self, card: Card, reward: str, today: date, per: Period) -> int:
        return sum(
            taking.quantity
            for taking in self.takings
            if taking.reward == reward
            and self.find_card(taking.card).person == card.person
            and same_period(taking.day, today, per)
        )

    def taking(self, now: Situation, card: Card, reward: str, quantity: int) -> Taking:
        self.takings.append(Taking(reward, card.name, self.day(now, card), quantity))
        return self.takings[-1]

    @operation
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
        now = self.situation(key, at, store=store, by=by)
        mine = self.begin_redeeming(now, card, number, ticket=ticket, not_after=not_after)
        many = self.quantity(quantity)
        printed = self.receipt_key(mine.program, now.store, receipt, self.day(now, mine))
        terms = self.check_reward(now, mine, reward, many)
        assert terms.cost is not None
        points = terms.cost * many
        taken = self.take_available(mine, points, at)
        self.spend(taken)
        self.post(now, "redemption", mine, issued=-points, redeemed=points)
        self.record(
            now,
            "redemption",
            mine,
            receipt=printed,
            points=points,
            allocation=taken,
            taking=self.taking(now, mine, reward, many),
        )
        self.active(now, mine)
        return Answer(card=mine.name, effective=at, points=points, balance=self.balance_of(mine, at), lots=named(taken))

    def spend(self, taken: Allocation) -> None:
        for lot, points in taken:
            lot.spent += points

    # Offline (R72)

    @operation
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
        self.check_live(store)
        effective, flags, wrong_time = self.when(self.find_card(card), at, occurred_at, "offline", device)
        now = Situation(key, at, effective, store, by, "offline", device, flags)
        mine = self.begin_redeeming(now, card, number, ticket=False, not_after=None, linked_to=linked_to)
        many = self.quantity(quantity)
        if wrong_time:
            raise wrong_time
        printed = self.receipt_key(mine.program, now.store, receipt, self.day(now, mine))
        terms = self.check_reward(now, mine, reward, many, short_stock_is_fine=True)
        assert terms.cost is not None
        points = terms.cost * many
        self.check_offline_cap(now, mine, points)
        policy = self.terms(mine.program, effective).policy
        taken, missing = self.take_as_then(now, mine, points)
        short = "debt" if policy == "debt" else "absorbed"
        self.post(now, "redemption", mine, issued=missing - points, redeemed=points, **{short: -missing})
        taking = self.taking(now, mine, reward, many)
        entry = self.record(now, "redemption", mine, receipt=printed, points=points, allocation=taken, taking=taking)
        entry.missing, entry.policy, entry.channel = missing, policy, "offline"
        self.active(now, mine)
        return Answer(
            card=mine.name,
            effective=effective,
            points=points,
            missing=missing,
            balance=self.balance_of(mine, at),
            flags=frozenset(now.flags),
            lots=named(taken),
        )

    def check_offline_cap(self, now: Situation, card: Card, points: int) -> None:
        cap = self.stores[now.store or card.home_store].offline_cap
        if cap is None:
            raise Refused("offline_not_allowed")
        if points > cap.points:
            raise Refused("points_too_large")
        earlier = [e for e in self.today("redemption", self.day(now, card)) if e.channel == "offline"]
        if sum(self.find_card(e.card) is card for e in earlier) >= cap.operations:
            raise Refused("cap_card_day")

    def take_as_then(self, now: Situation, card: Card, n: int) -> tuple[Allocation, int]:
        """Lots usable at the effective time, expired since or not; what is missing (R36, R72)."""
        lots = [lot for lot in sorted(self.own(card), key=order) if self.was_usable(lot, now.effective)]
        still_needed, back = n, []
        for lot in lots:
            part = min(lot.free + (lot.expired if lot.gone else 0), still_needed)
            still_needed -= part
            if lot.gone and part > lot.free:
                back.append((lot, part - lot.free))
        self.reverse_expiry(now, card, back)
        taken = self.take([(lot, lot.free) for lot in lots], n)
        self.spend(taken)
        missing = n - sum(points for _, points in taken)
        if missing:
            now.flags.add("points_missing")
        return taken, missing

    def was_usable(self, lot: Lot, t: datetime) -> bool:
        if lot.ended:
            return False
        return not lot.gone or lot.expires_at is None or lot.expires_at > t
