"""What customers spent, set aside and fetched (R41-R51, R72)."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from stampbook_events.ledger.commands.tills import Channel
from stampbook_events.ledger.events.about import OnCard, Standing
from stampbook_events.ledger.value import Moves, Policy, RedeemCode, RewardRedated, Stamping


class RewardRedeemed(Standing, frozen=True, kw_only=True, tag="ledger.reward_redeemed.v1"):
    """Points were spent at hand-over (R44): *quantity* × *cost*. Offline, *missing* of them were not there (R72).

    *reservation_id*: it was captured from that one (R49).
    """

    reward_id: UUID
    reward_version: int
    quantity: int
    cost: int
    points: int
    day: date
    receipt: str | None = None
    period: str = ""
    missing: int = 0
    policy: Policy = "debt"
    channel: Channel = "till"
    flags: tuple[str, ...] = ()
    reservation_id: UUID | None = None
    said_at: datetime | None = None


class RewardHeld(Standing, frozen=True, kw_only=True, tag="ledger.reward_held.v1"):
    """A reservation (R48), by the event's id. *code* fetches all of it until *ends_at*."""

    reward_id: UUID
    reward_version: int
    quantity: int
    cost: int
    points: int
    day: date
    code: RedeemCode
    ends_at: datetime
    channel: Channel = "online"


class ReservationReleased(Standing, frozen=True, kw_only=True, tag="ledger.reservation_released.v1"):
    """*quantity* of its rewards were given up: by somebody, or because fewer were captured (R49, R50)."""

    reservation_id: UUID
    reward_id: UUID
    quantity: int
    points: int


class ReservationLapsed(Standing, frozen=True, kw_only=True, tag="ledger.reservation_lapsed.v1"):
    """It ended by the clock, dated to its end (R50)."""

    reservation_id: UUID
    reward_id: UUID
    quantity: int
    points: int


class RewardUsed(OnCard, frozen=True, kw_only=True, tag="ledger.reward_used.v1"):
    """An unlocked reward was handed over (R45, R46)."""

    store_id: UUID
    unlocked_id: UUID
    code: RedeemCode
    day: date
    reward_id: UUID | None = None
    receipt: str | None = None
    period: str = ""
    stamping: Stamping | None = None
    moves: Moves = Moves()


class RewardExpired(OnCard, frozen=True, kw_only=True, tag="ledger.reward_expired.v1"):
    """Nobody fetched it (R45)."""

    store_id: UUID
    unlocked_id: UUID
    stamping: Stamping | None = None


class UseVoided(OnCard, frozen=True, kw_only=True, tag="ledger.use_voided.v1"):
    """The use of an unlocked reward never happened: it is open again, or withdrawn for what was owed for it (R45, R59)."""

    store_id: UUID
    operation_id: UUID
    unlocked_id: UUID
    state: Literal["open", "withdrawn"]
    redated: RewardRedated | None = None
    stamping: Stamping | None = None
