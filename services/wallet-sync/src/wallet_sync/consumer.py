"""What the wallet sync makes of the events of others: it learns, and it wants passes to be as the cards are."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from stampbook_events.enrollment import MerchantRegistered, StoreChanged
from stampbook_events.ledger import CardOpened, ProgramPublished, ProgramWithdrawn
from stampbook_events.routing import demanding
from stampbook_messaging.messages import Recorded
from stampbook_messaging.protocols import Demand
from wallet_sync.domain.changes import coalesced
from wallet_sync.store import passes, sources

CARDS = demanding("pass:card", "wallet")
SOURCES = (MerchantRegistered, StoreChanged, ProgramPublished, ProgramWithdrawn)


class PassEvents:
    """A pass has one delivery for life: the opening of its card demands it, every later change wakes it."""

    consumer = "wallet"
    handles: Collection[type[msgspec.Struct]] = (*SOURCES, *CARDS)

    async def react(self, db: Any, events: Sequence[Recorded]) -> Sequence[Demand]:
        await sources.learn(db, [one for one in events if isinstance(one.event, SOURCES)])
        opened = [one for one in events if isinstance(one.event, CardOpened)]
        await passes.open_passes(db, opened)
        changed = [one for one in events if isinstance(one.event, CARDS) and not isinstance(one.event, CardOpened)]
        await passes.change_passes(db, coalesced(changed))
        return [
            Demand(because_of=one, channel="pass", kind="card", recipient=one.event.card_id, payload={})
            for one in opened
        ]
