"""Ranges, times, receipts, caps, cooldown and limits of roles (R1, R19, R61-R63, R67, R69-R71)."""

import math
from datetime import date, datetime, timedelta
from fractions import Fraction

from rulebook.model.entries import HOURS_24, MINUTES_15, Card, Operation, Refused, Situation
from rulebook.model.stamps import Stamps
from rulebook.terms import By, Channel, Device, Terms, Whole
from rulebook.views import Answer

MOST = {"amount": 999_999_999, "points": 999_999_999, "stamps": 100}
# R61: points per operation and per day, stamps per operation and per day; None = no such limit.
ADJUSTING: dict[str, tuple[int, int | None, int, int | None]] = {
    "manager": (500, 2_000, 5, 20),
    "owner": (10_000, None, 50, None),
    "admin": (10_000, None, 50, None),
}
STAFF_ROLES = {"staff", "manager", "owner"}
RESEND_DAYS = timedelta(days=30)
NO_CAP = 10**18  # more than any purchase gives
AT_TILLS = {"earn", "give_stamps", "redeem", "redeem_offline"}
LINKED = {"card_frozen", "review"}


def whole(value: Whole, what: str) -> int:
    """R1."""
    if value != int(value):
        raise Refused(f"{what}_not_whole")
    if value <= 0:
        raise Refused(f"{what}_not_positive")
    if value > MOST[what]:
        raise Refused(f"{what}_too_large")
    return int(value)


