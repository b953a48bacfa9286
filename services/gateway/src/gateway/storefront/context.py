"""What page handlers work with: the shop of the host name, the reader's language, and the parts behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import MediaType, Request, Response

from gateway.api.context import Parts
from gateway.door.hosts import Hosts
from gateway.form_token import FormTokens
from gateway.map import Shop
from gateway.pages.locale import LANGUAGE_COOKIE, Language, language_of, negotiate
from gateway.pages.place import Place
from gateway.pages.render import Pages
from gateway.problems import Refused
from gateway.storefront.wallet import WalletLinks
from stampbook_messaging.queries import QueryUnavailable

Asked = Request[Any, Any, Any]

COOKIE_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    parts: Parts
    pages: Pages
    hosts: Hosts
    tokens: FormTokens
    wallet: WalletLinks


def front_of(request: Asked) -> Front:
    found: Front = request.scope["state"]["front"]
    return found


def subdomain_of(request: Asked) -> str:
    found: str = request.scope["state"]["subdomain"]
    return found


def now_in(request: Asked) -> datetime:
    return front_of(request).parts.clock.now()


async def shop_of(request: Asked) -> Shop:
    """The shop whose host this is; what is not a shop's does not exist."""
    if not subdomain_of(request):
        raise Refused("not_found")
    try:
        shop = await front_of(request).parts.directory.shop_at(subdomain_of(request))
    except QueryUnavailable:
        raise Refused("unavailable") from None
    if shop is None:
        raise Refused("not_found")
    request.scope["state"]["shop"] = shop
    return shop


def language_in(segment: str) -> Language:
    """An address without one of our languages in front is no page."""
    language = language_of(segment)
    if language is None:
        raise Refused("not_found")
    return language


def wished_language(request: Asked, shop: Shop | None) -> Language:
    default: Language = shop.store.default_language if shop is not None else "en"
    return negotiate(None, request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language"), default)


def place_in(request: Asked, language: Language, path: str | None) -> Place:
    return Place(language=language, origin=front_of(request).hosts.origin(subdomain_of(request)), path=path)


def page(
    request: Asked, html: str, language: Language, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response[str]:
    """A page in a language: it is remembered, so that addresses without one lead back to it."""
    response = Response(
        html,
        status_code=status,
        media_type=MediaType.HTML,
        headers={"Content-Language": language, "Cache-Control": "no-store", **(headers or {})},
    )
    if request.cookies.get(LANGUAGE_COOKIE) != language:
        response.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="lax",
            secure=front_of(request).hosts.scheme == "https",
        )
    return response


def see_other(address: str) -> Response[bytes]:
    return Response(
        b"", status_code=303, media_type=MediaType.TEXT, headers={"Location": address, "Cache-Control": "no-store"}
    )
