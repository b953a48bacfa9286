"""What became of the examples' card."""

from uuid import uuid5

import msgspec

from stampbook_events import ledger
from stampbook_events.sample_data.cast import (
    AT_STORE,
    CARD,
    FASHIONOUTLET,
    FG,
    NEW_NUMBER,
    NUMBER,
    ON_CARD,
    OTHER_CARD,
    TWIN,
    UNLOCKED,
    example,
)
from stampbook_events.sample_data.moving import entry, points, stamps

_PROMISE = ledger.WelcomePromise(points=50, stamps=0, timing="at_enrollment")
_OTHER = {"card_id": OTHER_CARD, "customer_id": TWIN, "program_id": FG}
_OTHER_LOT = uuid5(OTHER_CARD, "purchase")
_OTHER_BONUS = uuid5(OTHER_CARD, "welcome")

EVENTS: tuple[msgspec.Struct, ...] = (
    example(
        ledger.CardOpened, AT_STORE, card_number=NUMBER, language="fr", test=False, stamp_target=10, welcome=_PROMISE
    ),
    example(ledger.CardReopened, AT_STORE, card_number=NEW_NUMBER, language="fr", stamp_target=10, welcome=_PROMISE),
    example(ledger.StoreLinked, ON_CARD, store_id=FASHIONOUTLET),
    example(ledger.AddressConfirmed, ON_CARD),
    example(ledger.HolderChecked, ON_CARD),
    example(ledger.CardFrozen, ON_CARD),
    example(ledger.CardUnfrozen, ON_CARD),
    example(ledger.CardClosed, ON_CARD, cause="leaving"),
    example(ledger.CardReplaced, ON_CARD, card_number=NEW_NUMBER, old_number=NUMBER, codes={UNLOCKED: "M4X8Q2TR"}),
    example(ledger.CycleLowered, ON_CARD, stamping=stamps(9, target=8)),
    example(ledger.CardMerged, _OTHER, into=CARD),
    example(
        ledger.CardTakenOver,
        AT_STORE,
        balance=30,
        available=30,
        moves=points(issued=50),
        stamping=stamps(13, issued=7),
        other=OTHER_CARD,
        other_lines=(*entry("points", issued=-50), *entry("stamps", issued=-7)),
    ),
    example(
        ledger.DebtSettled,
        AT_STORE,
        balance=30,
        available=30,
        moves=points(ledger.LotMoved(lot_id=_OTHER_LOT, free=-20, repaid=20), debt=20, issued=-20),
        points=20,
    ),
    example(
        ledger.BonusTakenBack,
        AT_STORE | _OTHER,
        balance=50,
        available=50,
        moves=points(ledger.LotMoved(lot_id=_OTHER_BONUS, free=-50, reversed=50), granted=50, issued=-50),
        operation_id=_OTHER_BONUS,
        points=50,
    ),
)
