"""``/v1/tickets``: what staff do with the ticket of somebody who has just joined."""

from __future__ import annotations

import re

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from gateway.api.bodies import EarnPointsBody, GiveStampsBody
from gateway.api.context import Asked, address_of, parts_of, principal_in
from gateway.api.earning import earn, stamp
from gateway.api.reading import ask, ledger_card
from gateway.api.views import TicketCard
from gateway.api.writing import CommandOutcome
from gateway.authorizer import Action, permit
from gateway.principals import Principal
from gateway.problems import Refused
from gateway.questions import AskTicket, TicketTarget

_TICKET = re.compile(r"[A-Z2-7]{12}")


@get("/v1/tickets/{ticket:str}", operation_id="see_ticket", summary="The card behind a ticket, without its person")
async def see_ticket(request: Asked, ticket: FromPath[str]) -> Response[TicketCard]:
    asking = principal_in(request)
    target = await _target(request, asking, "see_ticket", ticket)
    card = await ledger_card(parts_of(request), target.merchant, target.card_id)
    shown = TicketCard(
        ticket=plain(ticket),
        expires_at=target.expires_at,
        card_id=card.card_id,
        program_id=card.program_id,
        card_number=card.card_number,
        state=card.state,
        balance=card.balance,
        stamps=card.stamps,
        stamp_target=card.stamp_target,
    )
    return Response(shown, headers={"Cache-Control": "no-store"})


@post(
    "/v1/tickets/{ticket:str}/points",
    operation_id="earn_points_by_ticket",
    summary="Give points to the card behind a ticket",
    status_code=200,
)
async def earn_points_by_ticket(
    request: Asked, ticket: FromPath[str], data: JSONBody[EarnPointsBody]
) -> Response[CommandOutcome]:
    asking = principal_in(request)
    target = await _target(request, asking, "earn_points", ticket)
    route = "POST /v1/tickets/{ticket}/points"
    return await earn(request, asking, target.merchant, target.card_id, data, route, by_ticket=True)


@post(
    "/v1/tickets/{ticket:str}/stamps",
    operation_id="give_stamps_by_ticket",
    summary="Give stamps to the card behind a ticket",
    status_code=200,
)
async def give_stamps_by_ticket(
    request: Asked, ticket: FromPath[str], data: JSONBody[GiveStampsBody]
) -> Response[CommandOutcome]:
    asking = principal_in(request)
    target = await _target(request, asking, "give_stamps", ticket)
    route = "POST /v1/tickets/{ticket}/stamps"
    return await stamp(request, asking, target.merchant, target.card_id, data, route, by_ticket=True)


async def _target(request: Asked, asking: Principal, action: Action, ticket: str) -> TicketTarget:
    """Guessing is counted by address, however valid the guesser's own key is."""
    permit(asking, "see_ticket")
    permit(asking, action)
    parts, address = parts_of(request), address_of(request)
    if not parts.guesses.has(address):
        raise Refused("too_many_requests")
    text = plain(ticket)
    question = AskTicket(ticket=text if _TICKET.fullmatch(text) else "", merchant=asking.merchant)
    try:
        return await ask(parts, "enrollment", "ticket", question, TicketTarget)
    except Refused as refused:
        if refused.code == "ticket_unknown":
            parts.guesses.take(address)
        raise


def plain(ticket: str) -> str:
    """As people type what they read: any case, with spaces or dashes."""
    return re.sub(r"[\s\u00a0\u202f-]", "", ticket).upper()
