"""The short links behind a card page's wallet button: one a card and process, however often the page is looked at."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from uuid import UUID

from gateway.ports import QueryPort
from gateway.questions import AskSaveLink, SaveLink
from stampbook_messaging.logging import get_logger
from stampbook_messaging.queries import QueryRefused, QueryUnavailable

log = get_logger(__name__)

LINKS_MAX = 10_000


@dataclass(slots=True)
class WalletLinks:
    queries: QueryPort
    _links: OrderedDict[UUID, str] = field(default_factory=OrderedDict)

    async def link(self, merchant: UUID, card_id: UUID) -> str | None:
        """None while passes cannot be saved, or the wallet service does not answer: the card shows without a button."""
        known = self._links.get(card_id)
        if known is not None:
            return known
        try:
            found = await self.queries.ask(
                "wallet", "save_link", AskSaveLink(merchant=merchant, card_id=card_id), SaveLink
            )
        except (QueryUnavailable, QueryRefused) as silent:
            log.warning("wallet.link_missing", reason=type(silent).__name__)
            return None
        if not found.available or found.url_path is None:
            return None
        self._links[card_id] = found.url_path
        if len(self._links) > LINKS_MAX:
            self._links.popitem(last=False)
        return found.url_path
