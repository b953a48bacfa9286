"""``/v1/platform``: the one-time set-up."""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest

from litestar import Response, post
from litestar.params import JSONBody

from gateway.api.bodies import InitialisePlatformBody
from gateway.api.context import Asked, address_of, parts_of, principal_in
from gateway.api.writing import CommandOutcome, Write, write
from gateway.authorizer import permit
from gateway.problems import Refused
from stampbook_events.enrollment import InitialisePlatform
from stampbook_events.ids import PLATFORM


@post(
    "/v1/platform",
    operation_id="initialise_platform",
    summary="Set the platform up, once",
    status_code=200,
    opt={"anonymous": True},
)
async def initialise_platform(request: Asked, data: JSONBody[InitialisePlatformBody]) -> Response[CommandOutcome]:
    """Whoever holds the set-up token gives the hash of the first super admin's key."""
    asking, parts = principal_in(request), parts_of(request)
    permit(asking, "initialise_platform")
    given = sha256(data.setup_token.encode()).hexdigest()
    if not parts.guesses.has(address_of(request)):
        raise Refused("too_many_requests")
    if not compare_digest(given, parts.setup_token_hash):
        parts.guesses.take(address_of(request))
        raise Refused("setup_token_wrong")
    command = InitialisePlatform(key_id=data.key_id, key_hash=data.key_hash, setup_token_hash=given)
    return await write(
        request, asking, Write(command=command, merchant=PLATFORM, route="POST /v1/platform", keys=(PLATFORM,))
    )
