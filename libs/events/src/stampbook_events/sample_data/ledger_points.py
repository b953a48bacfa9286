"""Points and stamps of the examples: given, ended, and put right."""

from datetime import UTC, date, datetime

import msgspec

from stampbook_events import ledger
from stampbook_events.ledger import LotMoved
from stampbook_events.sample_data.cast import (
    AT_STORE,
    BIRTHDAY_LOT,
    BOUGHT_AT,
    ON_CARD,
    PURCHASE,
    SATURDAY,
    SATURDAYS,
    STAMPING,
    TOTE_BAG,
    UNLOCKED,
    WELCOME_LOT,
    WELCOMED_AT,
    end_of,
    example,
)
from stampbook_events.sample_data.moving import credited, points, stamps

_BIRTHDAY = date(2026, 9, 14)
_YEAR_LATER = date(2027, 6, 6)
_AUTUMN = date(2027, 9, 14)

_GIVEN: tuple[msgspec.Struct, ...] = (
    example(
        ledger.WelcomeBonusGranted,
        AT_STORE,
        balance=50,
        available=50,
        moves=credited(WELCOME_LOT, 50, WELCOMED_AT, date(2027, 6, 1)),
        points=50,
    ),
    example(
        ledger.PointsEarned,
        AT_STORE,
        balance=389,
        available=389,
        moves=credited(PURCHASE, 339, BOUGHT_AT, _YEAR_LATER),
        amount_minor=8490,
        currency="EUR",
        points=339,
        receipt="T-1001",
        day=SATURDAY,
        base=169,
        campaign=170,
        campaigns=(ledger.CampaignCounted(campaign_id=SATURDAYS, campaign_version=1, multiplier=200),),
    ),
    example(
        ledger.StampsEarned,
        AT_STORE,
        balance=389,
        available=389,
        stamping=stamps(1, granted=-2, issued=2),
        stamps=2,
        not_given=0,
        count=1,
        target=10,
        receipt="T-1001",
        day=SATURDAY,
    ),
    example(
        ledger.BirthdayBonusGranted,
        AT_STORE,
        balance=414,
        available=414,
        moves=credited(BIRTHDAY_LOT, 25, datetime(2026, 9, 13, 22, 0, tzinfo=UTC), _AUTUMN),
        day=_BIRTHDAY,
        points=25,
        brings_reward=True,
    ),
    example(ledger.BirthdaySkipped, ON_CARD, day=_BIRTHDAY, code="birthday_window_passed"),
    example(
        ledger.RewardWithinReach,
        ON_CARD,
        store_id=AT_STORE["store_id"],
        reward_id=TOTE_BAG,
        reward_version=1,
        cost=100,
        available=389,
    ),
)

_ENDED: tuple[msgspec.Struct, ...] = (
    example(
        ledger.PointsExpiring,
        ON_CARD,
        points=50,
        first_day=date(2027, 6, 1),
        lots=(ledger.PointsEnding(lot_id=WELCOME_LOT, points=50, expires_on=date(2027, 6, 1)),),
    ),
    example(
        ledger.PointsExpired,
        AT_STORE,
        balance=339,
        available=339,
        moves=points(LotMoved(lot_id=WELCOME_LOT, free=-50, expired=50), issued=-50, expired=50),
        points=50,
        due=end_of(date(2027, 6, 1)),
    ),
    example(
        ledger.ExpiryReversed,
        AT_STORE,
        balance=389,
        available=389,
        moves=points(LotMoved(lot_id=WELCOME_LOT, free=50, expired=-50), expired=-50, issued=50),
        points=50,
    ),
    example(
        ledger.LotsExtended,
        AT_STORE,
        balance=389,
        available=389,
        moves=ledger.Moves(
            redated=(ledger.LotRedated(lot_id=WELCOME_LOT, expires_on=_AUTUMN, expires_at=end_of(_AUTUMN)),)
        ),
        points=50,
    ),
    example(
        ledger.ClockWentOn,
        AT_STORE,
        balance=389,
        available=389,
        rewards=(ledger.RewardRedated(unlocked_id=UNLOCKED, expires_on=_AUTUMN, expires_at=end_of(_AUTUMN)),),
    ),
)

_PUT_RIGHT: tuple[msgspec.Struct, ...] = (
    example(
        ledger.OperationVoided,
        AT_STORE,
        balance=389,
        available=389,
        stamping=stamps(9, withdrawn=(UNLOCKED,), granted=2, issued=8, redeemed=-10),
        operation_id=STAMPING,
        kind="stamps",
        stamps=2,
    ),
    example(
        ledger.PurchaseRefunded,
        AT_STORE,
        balance=310,
        available=310,
        moves=points(LotMoved(lot_id=PURCHASE, free=-79, reversed=79), granted=79, issued=-79),
        operation_id=PURCHASE,
        receipt="T-1001",
        amount_minor=2000,
        currency="EUR",
        refunded_minor=2000,
        points=79,
        refund_number="R-17",
    ),
    example(
        ledger.PointsAdjusted,
        AT_STORE,
        balance=339,
        available=339,
        moves=points(LotMoved(lot_id=WELCOME_LOT, free=-50, adjusted=50), adjusted=50, issued=-50),
        points=-50,
        reason="correction",
        day=SATURDAY,
    ),
    example(
        ledger.StampsAdjusted,
        AT_STORE,
        balance=389,
        available=389,
        stamping=stamps(2, adjusted=-1, issued=1),
        stamps=1,
        reason="goodwill",
        day=SATURDAY,
    ),
    example(ledger.DebtForgiven, AT_STORE, balance=0, moves=points(absorbed=-50, debt=50), points=50),
)

EVENTS: tuple[msgspec.Struct, ...] = (*_GIVEN, *_ENDED, *_PUT_RIGHT)
