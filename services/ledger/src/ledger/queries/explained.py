"""What an explanation consists of."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from ledger.queries.views import OpenLot
from ledger.store.logs import Told
from stampbook_events import Actor, tag_of
from stampbook_events.ledger import CampaignCounted, Moves, Rate, Stamping


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """*step*: its place in the explanation's list; *points*: by how much it changed the part."""

    step: int
    points: int


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A share of the figure, to which its changes add up: a lot; without one the debt, or the stamps. One with very many
    changes goes on on the next page, as the same part.
    """

    points: int
    changes: list[Change]
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
    """*points* is the figure, or *state* for a reward; the *parts* add up to it, *steps* are the events in recorded order.

    *next*: the cursor of more parts, as of the same instant.
    """

    at: datetime
    card_id: UUID
    figure: str
    subject: UUID | None
    points: int | None
    state: str | None
    parts: list[Part]
    steps: list[Step]
    purchase: PurchaseReckoned | None = None
    refund: RefundReckoned | None = None
    next: str | None = None


class Happened(NamedTuple):
    """An event on a card; *told* as the log holds it, or None if it was due and is not booked yet."""

    card_id: UUID
    occurred_at: datetime
    event: Any
    told: Told | None = None

    @property
    def step(self) -> Step:
        envelope = self.told.envelope if self.told else None
        moves: Moves | None = getattr(self.event, "moves", None)
        return Step(
            kind=tag_of(type(self.event)).split(".")[1],
            card_id=self.card_id,
            occurred_at=self.occurred_at,
            event_id=envelope.id if envelope else None,
            version=envelope.version if envelope else None,
            recorded_at=envelope.recorded_at if envelope else None,
            actor=envelope.actor if envelope else None,
            moves=moves if moves != _NOTHING else None,
            **{name: getattr(self.event, name) for name in _PLAIN if hasattr(self.event, name)},
        )


def happened(told: Told) -> Happened:
    return Happened(told.envelope.aggregate, told.envelope.occurred_at, told.event, told)


_NOTHING = Moves()
_PLAIN = (
    "store_id",
    "program_version",
    "campaigns",
    "reward_id",
    "reward_version",
    "points",
    "stamping",
    "operation_id",
)
"""What a step says in the event's own words."""
