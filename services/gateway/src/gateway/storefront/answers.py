"""How a page says no: in words, in the reader's language, with the way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from gateway.api.answers import as_refused
from gateway.pages.locale import language_of
from gateway.pages.render import Problem
from gateway.problems import Refused
from gateway.storefront.context import front_of, now_in, page, place_in, wished_language
from gateway.storefront.views import store_view
from stampbook_messaging.logging import get_logger
from stampbook_messaging.redaction import where

log = get_logger(__name__)

_WORDS: Mapping[int, Problem] = {404: 404, 405: 405, 413: 413, 429: 429, 500: 500, 503: 503}
"""A status without words of its own gets those of 422: what was sent cannot be taken."""


def refused(request: Request[Any, Any, Any], trouble: Refused) -> Response[str]:
    state = request.scope["state"]
    shop = state.get("shop")
    first = request.scope["path"].strip("/").partition("/")[0]
    language = language_of(first) or wished_language(request, shop)
    html = front_of(request).pages.error(
        place_in(request, language, None),
        _WORDS.get(trouble.status, 422),
        str(state.get("request_id", "")),
        store_view(shop, now_in(request)) if shop is not None else None,
    )
    kept = {name: value for name, value in trouble.headers.items() if name != "WWW-Authenticate"}
    return page(request, html, language, status=trouble.status, headers=kept)


def http_trouble(request: Request[Any, Any, Any], trouble: HTTPException) -> Response[str]:
    return refused(request, as_refused(trouble))


def bug(request: Request[Any, Any, Any], trouble: Exception) -> Response[str]:
    log.error("request.failed", error=where(trouble), route=request.scope.get("path_template", ""))
    return refused(request, Refused("failed"))


def too_slow(request: Request[Any, Any, Any], _: TimeoutError) -> Response[str]:
    return refused(request, Refused("request_too_slow"))
