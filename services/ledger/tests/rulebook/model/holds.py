"""Reservations: hold, capture, release, lapse (R48-R51)."""

from datetime import datetime

from rulebook.model.entries import Allocation, Card, Hold, Refused, Situation
from rulebook.model.ground import operation
from rulebook.model.rewards import Rewards, named
from rulebook.terms import CUSTOMER, STAFF, By, Channel, Whole
from rulebook.views import Answer, Due, PostingKind

OPEN_MOST = 5


class Holds(Rewards):
    def open_holds(self, card: Card) -> list[Hold]:
        return [hold for hold in self.holds.values() if hold.card == card.name and hold.state == "open"]

    @operation
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
        now = self.situation(key, at, store=store, by=by, channel=channel)
        mine = self.begin_redeeming(now, card, number, ticket=ticket, not_after=not_after)
        many = self.quantity(quantity)
        if len(self.open_holds(mine)) >= OPEN_MOST:
            raise Refused("too_many_reservations")
        terms = self.check_reward(now, mine, reward, many)
        assert terms.cost is not None
        points = terms.cost * many
        taken = self.take_available(mine, points, at)
        for lot, part in taken:
            lot.held += part
        self.post(now, "hold", mine, issued=-points, held=points)
        program = self.terms(mine.program, at)
        ends_at = at + (program.hold_till if channel == "till" else program.hold_online)
        taking = self.taking(now, mine, reward, many)
        made = Hold(key, mine.name, reward, terms.cost, many, taken, ends_at, self.new_code(), taking)
        self.holds[key] = made
        self.record(now, "hold", mine, points=points)
        return Answer(
            card=mine.name,
            effective=at,
            points=points,
            balance=self.balance_of(mine, at),
            reservation=key,
            redeem_code=made.redeem_code,
            ends_at=ends_at,
            lots=named(taken),
        )

    def find_hold(self, reservation: str) -> Hold:
        if reservation not in self.holds:
            raise Refused("reservation_unknown")
        return self.holds[reservation]

    def check_open(self, hold: Hold) -> None:
        if hold.state == "lapsed":
            raise Refused("reservation_lapsed")
        if hold.state != "open":
            raise Refused("reservation_closed")

    @operation
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
        now = self.situation(key, at, store=store, by=by)
        self.check_not_after(at, not_after)
        self.check_live(store)
        held = self.find_hold(reservation)
        mine = self.begin_redeeming(now, held.card, None, ticket=False, not_after=not_after)
        many = self.quantity(held.quantity if quantity is None else quantity, held.quantity)
        printed = self.receipt_key(mine.program, now.store, receipt, self.day(now, mine))
        self.check_open(held)
        return self.spend_hold(now, mine, held, many, printed)

    def spend_hold(
        self, now: Situation, card: Card, held: Hold, many: int, printed: tuple[object, ...] | None
    ) -> Answer:
        """The first points of the allocation are spent, the rest is released in the same step (R49)."""
        points = held.cost * many
        spent, rest = split(held.allocation, points)
        for lot, part in spent:
            lot.held -= part
        self.spend(spent)
        held.state, held.taking.quantity, held.used_at, held.used_store = "captured", many, now.at, now.store
        self.post(now, "capture", card, held=-points, redeemed=points)
        self.record(now, "redemption", card, receipt=printed, points=points, allocation=spent, taking=held.taking)
        self.let_go(now, card, rest, "release")
        self.active(now, card)
        balance = self.balance_of(card, now.at)
        return Answer(card=card.name, effective=now.at, points=points, balance=balance, lots=named(spent))

    def let_go(self, now: Situation, card: Card, allocation: Allocation, kind: PostingKind) -> None:
        before = self.available_of(card, now.effective)
        self.post(now, kind, card, **self.give_back(now, card, allocation, "held"))
        self.tell_reach(now, card, before)
        self.sweep_closed(now, card)

    @operation
    def release(self, *, key: str, at: datetime, reservation: str, by: By = CUSTOMER) -> Answer:
        held = self.find_hold(reservation)
        mine = self.find_card(held.card)
        self.check_open(held)
        now = self.situation(key, at, by=by)
        self.end_hold(now, mine, held, "release")
        self.record(now, "release", mine)
        return Answer(card=mine.name, effective=at, balance=self.balance_of(mine, at))

    def end_hold(self, now: Situation, card: Card, held: Hold, kind: PostingKind) -> None:
        held.state = "lapsed" if kind == "lapse" else "released"
        held.taking.quantity = 0
        self.let_go(now, card, held.allocation, kind)

    def do_lapse(self, work: Due, at: datetime) -> None:
        """Dated to its end, however late (R50)."""
        held = self.holds[work.subject]
        now = Situation(f"lapse:{held.name}", at, work.due)
        self.end_hold(now, self.find_card(held.card), held, "lapse")


def split(allocation: Allocation, n: int) -> tuple[Allocation, Allocation]:
    """The first n points of an allocation, and the rest."""
    first: Allocation = []
    rest: Allocation = []
    for lot, points in allocation:
        part = min(points, n - sum(already for _, already in first))
        if part:
            first.append((lot, part))
        if points > part:
            rest.append((lot, points - part))
    return first, rest
