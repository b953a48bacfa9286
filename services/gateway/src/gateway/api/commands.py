"""``/v1/commands``: what came of a command that was answered with 202."""

from __future__ import annotations

from hmac import compare_digest
from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from gateway.api.context import Asked, parts_of, principal_in
from gateway.api.writing import CommandOutcome, outcome_of
from gateway.authorizer import permit, tenant
from gateway.problems import Refused
from stampbook_events.ids import PLATFORM
from stampbook_messaging.commands import CommandResult
from stampbook_messaging.logging import get_logger
from stampbook_messaging.queries import QueryRefused, QueryUnavailable

log = get_logger(__name__)

Service = Literal["enrollment", "ledger"]
_At = Annotated[str | None, QueryParameter(pattern=r"^[0-9]{1,19}\.[0-9a-f]{24}$")]


@get("/v1/commands/{service:str}/{command_id:uuid}", operation_id="see_command", summary="What came of a command")
async def see_command(
    request: Asked,
    service: FromPath[Service],
    command_id: FromPath[UUID],
    merchant: FromQuery[UUID | None] = None,
    at: _At = None,
) -> Response[CommandOutcome]:
    """Answered for as long as the log lives. Follow the Location of the 202 as it is."""
    asking = principal_in(request)
    of = _merchant_of(asking.merchant, merchant)
    if of == PLATFORM:
        permit(asking, "see_command")
        if not asking.everywhere and at is None:
            raise Refused("not_found")
    else:
        tenant(asking, "see_command", of)
    seq = _stored_at(request, service, command_id, of, at)
    found = await _inbox(request, service, command_id, of, seq)
    if found.lost:
        log.error("command.lost", command_id=str(command_id), service_of_command=service, sequence=seq)
        return _answer(CommandOutcome(command_id=command_id, service=service, status="lost"))
    if seq is None and (found.answer is None or service == "enrollment"):
        # Without its signed place a command of this id may be anybody's, a visitor's join among them.
        raise Refused("not_found")
    return _answer(outcome_of(service, command_id, found.answer))


def _merchant_of(own: UUID, named: UUID | None) -> UUID:
    return own if named is None else named


def _stored_at(request: Asked, service: str, command_id: UUID, merchant: UUID, at: str | None) -> int | None:
    if at is None:
        return None
    seq, _, mark = at.partition(".")
    expected = parts_of(request).ids.mark("command", service, command_id, merchant, int(seq))
    if not compare_digest(mark, expected):
        raise Refused("not_found")
    return int(seq)


async def _inbox(request: Asked, service: str, command_id: UUID, merchant: UUID, seq: int | None) -> CommandResult:
    try:
        return await parts_of(request).submitter.answers.ask(f"{service}.any.v1", command_id, merchant, seq)
    except (QueryUnavailable, QueryRefused):
        raise Refused("unavailable", "The service that decides it does not answer; the command is safe.") from None


def _answer(outcome: CommandOutcome) -> Response[CommandOutcome]:
    headers = {"Cache-Control": "no-store"}
    if outcome.status == "pending":
        headers["Retry-After"] = "1"
    return Response(outcome, headers=headers)
