"""Who tells the ledger of something, by which channel, and in which store it happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from gateway.api.bodies import GivingBody
from gateway.api.bodies.tills import TerminalBody
from gateway.api.context import Asked, parts_of
from gateway.principals import Principal
from gateway.problems import FieldProblem, Refused
from stampbook_events.ledger import Channel, Terminal

INTERACTIVE = timedelta(seconds=30)
"""So long a customer stands and waits (R73)."""

_OF_STAFF: frozenset[Channel] = frozenset({"till", "offline"})
_OF_SYSTEMS: frozenset[Channel] = frozenset({"api", "online"})


def channel_of(asking: Principal, said: Channel | None) -> Channel:
    """A member of staff stands at a till, a system calls or is a shop; nobody takes the other's channel."""
    own = _OF_STAFF if asking.is_staff else _OF_SYSTEMS
    if said is None:
        return "till" if asking.is_staff else "api"
    if said not in own:
        raise _wrong("channel", "not_for_staff" if asking.is_staff else "not_for_systems")
    return said


def acting_store(request: Asked, asking: Principal, named: UUID | None) -> UUID:
    """The store it happens in: the one named, or the only one there is. The ledger checks that it is the merchant's."""
    store_id = store_of(request, asking, named)
    if store_id is None:
        raise _wrong("store_id", "missing")
    return store_id


def store_of(request: Asked, asking: Principal, named: UUID | None) -> UUID | None:
    """None where nobody said so and whoever asks works in all of them: then the card's home store stands in (R3)."""
    if named is None:
        if len(asking.stores) > 1:
            raise _wrong("store_id", "missing")
        return next(iter(asking.stores), None)
    if asking.works_in(named):
        return named
    known = parts_of(request).directory.map.stores.get(named)
    own = known is not None and known.merchant_id == asking.merchant
    raise Refused("store_not_yours" if own else "not_found")


def till_store(request: Asked, asking: Principal, named: UUID | None) -> UUID | None:
    """A member of staff stands in some store, and says in which."""
    return acting_store(request, asking, named) if asking.is_staff else store_of(request, asking, named)


def told_of(asking: Principal, data: GivingBody) -> dict[str, Any]:
    """What a command that gives something says of its telling, but for the store."""
    channel = channel_of(asking, data.channel)
    return {
        "channel": channel,
        "terminal": terminal_of(channel, data.terminal, data.occurred_at),
        "receipt": data.receipt,
        "card_number": data.card_number,
        "linked_to": data.linked_to,
    }


def terminal_of(channel: Channel, told: TerminalBody | None, occurred_at: datetime | None) -> Terminal | None:
    """Offline it says when; whoever has no terminal has no clock that was measured."""
    if channel == "offline" and occurred_at is None:
        raise _wrong("occurred_at", "missing")
    if told is None:
        return None
    if channel not in _OF_STAFF:
        raise _wrong("terminal", "not_for_systems")
    return Terminal(ahead_ms=told.ahead_ms, last_sync=told.last_sync)


def in_time(request: Asked) -> datetime:
    """Later the customer has gone: what has not been stored by then is refused as ``too_late``."""
    return parts_of(request).clock.now() + INTERACTIVE


def _wrong(field: str, code: str) -> Refused:
    return Refused("form_refused", errors=(FieldProblem(pointer=f"/{field}", code=code),))
