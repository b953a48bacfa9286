"""What has to be written when a batch ends; what changed is read from the tenant, so each row is written once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.domain.keys import CodeUse, Given, NumberUse, ReceiptKey, ReceiptUse, Tally
from ledger.domain.reported import Cohort, CohortChange, RewardChange
from stampbook_events.ledger import Line


class Posted(NamedTuple):
    """The lines that one event wrote on one card; of a merge one event writes on both.

    *counts_at*: when reports count it (R78), see ``reported.counts_at``. *test*: of a test customer's card.
    """

    event_id: UUID
    card_id: UUID
    version: int
    program_id: UUID
    store_id: UUID
    recorded_at: datetime
    counts_at: datetime
    test: bool
    lines: tuple[Line, ...]


@dataclass(slots=True)
class Changes:
    """Ids point into the tenant. *new_…* are rows that were not there before; the others are written over. *ended*: all lots of
    these cards, loaded or not, ended with the card or its program.
    """

    opened: list[UUID] = field(default_factory=list)
    touched: set[UUID] = field(default_factory=set)
    new_lots: dict[UUID, UUID] = field(default_factory=dict)
    lots: dict[UUID, UUID] = field(default_factory=dict)
    new_unlocked: dict[UUID, UUID] = field(default_factory=dict)
    unlocked: dict[UUID, UUID] = field(default_factory=dict)
    new_holds: dict[UUID, UUID] = field(default_factory=dict)
    holds: dict[UUID, UUID] = field(default_factory=dict)
    merged: list[tuple[UUID, UUID]] = field(default_factory=list)
    ended: set[UUID] = field(default_factory=set)
    numbers: dict[str, NumberUse] = field(default_factory=dict)
    codes: dict[str, CodeUse] = field(default_factory=dict)
    links: list[tuple[UUID, UUID, datetime]] = field(default_factory=list)
    versions: list[tuple[str, UUID, int]] = field(default_factory=list)
    withdrawn: list[tuple[str, UUID, int]] = field(default_factory=list)
    endings: set[UUID] = field(default_factory=set)
    retired: set[UUID] = field(default_factory=set)
    taken: dict[UUID, int] = field(default_factory=dict)
    posted: list[Posted] = field(default_factory=list)
    rewards: list[RewardChange] = field(default_factory=list)
    cohorts: dict[Cohort, CohortChange] = field(default_factory=dict)
    receipts: list[tuple[ReceiptKey, ReceiptUse]] = field(default_factory=list)
    freed: list[tuple[ReceiptKey, ReceiptUse]] = field(default_factory=list)
    undone: set[UUID] = field(default_factory=set)
    tallies: dict[Tally, int] = field(default_factory=dict)
    given: list[tuple[UUID, UUID, Given]] = field(default_factory=list)
    ungiven: list[tuple[UUID, UUID, Given]] = field(default_factory=list)
    welcomed: list[tuple[UUID, UUID, UUID]] = field(default_factory=list)
    unwelcomed: list[UUID] = field(default_factory=list)
    birthdays: list[tuple[UUID, int]] = field(default_factory=list)
