"""What the gateway asks the ledger about a card and its past, and what it gives out of the answers.

The shapes are the API's own words: a field is only ever added. What happened in a store that is not the asker's is told
without the store and who acted there (``api/elsewhere.py``).
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from gateway.questions import LedgerCard
from stampbook_events import Actor
from stampbook_events.ledger import CampaignCounted, Moves, Rate, Stamping

Figure = Literal["balance", "stamps", "lot", "reward", "operation"]


class AskStatement(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    card_id: UUID
    cursor: str | None = None
    newer: bool = False
    limit: int = 50


class AskCardAsOf(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    card_id: UUID
    at: datetime


class AskExplanation(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    card_id: UUID
    figure: Figure
    subject: UUID | None = None
    at: datetime | None = None
    cursor: str | None = None


class StatementEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event on the card. *points*, *held*, *stamps*: by how much it changed them; *balance*, *available*, *stamp_count*:
    what they were after it, where it says so. *card_id*, *version*: of cards that became one, whose event it was.

    *operation_id* is what it took back, or the purchase of a refund. *reason* of an adjustment, *cause* of an end,
    *because* of what was *not_given*. What an entry has nothing to say of is left out.
    """

    event_id: UUID
    kind: str
    card_id: UUID
    version: int
    recorded_at: datetime
    occurred_at: datetime
    actor: Actor
    points: int
    held: int
    stamps: int
    store_id: UUID | None = None
    balance: int | None = None
    available: int | None = None
    stamp_count: int | None = None
    stamp_target: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    receipt: str | None = None
    refund_number: str | None = None
    reason: str | None = None
    cause: str | None = None
    not_given: int = 0
    because: str | None = None
    reward_id: UUID | None = None
    quantity: int | None = None
    unlocked: tuple[UUID, ...] = ()
    reservation_id: UUID | None = None
    operation_id: UUID | None = None
    other_card: UUID | None = None


class StatementPage(msgspec.Struct, frozen=True, kw_only=True):
    """*entries*: the newest first. *older*: the cursor of the page behind, None at the card's beginning. *newer*: the
    cursor of what was recorded since, and of what will be.
    """

    card_id: UUID
    entries: list[StatementEntry]
    older: str | None = None
    newer: str | None = None


class OpenReward(msgspec.Struct, frozen=True, kw_only=True):
    """An unlocked reward that waits. *code* is missing for the moment between the instant it was due and its booking.

    *store_ids*: where it can be had, everywhere if None. *expires_on* is the store-local day, *expires_at* its end.
    """

    unlocked_id: UUID
    code: str | None
    reward_id: UUID | None
    reward_version: int | None
    value_minor: int
    store_ids: tuple[UUID, ...] | None
    unlocked_at: datetime
    expires_on: date | None
    expires_at: datetime | None


class OpenReservation(msgspec.Struct, frozen=True, kw_only=True):
    """Points that are set aside; *store_id* is missing if it is none of the asker's."""

    reservation_id: UUID
    code: str
    reward_id: UUID
    reward_version: int
    quantity: int
    points: int
    store_id: UUID | None
    ends_at: datetime


class OpenLot(msgspec.Struct, frozen=True, kw_only=True):
    """Points that came together and end together; *source* is the operation they came from.

    *program_version*: the rules they came under. *expires_on* is the store-local day, *expires_at* its end.
    """

    lot_id: UUID
    source: UUID
    free: int
    held: int
    program_version: int
    store_id: UUID | None
    effective_at: datetime
    expires_on: date | None
    expires_at: datetime | None


class LedgerWholeCard(LedgerCard, frozen=True, kw_only=True):
    rewards: list[OpenReward]
    rewards_in_all: int
    reservations: list[OpenReservation]
    lots: list[OpenLot]
    lots_in_all: int


class CardAsOf(msgspec.Struct, frozen=True, kw_only=True):
    """A card as of *at*: by the events that were recorded up to then, with what had fallen due by then.

    *balance* holds what is *held* and is less by the *debt*; *available* can be spent. *lots* in the order of their use, the
    first 500 of *lots_in_all*; *rewards* likewise. All parts of a balance are told by its explanation.
    """

    at: datetime
    card_id: UUID
    card_number: str
    state: str
    balance: int
    available: int
    held: int
    debt: int
    stamps: int
    stamp_target: int | None
    owed_stamps: int
    rewards: list[OpenReward]
    rewards_in_all: int
    reservations: list[OpenReservation]
    lots: list[OpenLot]
    lots_in_all: int
    version: int


class ExplanationStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event with all that its figures rest on: versions of program, campaigns and reward, lines, lots touched.

    Without an *event_id* it was due and is not booked yet.
    """

    kind: str
    card_id: UUID
    occurred_at: datetime
    event_id: UUID | None = None
    version: int | None = None
    recorded_at: datetime | None = None
    actor: Actor | None = None
    store_id: UUID | None = None
    program_version: int | None = None
    campaigns: tuple[CampaignCounted, ...] = ()
    reward_id: UUID | None = None
    reward_version: int | None = None
    points: int | None = None
    moves: Moves | None = None
    stamping: Stamping | None = None
    operation_id: UUID | None = None


class ExplanationChange(msgspec.Struct, frozen=True, kw_only=True):
    """*step*: the place of the event in *steps*; *points*: by how much it changed the part."""

    step: int
    points: int


class ExplanationPart(msgspec.Struct, frozen=True, kw_only=True):
    """A share of the figure, to which its changes add up: a lot; without one the debt, or the stamps. One with very many
    changes goes on on the next page, as the same part.
    """

    points: int
    changes: list[ExplanationChange]
    lot: OpenLot | None = None


class PurchaseReckoned(msgspec.Struct, frozen=True, kw_only=True):
    """round(amount × rate × multiplier); *base* + *campaign* + *not_given* come to that (R13). *multiplier* in hundredths."""

    amount_minor: int
    currency: str
    rate: Rate
    rounding: str
    multiplier: int
    base: int
    campaign: int
    not_given: int


class RefundReckoned(msgspec.Struct, frozen=True, kw_only=True):
    """The points are *after* less *before*, each the purchase's points in proportion to what was refunded by then (R54)."""

    purchase_points: int
    purchase_minor: int
    refunded_before_minor: int
    refunded_minor: int
    before: int
    after: int


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """*points* is the figure, or *state* for a reward; the *parts* add up to it, *steps* are events in recorded order.

    *next*: the cursor of more parts, as of the same instant; None on the last page.
    """

    at: datetime
    card_id: UUID
    figure: str
    subject: UUID | None
    points: int | None
    state: str | None
    parts: list[ExplanationPart]
    steps: list[ExplanationStep]
    purchase: PurchaseReckoned | None = None
    refund: RefundReckoned | None = None
    next: str | None = None
