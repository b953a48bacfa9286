"""What must hold after each operation, whatever was asked (R76)."""

from rulebook.model.due import Work
from rulebook.model.entries import Card


class Proved(Work):
    def prove(self) -> None:
        for booked in self.booked:
            assert sum(entry.amount for entry in booked.entries) == 0, booked
        for card in self.cards.values():
            if card.state != "merged":
                self.prove_points(card)
                self.prove_stamps(card)
        for lot in self.all_lots:
            parts = (
                lot.free, lot.held, lot.spent, lot.expired, lot.reversed, lot.adjusted, lot.settled, lot.moved
            )  # fmt: skip
            assert min(parts) >= 0, lot
            assert lot.written_off >= 0, lot
            assert sum(parts) == lot.points, lot

    def prove_points(self, card: Card) -> None:
        sums, lots = self.totals(card), self.own(card)
        assert sum(sums.values()) == 0, sums
        assert sum(lot.free for lot in lots) == sums["issued"], (sums, lots)
        assert sum(lot.held for lot in lots) == sums["held"], (sums, lots)
        assert sums["held"] == sum(hold.cost * hold.quantity for hold in self.open_holds(card))
        debt = -sums["debt"]
        assert 0 <= debt <= sums["redeemed"] + sums["held"], sums
        assert self.now is not None
        assert debt == 0 or self.free_of(card, self.now) == 0, sums
        assert card.state != "closed" or (sums["issued"], sums["held"], debt) == (0, 0, 0), sums

    def prove_stamps(self, card: Card) -> None:
        sums = self.totals(card, "stamps")
        assert sum(sums.values()) == 0, sums
        assert card.count == sums["issued"], sums
        assert self.owed_by(card) == -sums["debt"], sums
        assert 0 <= -sums["debt"] <= sums["redeemed"], sums
        assert card.count == 0 or self.owed_by(card) == 0, sums
        assert card.state != "closed" or card.count == 0, sums
