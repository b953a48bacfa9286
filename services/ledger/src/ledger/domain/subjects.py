"""Which rows of unlocked rewards, reservations and codes an event changed."""

from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.keys import CodeUse
from ledger.domain.tenant import Tenant
from stampbook_events.ledger import Stamping


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


def note_rewards(tenant: Tenant, card: Card, stamping: Stamping | None) -> None:
    """Those that stamps were settled for, and those that exist no more."""
    if stamping is not None:
        for unlocked_id in (*(one.unlocked_id for one in stamping.settled), *stamping.withdrawn):
            note_subject(tenant, card, unlocked_id)
