"""From rows of the log to what the store would know after them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.evolving import Place
from ledger.domain.recording import record
from ledger.domain.tenant import Tenant
from ledger.domain.terms import Reward
from stampbook_events import Actor, tag_of
from stampbook_events.ledger import CardMerged, CardTakenOver
from stampbook_events.upcasters import decode_event

LogRow = Any
"""merchant, aggregate, pos, id, type, recorded_at, body"""
MERGES = frozenset({tag_of(CardMerged), tag_of(CardTakenOver)})


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Of an event's envelope all that its row does not say as well."""

    occurred_at: datetime
    actor: Actor
    data: msgspec.Raw


_told = msgspec.json.Decoder(Told)


def folded(merchant: UUID, rows: Iterable[LogRow], rewards: Mapping[UUID, Reward] | None = None) -> Tenant:
    """*rows*: the whole log of one aggregate, or of cards that were merged, in the order of their recording.

    *rewards*: of the merchant, where cards were merged.
    """
    tenant = Tenant(merchant)
    if rewards:
        tenant.rewards.update(rewards)
    decode = _told.decode
    for _, aggregate, _, event_id, tag, recorded_at, body in rows:
        told = decode(body)
        place = Place(event_id, recorded_at, told.occurred_at)
        record(tenant, aggregate, decode_event(tag, told.data), place, told.actor)
    return tenant


def other_of(body: bytes) -> UUID:
    """Of a card that took another one over: the other one."""
    return _other.decode(_told.decode(body).data).other


class _Other(msgspec.Struct, frozen=True):
    other: UUID


_other = msgspec.json.Decoder(_Other)
