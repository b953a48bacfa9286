"""What a customer holds in their hand: the ticket of the success page, the card's own link, the wallet's short link."""

from __future__ import annotations

import re
from typing import TypeVar
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from gateway.api.context import address_of
from gateway.map import Shop
from gateway.pages.settings import TicketView
from gateway.problems import Refused
from gateway.questions import (
    AskCard,
    AskCardLink,
    AskCardLinkTarget,
    AskSaveTarget,
    AskTicket,
    CardLink,
    CardLinkTarget,
    LedgerCard,
    SaveTarget,
    TicketTarget,
)
from gateway.storefront.confirming import confirm
from gateway.storefront.context import (
    Asked,
    front_of,
    language_in,
    now_in,
    page,
    place_in,
    see_other,
    shop_of,
    subdomain_of,
    wished_language,
)
from gateway.storefront.views import card_view, in_zone, store_view
from stampbook_messaging.queries import QueryRefused, QueryUnavailable

T = TypeVar("T")

_TOKEN = re.compile(r"[A-Za-z0-9_.~-]{1,64}")


@get("/{language:str}/welcome/{ticket:str}")
async def welcome(request: Asked, language: FromPath[str], ticket: FromPath[str]) -> Response[str]:
    """The success page; it says the same whether the customer is new or known."""
    shop, read = await shop_of(request), language_in(language)
    question = AskTicket(ticket=_held(ticket), merchant=shop.store.merchant_id)
    target = await _ask(request, "enrollment", "ticket", question, TicketTarget)
    view = TicketView(code=ticket, valid_until=in_zone(target.expires_at, shop))
    html = front_of(request).pages.welcome(
        store_view(shop, now_in(request)), place_in(request, read, f"/welcome/{ticket}"), view
    )
    return page(request, html, read)


@get("/c/{token:str}")
async def card_link(request: Asked, token: FromPath[str]) -> Response[bytes]:
    """The link in mails, without a language: to the shop it was made for, in the reader's language."""
    held = _held(token)
    if subdomain_of(request):
        shop = await shop_of(request)
    else:
        question = AskCardLinkTarget(token=held)
        target = await _ask(request, "enrollment", "card_link_target", question, CardLinkTarget)
        shop = await _first_shop(request, target.store_ids)
    origin = front_of(request).hosts.origin(shop.store.subdomain)
    return see_other(f"{origin}/{wished_language(request, shop)}/c/{held}")


@get("/{language:str}/c/{token:str}")
async def card(request: Asked, language: FromPath[str], token: FromPath[str]) -> Response[str]:
    shop, read = await shop_of(request), language_in(language)
    question = AskCardLinkTarget(token=_held(token))
    target = await _ask(request, "enrollment", "card_link_target", question, CardLinkTarget)
    if target.merchant != shop.store.merchant_id:
        raise Refused("not_found")
    asked = AskCard(merchant=target.merchant, card_id=target.card_id)
    found = await _ask(request, "ledger", "card", asked, LedgerCard)
    front = front_of(request)
    if not target.confirmed:
        await confirm(request, target)
    view = card_view(shop, found, await front.wallet.link(target.merchant, target.card_id))
    return page(
        request, front.pages.card(store_view(shop, now_in(request)), place_in(request, read, f"/c/{token}"), view), read
    )


@get("/w/{token:str}")
async def save_pass(request: Asked, token: FromPath[str]) -> Response[bytes]:
    """To a freshly signed save link; while there is none to the card's own page."""
    target = await _ask(request, "wallet", "save_target", AskSaveTarget(token=_held(token)), SaveTarget)
    if target.save_url is not None:
        return see_other(target.save_url)
    asked = AskCard(merchant=target.merchant, card_id=target.card_id)
    found = await _ask(request, "ledger", "card", asked, LedgerCard)
    question = AskCardLink(merchant=target.merchant, customer_id=found.customer_id, card_id=found.card_id)
    link = await _ask(request, "enrollment", "card_link", question, CardLink)
    shop = await _first_shop(request, [found.store_id, *found.store_ids])
    return see_other(f"{front_of(request).hosts.origin(shop.store.subdomain)}/c/{link.token}")


async def _first_shop(request: Asked, store_ids: list[UUID]) -> Shop:
    for store_id in store_ids:
        try:
            shop = await front_of(request).parts.directory.shop(store_id)
        except QueryUnavailable:
            raise Refused("unavailable") from None
        if shop is not None:
            return shop
    raise Refused("not_found")


async def _ask(request: Asked, service: str, name: str, question: msgspec.Struct, reply: type[T]) -> T:
    """What nobody knows is not found; whoever tries many is a guesser."""
    parts, address = front_of(request).parts, address_of(request)
    if not parts.guesses.has(address):
        raise Refused("too_many_requests")
    try:
        return await parts.queries.ask(service, name, question, reply)
    except QueryRefused:
        parts.guesses.take(address)
        raise Refused("not_found") from None
    except QueryUnavailable:
        raise Refused("unavailable") from None


def _held(token: str) -> str:
    """It goes into addresses and headers: what no link of ours has in it ends here."""
    if not _TOKEN.fullmatch(token):
        raise Refused("not_found")
    return token
