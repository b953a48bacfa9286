"""The API as one ASGI application."""

from __future__ import annotations

from functools import cache

from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from gateway.api import (
    answers,
    birthdays,
    cards,
    commands,
    docs,
    hands,
    histories,
    merchants,
    offers,
    platform,
    programs,
    reports,
    rewards,
    stores,
    tickets,
    undoing,
)
from gateway.api.context import authenticate
from gateway.api.strictness import well_formed
from gateway.door.patience import TooSlow
from gateway.problems import Refused

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    platform.initialise_platform,
    merchants.register_merchant,
    merchants.open_store,
    merchants.set_join_form,
    merchants.issue_key,
    merchants.revoke_key,
    *programs.HANDLERS,
    *offers.HANDLERS,
    *reports.HANDLERS,
    stores.enroll_customer,
    stores.open_test_form,
    *birthdays.HANDLERS,
    cards.list_cards,
    cards.see_card,
    cards.find_cards,
    cards.earn_points,
    cards.give_stamps,
    *histories.HANDLERS,
    *rewards.HANDLERS,
    *undoing.HANDLERS,
    *hands.HANDLERS,
    tickets.see_ticket,
    tickets.earn_points_by_ticket,
    tickets.give_stamps_by_ticket,
    commands.see_command,
)
BODY_BYTES_MAX = 64 * 1024


@cache
def api() -> Litestar:
    """Holds nothing of its own: the door gives every request the parts it works with."""
    return Litestar(
        route_handlers=[*HANDLERS, *docs.docs(HANDLERS)],
        guards=[authenticate, well_formed],
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
