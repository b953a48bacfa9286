"""Who has now what a card had, and what a row is."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.tenant import Tenant

Values = tuple[Any, ...]
RowsOf = Callable[[Tenant], Iterable[Values]]


def owner(tenant: Tenant, card_id: UUID) -> Card:
    """Of a merged card the survivor."""
    card = tenant.cards[card_id]
    while card.merged_into is not None:
        card = tenant.cards[card.merged_into]
    return card
