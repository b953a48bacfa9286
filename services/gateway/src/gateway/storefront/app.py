"""The pages as one ASGI application."""

from __future__ import annotations

from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from gateway.api.app import BODY_BYTES_MAX
from gateway.door.patience import TooSlow
from gateway.problems import Refused
from gateway.storefront import answers, card, files, join, reading
from gateway.storefront.context import Front

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


def storefront(front: Front) -> Litestar:
    return Litestar(
        route_handlers=list(HANDLERS),
        exception_handlers={
            Refused: answers.refused,
            HTTPException: answers.http_trouble,
            TooSlow: answers.too_slow,
            Exception: answers.bug,
        },
        state=State({"front": front}),
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )
