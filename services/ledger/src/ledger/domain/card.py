"""One customer's card in one program: who has it, what lies on it, what waits and what is set aside."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from ledger.domain.account import Holdings, Totals
from ledger.domain.clock import Stop
from stampbook_events.enrollment import Language
from stampbook_events.ledger import CardState, UnlockedReward, WelcomePromise

UnlockedState = Literal["open", "used", "expired", "withdrawn"]
HoldState = Literal["open", "captured", "released", "lapsed"]


class Taken(msgspec.Struct, frozen=True, array_like=True):
    """So many points of one lot, as an event recorded them."""

    lot_id: UUID
    points: int


class Unlocked(msgspec.Struct, kw_only=True):
    """A reward of a full card or a birthday (R45). *terms* are as they were when it was unlocked.

    *number*: which of several of the same instant is the older one.
    *owed* and *written_off*: of the stamps that went into it, after it was used (R59). *stands* as of a lot.
    """

    terms: UnlockedReward
    code: str
    number: int
    state: UnlockedState = "open"
    expires_on: date | None = None
    expires_at: datetime | None = None
    owed: int = 0
    written_off: int = 0
    ended_at: datetime | None = None
    used_store: UUID | None = None
    stands: bool = False

    @property
    def id(self) -> UUID:
        return self.terms.unlocked_id

    @property
    def unsettled(self) -> int:
        return self.terms.target - self.owed - self.written_off

    @property
    def age(self) -> tuple[datetime, int, UUID]:
        return self.terms.since, self.number, self.terms.unlocked_id


class Hold(msgspec.Struct, kw_only=True):
    """A reservation (R48): *quantity* × *cost* points of the lots in *taken*, in the order in which they gave them."""

    reservation_id: UUID
    reward_id: UUID
    reward_version: int
    quantity: int
    cost: int
    code: str
    ends_at: datetime
    day: date
    store_id: UUID
    taken: tuple[Taken, ...]
    state: HoldState = "open"
    ended_at: datetime | None = None
    used_store: UUID | None = None


class Card(msgspec.Struct, kw_only=True):
    """*version* counts the events on the card, so it is the version of the last one.

    *count* of *target* stamps; *target* is frozen while a cycle is open (R23) and None where there never were stamps.
    *unlocked* and *holds*: the open ones, and those that an operation needs besides. *stops*: when it was frozen.
    *welcomes*: when each welcome bonus was granted that counts on this card (R68). *reached*: when it was last told that a reward is within reach (R47). *ended*: its program is over and that is booked.
    """

    card_id: UUID
    customer_id: UUID
    program_id: UUID
    store_id: UUID
    number: str
    language: Language
    test: bool
    opened_at: datetime
    state: CardState = "active"
    version: int = 1
    count: int = 0
    target: int | None = None
    capped_by: UUID | None = None
    holdings: Holdings = msgspec.field(default_factory=Holdings)
    stamps: Totals = msgspec.field(default_factory=Totals)
    unlocked: dict[UUID, Unlocked] = msgspec.field(default_factory=dict)
    holds: dict[UUID, Hold] = msgspec.field(default_factory=dict)
    promise: WelcomePromise | None = None
    stops: tuple[Stop, ...] = ()
    unfrozen_at: datetime | None = None
    welcomes: dict[UUID, datetime] = msgspec.field(default_factory=dict)
    reached: dict[UUID, datetime] = msgspec.field(default_factory=dict)
    confirmed: bool = False
    checked: bool = False
    ended: bool = False
    merged_into: UUID | None = None

    @property
    def owed_stamps(self) -> int:
        return self.stamps.owed

    def open_rewards(self) -> list[Unlocked]:
        """The oldest first."""
        return sorted((one for one in self.unlocked.values() if one.state == "open"), key=_age)

    def waiting(self) -> list[Unlocked]:
        """Open rewards of full cards, the oldest first."""
        return [one for one in self.open_rewards() if one.terms.target]

    def used(self) -> list[Unlocked]:
        """Used rewards of full cards, the oldest first; of those that were loaded."""
        return sorted((one for one in self.unlocked.values() if one.state == "used" and one.terms.target), key=_age)

    def open_holds(self) -> list[Hold]:
        """The one that ends first comes first."""
        return sorted((hold for hold in self.holds.values() if hold.state == "open"), key=_end)


def _end(hold: Hold) -> tuple[datetime, UUID]:
    return hold.ends_at, hold.reservation_id


def _age(one: Unlocked) -> tuple[datetime, int, UUID]:
    return one.age
