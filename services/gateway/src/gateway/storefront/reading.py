"""Home, terms, privacy and the addresses without a language in front."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from gateway.joining import settings_of
from gateway.map import Shop
from gateway.pages.settings import JoinSettings
from gateway.problems import Refused
from gateway.storefront.context import (
    Asked,
    front_of,
    language_in,
    now_in,
    page,
    place_in,
    see_other,
    shop_of,
    wished_language,
)
from gateway.storefront.views import store_view

WITHOUT_LANGUAGE = frozenset({"join", "terms", "privacy"})


@get("/", status_code=200)
async def front_door(request: Asked) -> Response[bytes]:
    """To the reader's own language: the remembered one, the browser's wish, the store's default."""
    shop = await shop_of(request)
    return _varying(see_other(f"/{wished_language(request, shop)}/"))


@get("/{language:str}")
async def home(request: Asked, language: FromPath[str]) -> Response[str] | Response[bytes]:
    shop = await shop_of(request)
    if language in WITHOUT_LANGUAGE:
        return _varying(see_other(f"/{wished_language(request, shop)}/{language}"))
    read = language_in(language)
    html = front_of(request).pages.home(store_view(shop, now_in(request)), place_in(request, read, "/"))
    return page(request, html, read, headers={"Cache-Control": "no-cache"})


@get("/{language:str}/terms")
async def terms(request: Asked, language: FromPath[str]) -> Response[str]:
    shop, read = await shop_of(request), language_in(language)
    html = front_of(request).pages.terms(
        store_view(shop, now_in(request)), place_in(request, read, "/terms"), _settings(shop)
    )
    return page(request, html, read, headers={"Cache-Control": "no-cache"})


@get("/{language:str}/privacy")
async def privacy(request: Asked, language: FromPath[str]) -> Response[str]:
    shop, read = await shop_of(request), language_in(language)
    html = front_of(request).pages.privacy(
        store_view(shop, now_in(request)), place_in(request, read, "/privacy"), _settings(shop)
    )
    return page(request, html, read, headers={"Cache-Control": "no-cache"})


def _settings(shop: Shop) -> JoinSettings:
    """There are no terms to read where nobody was ever asked to agree to any."""
    if shop.form is None:
        raise Refused("not_found")
    return settings_of(shop.form)


def _varying(response: Response[bytes]) -> Response[bytes]:
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response
