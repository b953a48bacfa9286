"""A card as it stands at an instant, for whoever only looks: what has fallen due by then is seen as done (R39, R74).

Nothing is recorded. What the clock unlocked has no code yet: that is drawn by the command that books it.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec

from ledger.domain import due
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.tenant import Tenant
from stampbook_events import Actor, CommandEnvelope, tag_of
from stampbook_events.ledger import BookDue, ExtendLots, RewardUnlocked, WarnOfExpiry
from stampbook_messaging.messages import Fact, Received

_NOBODY = Actor(kind="service", id="ledger.looking")
Glance = type[BookDue] | type[WarnOfExpiry] | type[ExtendLots]
"""Which command's knowledge of a card is wanted: what falls due, also all that is free, all that there ever was."""


def glance(merchant: UUID, card_id: UUID, at: datetime, kind: Glance = BookDue) -> Received:
    """The command that would book what is due; it is never sent."""
    command = kind(card_id=card_id)
    envelope = CommandEnvelope(
        id=uuid5(merchant, f"look at {card_id}"),
        type=tag_of(kind),
        merchant=merchant,
        actor=_NOBODY,
        correlation=card_id,
        fingerprint=b"",
        data=msgspec.Raw(b"{}"),
    )
    return Received(envelope=envelope, command=command, partition=0, seq=0, recorded_at=at)


class Seen(NamedTuple):
    """*card* as of *at*; its recorded *version*, and the *facts* that were due by then and are not recorded."""

    card: Card
    at: datetime
    version: int
    facts: tuple[Fact, ...]

    @property
    def uncoded(self) -> frozenset[UUID]:
        """Rewards that the clock unlocked meanwhile."""
        told = (fact.event.rewards for fact in self.facts if isinstance(fact.event, RewardUnlocked))
        return frozenset(one.unlocked_id for rewards in told for one in rewards)


def seen(tenant: Tenant, card: Card, at: datetime) -> Seen:
    """Book what has fallen due on *card* by *at*, in *tenant* alone."""
    version, case = card.version, Case.of(tenant, glance(tenant.merchant, card.card_id, at))
    due.catch_up(case, card)
    return Seen(card, at, version, tuple(case.facts))
