"""Where reversed points come from (R55), and what a closed card does with what comes back (R66)."""

from rulebook.model.entries import Allocation, Card, Lot, Situation
from rulebook.model.lots import Lots, order
from rulebook.terms import Policy


class Reversals(Lots):
    def reverse_points(
        self, now: Situation, card: Card, q: int, lot: Lot | None, policy: Policy, account: str = "granted"
    ) -> Allocation:
        """q points of the lot's source are taken back; the lots touched."""
        family = [each for each in self.own(card) if lot is not None and each.root == lot.root]
        others = [each for each in self.own(card) if each not in family]
        was = self.totals(card)
        free = self.take([(each, each.free) for each in sorted(family, key=order)], q)
        left = q - total(free)
        expired = self.take_expired(sorted(family, key=order), left)
        left -= total(expired)
        free += self.take([part for part in self.usable(card, now.at) if part[0] in others], left)
        left = q - total(free) - total(expired)

        # Spent or held, and neither owed nor written off; a debt stands in its account below zero.
        unsettled = max(0, was["redeemed"] + was["held"] + was["debt"] + was["absorbed"])
        by_policy = min(left, unsettled)
        owed = by_policy if policy == "debt" and card.state != "closed" else 0
        left -= by_policy
        expired += self.take_expired(sorted(others, key=lambda each: (each.effective, each.number)), left)
        written_off = q - total(free) - total(expired) - owed
        if lot is not None:
            self.first_of(lot).written_off += written_off
        for each, points in free + expired:
            each.reversed += points
        self.post(
            now,
            "reversal",
            card,
            **{account: q},
            issued=-total(free),
            expired=-total(expired),
            debt=-owed,
            absorbed=-written_off,
        )
        return free + expired

    def take_expired(self, lots: list[Lot], n: int) -> Allocation:
        """Breakage is corrected: expired points stop being expired."""
        taken: Allocation = []
        for lot in lots:
            points = min(lot.expired, n - total(taken))
            if points:
                lot.expired -= points
                taken.append((lot, points))
        return taken

    def sweep_closed(self, now: Situation, card: Card) -> None:
        """On a closed card what comes back expires at once."""
        if card.state != "closed":
            return
        lots = [lot for lot in self.own(card) if lot.free]
        self.expire_free(now, card, lots, "close")
        for lot in self.own(card):
            lot.gone = lot.ended = True


def total(allocation: Allocation) -> int:
    return sum(points for _, points in allocation)
