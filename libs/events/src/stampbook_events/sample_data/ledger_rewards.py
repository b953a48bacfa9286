"""Rewards of the examples: unlocked by a full card, or paid for with points, at once or after a while."""

from datetime import date, timedelta

import msgspec

from stampbook_events import ledger
from stampbook_events.ledger import LotMoved
from stampbook_events.sample_data.cast import (
    AT_STORE,
    BOUGHT_AT,
    CODE,
    FASHIONHUB,
    ON_CARD,
    PURCHASE,
    REDEMPTION,
    RESERVATION,
    SATURDAY,
    SCARF,
    TOTE_BAG,
    UNLOCKED,
    WELCOME_LOT,
    ZONE,
    end_of,
    example,
)
from stampbook_events.sample_data.moving import points, stamps

_LAST_DAY = date(2026, 9, 4)
_IN_STORE = {**ON_CARD, "store_id": FASHIONHUB}
_RESERVED = {"reservation_id": RESERVATION, "reward_id": TOTE_BAG, "quantity": 1, "points": 100}
_UNLOCKED = ledger.UnlockedReward(
    unlocked_id=UNLOCKED,
    code=CODE,
    unlocked_at=BOUGHT_AT,
    since=BOUGHT_AT,
    zone=ZONE,
    reward_id=SCARF,
    reward_version=1,
    target=10,
    value_minor=1900,
    store_id=FASHIONHUB,
    expires_on=_LAST_DAY,
    expires_at=end_of(_LAST_DAY),
)
_SPENT = points(
    LotMoved(lot_id=WELCOME_LOT, free=-50, redeemed=50),
    LotMoved(lot_id=PURCHASE, free=-50, redeemed=50),
    issued=-100,
    redeemed=100,
)
_HELD = points(
    LotMoved(lot_id=WELCOME_LOT, free=-50, held=50),
    LotMoved(lot_id=PURCHASE, free=-50, held=50),
    issued=-100,
    held=100,
)
_LET_GO = points(
    LotMoved(lot_id=WELCOME_LOT, free=50, held=-50),
    LotMoved(lot_id=PURCHASE, free=50, held=-50),
    held=-100,
    issued=100,
)

EVENTS: tuple[msgspec.Struct, ...] = (
    example(
        ledger.RewardUnlocked,
        _IN_STORE,
        rewards=(_UNLOCKED,),
        stamping=stamps(1, issued=-10, redeemed=10),
    ),
    example(
        ledger.RewardRedeemed,
        AT_STORE,
        balance=289,
        available=289,
        moves=_SPENT,
        reward_id=TOTE_BAG,
        reward_version=1,
        quantity=1,
        cost=100,
        points=100,
        day=SATURDAY,
        receipt="T-1002",
    ),
    example(
        ledger.RewardHeld,
        AT_STORE,
        balance=389,
        available=289,
        moves=_HELD,
        reward_id=TOTE_BAG,
        reward_version=1,
        quantity=1,
        cost=100,
        points=100,
        day=SATURDAY,
        code="3FH6WQZ9",
        ends_at=BOUGHT_AT + timedelta(hours=2),
    ),
    example(ledger.ReservationReleased, AT_STORE, balance=389, available=389, moves=_LET_GO, **_RESERVED),
    example(ledger.ReservationLapsed, AT_STORE, balance=389, available=389, moves=_LET_GO, **_RESERVED),
    example(
        ledger.RewardUsed,
        _IN_STORE,
        unlocked_id=UNLOCKED,
        code=CODE,
        day=date(2026, 6, 13),
        reward_id=SCARF,
        receipt="T-1003",
    ),
    example(ledger.RewardExpired, _IN_STORE, unlocked_id=UNLOCKED),
    example(ledger.UseVoided, _IN_STORE, operation_id=REDEMPTION, unlocked_id=UNLOCKED, state="open"),
)
