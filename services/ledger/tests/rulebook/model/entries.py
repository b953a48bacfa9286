"""What the model keeps, as an accountant would list it. Nothing here knows a rule."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from rulebook.terms import Account, By, Channel, Device, Expiry, OfflineCap, Policy, Scope, Unit
from rulebook.views import Answer, PostingKind


class Refused(Exception):
    """The first check that failed (R6)."""

    def __init__(self, code: str, answer: Answer | None = None) -> None:
        super().__init__(code)
        self.answer = answer or Answer(accepted=False, code=code)


@dataclass
class Store:
    zone: str
    receipt_scope: Scope
    offline_cap: OfflineCap | None
    live: bool
    paused: bool = False


@dataclass
class Version:
    number: int
    terms: object
    effective_from: datetime
    withdrawn: bool = False


@dataclass
class Ending:
    ends_at: datetime
    last_day: date


@dataclass
class Card:
    name: str
    program: str
    person: str
    home_store: str
    opened_at: datetime
    number: str | None
    target: int
    test: bool = False
    state: str = "active"  # frozen, closed, merged
    merged_into: str | None = None
    unfrozen_at: datetime | None = None
    person_checked: bool = False
    old_numbers: dict[str, datetime] = field(default_factory=dict)
    count: int = 0
    capped_by: str | None = None  # the redeem code whose use opens the next cycle (R21, cap)
    promise: object = None  # the welcome bonus as promised at enrollment
    birthday: tuple[int, int, date] | None = None  # month, day, the local day it was entered
    consent: list[tuple[datetime, bool]] = field(default_factory=list)


@dataclass
class Lot:
    number: int
    card: str
    source: str  # key of the operation that made it
    points: int
    free: int
    effective: datetime
    recorded: datetime
    zone: str
    store: str | None
    rule: Expiry
    grace_days: int
    expires_on: date | None
    expires_at: datetime | None
    root: int = 0  # the first of a line of successors
    tie: object = None  # its id, where nothing else tells which of two lots comes first
    held: int = 0
    spent: int = 0
    expired: int = 0
    reversed: int = 0
    adjusted: int = 0
    settled: int = 0  # repaid debt
    moved: int = 0  # to a successor
    written_off: int = 0  # when its source was reversed; undone if its points come back (R57)
    warned: bool = False
    gone: bool = False  # its end was passed with the clock running
    ended: bool = False  # by closing the card or the end of the program: no late arrival brings it back


Allocation = list[tuple[Lot, int]]


@dataclass
class Taking:
    """What a customer took or holds of a reward; counts for stock and limit."""

    reward: str
    card: str
    day: date
    quantity: int


@dataclass
class Hold:
    name: str
    card: str
    reward: str
    cost: int
    quantity: int
    allocation: Allocation
    ends_at: datetime
    redeem_code: str
    taking: Taking
    state: str = "open"  # captured, released, lapsed
    used_at: datetime | None = None
    used_store: str | None = None


@dataclass
class Unlocked:
    redeem_code: str
    card: str
    reward: str | None
    full_card: bool
    target: int
    stores: frozenset[str] | None
    value: int
    unlocked_at: datetime
    store: str | None
    zone: str
    expires_on: date | None
    expires_at: datetime | None
    state: str = "open"  # used, expired, withdrawn
    used_at: datetime | None = None
    used_store: str | None = None
    owed: int = 0  # of its stamps, after the policy `debt` (R59)
    written_off: int = 0


@dataclass
class Operation:
    """What is voided, refunded and counted: one line per accepted operation on a card."""

    key: str
    kind: str
    card: str
    at: datetime
    effective: datetime
    day: date
    store: str | None
    by: By
    channel: Channel = "till"
    receipt: tuple[object, ...] | None = None
    policy: Policy = "debt"
    amount: int = 0
    currency: str = ""
    points: int = 0
    stamps: int = 0
    lot: Lot | None = None
    allocation: Allocation = field(default_factory=list)
    missing: int = 0
    taking: Taking | None = None
    unlocked: Unlocked | None = None
    refunded: int = 0
    refund_numbers: set[str] = field(default_factory=set)
    bonus: str | None = None  # the welcome bonus this first purchase brought
    voided: bool = False
    taken_back: bool = False  # by a refund


@dataclass
class Entry:
    """One line of a posting."""

    card: str
    account: Account
    amount: int


@dataclass
class Booked:
    operation: str
    kind: PostingKind
    unit: Unit
    at: datetime
    effective: datetime
    entries: list[Entry]


@dataclass
class Situation:
    """Of the operation in hand: who, where, when; so that each rule need not carry it along."""

    key: str
    at: datetime
    effective: datetime
    store: str | None = None
    by: By = field(default_factory=By)
    channel: Channel = "till"
    device: Device | None = None
    flags: set[str] = field(default_factory=set)
    overdue: bool = False  # work by the clock, which ends as if it had run on time (R74)


MINUTES_15 = timedelta(minutes=15)
HOURS_24 = timedelta(hours=24)
