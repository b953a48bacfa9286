"""How many of the stamps that are given fit on a card, and what they do there (R20-R22)."""

from ledger.domain import stamp_card
from ledger.domain.account import entry
from ledger.domain.card import Card
from ledger.domain.stamp_card import Filled
from ledger.domain.terms import ProgramTerms
from ledger.domain.unlocking import cycle_of
from stampbook_events.ledger import Stamping


class Fitting:
    """What of *asked* stamps goes where: *repaid* for what is owed, the rest as far as it fits."""

    def __init__(self, card: Card, asked: int, terms: ProgramTerms) -> None:
        self.cycle = cycle_of(terms, card)
        self.repaid = min(card.owed_stamps, asked)
        self.filled: Filled = stamp_card.fill(card, asked - self.repaid, self.cycle)
        self.given = asked - self.filled.left
        self.settled = stamp_card.repaid(card, self.repaid)

    @property
    def because(self) -> str | None:
        return self.filled.because(self.cycle)

    def stamping(self, card: Card, giver: str = "granted") -> Stamping:
        """Of the giving itself; what completes stands in the event that follows."""
        return Stamping(
            count=self.filled.stamps,
            target=self.filled.target,
            capped_by=card.capped_by if self.filled.capped else None,
            lines=entry("stamps", **{giver: -self.given}, debt=self.repaid, issued=self.given - self.repaid),
            settled=self.settled,
        )
