"""Which rows of unlocked rewards, reservations and codes an event changed."""

from typing import Any
from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.keys import CodeUse
from ledger.domain.tenant import Tenant


def code(tenant: Tenant, code: str, use: CodeUse) -> None:
    tenant.codes[code] = use
    tenant.changes.codes[code] = use


def note_subject(tenant: Tenant, card: Card, subject_id: UUID) -> None:
    new, old = (
        (tenant.changes.new_unlocked, tenant.changes.unlocked)
        if subject_id in card.unlocked
        else (tenant.changes.new_holds, tenant.changes.holds)
    )
    if subject_id not in new:
        old[subject_id] = card.card_id


def note_stamping(tenant: Tenant, card: Card, event: Any) -> None:
    """The rewards that it settled, withdrew, redated or ended."""
    if event.stamping is not None:
        for settled in event.stamping.settled:
            note_subject(tenant, card, settled.unlocked_id)
        for unlocked_id in event.stamping.withdrawn:
            note_subject(tenant, card, unlocked_id)