class Guards(Stamps):
    # Times (R69, R70)

    def effective_time(
        self, card: Card, at: datetime, occurred_at: datetime | None, channel: Channel, device: Device | None
    ) -> tuple[datetime, set[str]]:
        flags: set[str] = set()
        t = said = occurred_at or at
        if channel in {"till", "offline"}:
            if device is not None and occurred_at is not None:
                said = t = occurred_at - device.ahead
            if device is not None and device.last_sync is not None:
                t = max(t, device.last_sync)
            t = min(t, at)
            if abs(t - said) > HOURS_24:
                flags.add("clock_moved")
        elif t > at:
            if t - at > HOURS_24:
                raise Refused("time_in_future")
            t = at
        if t < card.opened_at:
            if card.opened_at - t > MINUTES_15:
                raise Refused("before_card_opened")
            t = card.opened_at
        return t, flags

    def when(
        self, card: Card, at: datetime, occurred_at: datetime | None, channel: Channel, device: Device | None
    ) -> tuple[datetime, set[str], Refused | None]:
        """A wrong time is kept for its turn in R6."""
        try:
            return (*self.effective_time(card, at, occurred_at, channel, device), None)
        except Refused as refusal:
            return at, set(), refusal

    def check_device(self, device: Device | None, t: datetime, linked_to: str | None) -> None:
        """R71: what a revoked device did before waits for a manager, what came after is refused."""
        if device is not None and device.revoked_at is not None:
            if t >= device.revoked_at:
                raise Refused("device_revoked")
            if linked_to is None:
                raise Refused("review")

    def check_link(self, linked_to: str | None, by: By, at: datetime, card: Card) -> None:
        """R65: a manager sends again what a frozen card or a revoked device held up."""
        if linked_to is None:
            return
        first = self.answers.get(linked_to)
        if first is None or first[1].code not in LINKED or first[0][0] not in AT_TILLS:  # type: ignore[index]
            raise Refused("operation_unknown")
        if by.role not in ADJUSTING:
            raise Refused("void_not_allowed")
        if card.unfrozen_at is not None and at > card.unfrozen_at + RESEND_DAYS:
            raise Refused("too_late")

    def check_number(self, card: Card, number: str | None, t: datetime, *, giving: bool) -> None:
        """R67."""
        mine = [each for each in self.cards.values() if self.find_card(each.name) is card]  # and all merged into it
        if number is None or any(number == each.number for each in mine):
            return
        changed = next((each.old_numbers[number] for each in mine if number in each.old_numbers), None)
        if changed is None:
            raise Refused("card_unknown")
        if not giving or t >= changed:
            raise Refused("card_number_blocked")

    def check_ticket(self, card: Card, ticket: bool) -> None:
        if ticket and not card.person_checked:
            raise Refused("ticket_not_for_redeeming")

    # Receipts (R19)

    def printed(self, receipt: str | None) -> str | None:
        if receipt is None:
            return None
        trimmed = receipt.strip().upper()
        if not 1 <= len(trimmed) <= 64 or not trimmed.isprintable():
            raise Refused("receipt_invalid")
        return trimmed

    def receipt_key(self, program: str, store: str | None, receipt: str | None, day: date) -> tuple[object, ...] | None:
        printed = self.printed(receipt)
        if printed is None:
            return None
        scope = self.stores[store].receipt_scope if store else "for_ever"
        part = {"for_ever": None, "year": day.year, "day": day}[scope]
        return (program, store, printed, part)

    def purchase_key(self, now: Situation, card: Card, receipt: str | None) -> tuple[object, ...]:
        """Without a receipt the operation's own key stands in."""
        given = self.receipt_key(card.program, now.store, receipt, self.day(now, card))
        return given or (card.program, now.store, now.key.upper(), None)

    def check_receipt(self, kind: str, receipt: tuple[object, ...] | None) -> None:
        for entry in self.operations.values():
            if receipt is not None and entry.receipt == receipt and entry.kind == kind and not entry.voided:
                raise Refused(
                    "receipt_already_recorded",
                    Answer(accepted=False, code="receipt_already_recorded", first=entry.key),
                )

    # Caps (R63)

    def today(self, kind: str, day: date) -> list[Operation]:
        return [e for e in self.operations.values() if e.kind == kind and e.day == day and not e.voided]

    def room(
        self, now: Situation, card: Card, kind: str, per_card: int | None, per_staff: int | None
    ) -> tuple[int, str]:
        """What still fits under the caps of the day, and whose cap it is."""
        counted = [(e, e.stamps if kind == "stamps" else e.points) for e in self.today(kind, self.day(now, card))]
        by_card = sum(n for e, n in counted if self.find_card(e.card) is card)
        by_staff = sum(n for e, n in counted if e.by.name == now.by.name)
        left_card = math.inf if per_card is None else max(0, per_card - by_card)
        left_staff = math.inf if per_staff is None or now.by.role not in STAFF_ROLES else max(0, per_staff - by_staff)
        code = "cap_card_day" if left_card <= left_staff else "cap_staff_day"
        left = min(left_card, left_staff)
        return (NO_CAP if left == math.inf else int(left)), code

    # Cooldown (R62)

    def check_cooldown(self, now: Situation, card: Card, terms: Terms, override: str | None) -> str | None:
        """The name of who overrode it; offline it only raises a flag."""
        if now.channel not in {"till", "offline"}:
            return None
        near = [
            terms.cooldown - abs(now.effective - e.effective)
            for e in self.operations.values()
            if e.kind == "stamps" and not e.voided and e.channel in {"till", "offline"}
            if self.find_card(e.card) is card and e.store == now.store
        ]
        left = max(near, default=timedelta(0))
        if left <= timedelta(0):
            return None
        if now.channel == "offline":
            now.flags.add("cooldown")
            return None
        if override is None:
            seconds = math.ceil(Fraction(left / timedelta(microseconds=1)) / 1_000_000)
            raise Refused("cooldown", Answer(accepted=False, code="cooldown", seconds_left=seconds))
        return now.by.name

    # Limits of roles (R61)

    def check_adjusting(self, now: Situation, card: Card, unit: str, n: int) -> None:
        if now.by.role not in ADJUSTING:
            raise Refused("adjustment_over_limit")
        points_once, points_day, stamps_once, stamps_day = ADJUSTING[now.by.role]
        once, daily = (points_once, points_day) if unit == "points" else (stamps_once, stamps_day)
        earlier = sum(
            abs(e.points if unit == "points" else e.stamps)
            for e in self.today("adjustment", self.day(now, card))
            if e.by.name == now.by.name
        )
        if n > once or (daily is not None and earlier + n > daily):
            raise Refused("adjustment_over_limit")

    def check_voiding(self, now: Situation, card: Card, entry: Operation) -> None:
        if now.by.role in {"owner", "admin"}:
            return
        days = (self.day(now, card) - entry.day).days
        most = {"staff": 0, "manager": 90}.get(now.by.role)
        if most is None or entry.store != now.store or days > most:
            raise Refused("void_not_allowed")
