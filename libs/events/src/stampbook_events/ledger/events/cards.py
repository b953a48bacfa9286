"""What became of cards (R64-R68)."""

from typing import Literal
from uuid import UUID

import msgspec

from stampbook_events.enrollment import Language
from stampbook_events.ledger.commands.cards import CloseCause
from stampbook_events.ledger.events.about import OnCard, Stamped, Standing
from stampbook_events.ledger.terms import Timing
from stampbook_events.ledger.value import Line, RedeemCode, Stamping


class WelcomePromise(msgspec.Struct, frozen=True, kw_only=True):
    """What the join page promised (R25)."""

    points: int
    stamps: int
    timing: Timing


class CardOpened(OnCard, frozen=True, kw_only=True, tag="ledger.card_opened.v1"):
    """The first event of a card; demands the enrollment mail."""

    program_version: int
    store_id: UUID
    card_number: str
    language: Language
    test: bool
    stamp_target: int | None = None
    welcome: WelcomePromise | None = None


class CardReopened(OnCard, frozen=True, kw_only=True, tag="ledger.card_reopened.v1"):
    """Who had left is back: the same card at zero, with another number (R66)."""

    program_version: int
    store_id: UUID
    card_number: str
    language: Language
    stamp_target: int | None = None
    welcome: WelcomePromise | None = None


class StoreLinked(OnCard, frozen=True, kw_only=True, tag="ledger.store_linked.v1"):
    store_id: UUID


class CardFrozen(OnCard, frozen=True, kw_only=True, tag="ledger.card_frozen.v1"):
    """Nothing is gained or spent, and the clock stands (R35, R64)."""


class CardUnfrozen(OnCard, frozen=True, kw_only=True, tag="ledger.card_unfrozen.v1"):
    pass


class CardClosed(OnCard, frozen=True, kw_only=True, tag="ledger.card_closed.v1"):
    """What it held has ended before (``points_expired``)."""

    cause: CloseCause


class CardReplaced(OnCard, frozen=True, kw_only=True, tag="ledger.card_replaced.v1"):
    """Another number (R67). *codes*: the new one of each open reward and reservation."""

    card_number: str
    old_number: str
    codes: dict[UUID, RedeemCode] = msgspec.field(default_factory=dict)


class AddressConfirmed(OnCard, frozen=True, kw_only=True, tag="ledger.address_confirmed.v1"):
    """A bonus that waits for it can be paid (R25)."""


class HolderChecked(OnCard, frozen=True, kw_only=True, tag="ledger.holder_checked.v1"):
    pass


class CycleLowered(OnCard, frozen=True, kw_only=True, tag="ledger.cycle_lowered.v1"):
    """The open cycle needs fewer stamps now (R23)."""

    stamping: Stamping


class CardMerged(OnCard, frozen=True, kw_only=True, tag="ledger.card_merged.v1"):
    """It went into another one (R68), whose ``card_taken_over`` states all that moved."""

    into: UUID


class CardTakenOver(Stamped, frozen=True, kw_only=True, tag="ledger.card_taken_over.v1"):
    """All of *other* is this card's now: lots, rewards, keys, and the totals of its accounts (R68).

    *other_lines* are its side of the posting; with the lines of *moves* and *stamping* they sum to zero.
    """

    other: UUID
    other_lines: tuple[Line, ...] = ()


class DebtSettled(Stamped, frozen=True, kw_only=True, tag="ledger.debt_settled.v1"):
    """What was owed on one of two cards that became one was paid from what lay on the other (R68)."""

    points: int
    stamps: int = 0


class BonusTakenBack(Standing, frozen=True, kw_only=True, tag="ledger.bonus_taken_back.v1"):
    """Of two welcome bonuses of one person the younger loses what is left of its own lot (R68)."""

    operation_id: UUID
    points: int


CardState = Literal["active", "frozen", "closed", "merged"]
