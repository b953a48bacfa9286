"""Finds out, at the moment of sending, whom a mail is for and everything it says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from notifier.domain.kinds import KINDS
from notifier.domain.letter import Letter, greetable, store_link, text_in
from notifier.queries import Asking
from notifier.store import statements as sql
from stampbook_events.enrollment import Contact, Language
from stampbook_messaging.clock import Clock
from stampbook_messaging.protocols import Delivery
from stampbook_messaging.queries import QueryRefused

T = TypeVar("T")

_LOOKS_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8)


class NotFound(LookupError):
    """Something that must be there is not: our fault, never the recipient's."""

    def __init__(self, reason: str, host: str = "notifier") -> None:
        super().__init__(reason)
        self.reason, self.host = reason, host


class Unwanted(RuntimeError):
    """A positive fact speaks against sending."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of a mail's delivery: ids and figures of the event, nothing personal."""

    card_id: UUID
    store_id: UUID
    program_id: UUID
    language: Language | None = None
    points: int | None = None
    balance: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """*first_name* only where it can be greeted by."""

    address: str
    language: Language
    first_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Our projections or another service may be a moment behind the event that demanded the mail: look again before
    ``NotFound``. A service that is silent raises ``QueryUnavailable``.
    """

    pool: Any
    clock: Clock
    asking: Asking
    public_url: str

    async def recipient(self, delivery: Delivery) -> Recipient:
        """Raises ``Unwanted`` for somebody who was erased or has no address."""

        async def look() -> Contact:
            try:
                return await self.asking.contact(delivery.merchant, delivery.recipient)
            except QueryRefused as refused:
                raise NotFound(f"contact {refused.code}", "enrollment") from None

        contact = await self._patiently(look)
        if contact.erased_at is not None:
            raise Unwanted("erased")
        if not contact.email:
            raise Unwanted("no_address")
        return Recipient(address=contact.email, language=contact.language, first_name=greetable(contact.first_name))

    async def letter(self, delivery: Delivery, recipient: Recipient) -> Letter:
        wanted = msgspec.convert(delivery.payload, Wanted)
        kind = KINDS[delivery.kind]
        language = wanted.language or recipient.language
        place = await self._patiently(lambda: self._place(delivery.merchant, wanted))
        number = place["card_number"] or await self._patiently(lambda: self._number(delivery.merchant, wanted))
        wallet = None
        if kind.offers_wallet:
            wallet = await self._patiently(lambda: self._wallet_path(delivery.merchant, wanted))
        card = await self._patiently(lambda: self._card_path(delivery, wanted))

        def link(path: str) -> str:
            return store_link(self.public_url, place["subdomain"], path)

        return Letter(
            kind=kind.name,
            language=language,
            merchant_name=place["merchant_name"],
            store_name=place["store_name"],
            program_name=text_in(place["program_names"], language, place["default_language"]),
            accent=place["accent"],
            card_number=number,
            card_url=link(f"/{language}{card}"),  # the mail's language, whatever the browser would wish
            wallet_url=None if wallet is None else link(wallet),
            first_name=recipient.first_name,
            points=wanted.points,
            balance=wanted.balance,
        )

    async def _place(self, merchant: UUID, wanted: Wanted) -> Any:
        row = await self.pool.fetchrow(sql.PLACE, merchant, wanted.store_id, wanted.program_id, wanted.card_id)
        if row is None:
            raise NotFound("merchant_unknown")
        if row["store_name"] is None:
            raise NotFound("store_unknown")
        if row["program_names"] is None:
            raise NotFound("program_unknown")
        return row

    async def _number(self, merchant: UUID, wanted: Wanted) -> str:
        """Asked from the ledger while its 'card opened' has not reached us."""
        try:
            return await self.asking.card_number(merchant, wanted.card_id)
        except QueryRefused as refused:
            raise NotFound(f"card {refused.code}", "ledger") from None

    async def _wallet_path(self, merchant: UUID, wanted: Wanted) -> str | None:
        try:
            return await self.asking.wallet_path(merchant, wanted.card_id)
        except QueryRefused as refused:
            raise NotFound(f"save_link {refused.code}", "wallet") from None

    async def _card_path(self, delivery: Delivery, wanted: Wanted) -> str:
        """The card's one link: it is a secret, asked for when it is needed and kept nowhere here."""
        try:
            return await self.asking.card_path(delivery.merchant, wanted.card_id, delivery.recipient)
        except QueryRefused as refused:
            raise NotFound(f"card_link {refused.code}", "enrollment") from None

    async def _patiently(self, look: Callable[[], Awaitable[T]]) -> T:
        for seconds in _LOOKS_SECONDS:
            try:
                return await look()
            except NotFound:
                await self.clock.sleep(seconds)
        return await look()
