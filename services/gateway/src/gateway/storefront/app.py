"""The pages as one ASGI application."""

from __future__ import annotations

from functools import cache

from litestar import Litestar
from litestar.exceptions import HTTPException

from gateway.api.app import BODY_BYTES_MAX
from gateway.door.patience import TooSlow
from gateway.problems import Refused
from gateway.storefront import answers, card, files, join, reading

HANDLERS = (
    files.static,
    files.theme,
    reading.front_door,
    reading.home,
    reading.terms,
    reading.privacy,
    join.show_join,
    join.send_join,
    card.welcome,
    card.card_link,
    card.card,
    card.save_pass,
)


@cache
def storefront() -> Litestar:
    """Holds nothing of its own: the door gives every request the parts it works with."""
    return Litestar(
        route_handlers=list(HANDLERS),
        exception_handlers={
            Refused: answers.refused,
            HTTPException: answers.http_trouble,
            TooSlow: answers.too_slow,
            Exception: answers.bug,
        },
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )
