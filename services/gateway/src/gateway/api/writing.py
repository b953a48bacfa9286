"""Every write goes through here: key, fingerprint, sending, and the answer in the form the caller prefers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Response

from gateway.api.context import Asked, Parts, parts_of, request_id_of
from gateway.command_ids import idempotency_key
from gateway.principals import Principal
from gateway.problems import Refused
from gateway.submitting import Sending, Submitted
from stampbook_events.registry import service_of, tag_of
from stampbook_messaging.logging import get_logger
from stampbook_messaging.messages import Answer

log = get_logger(__name__)

WAIT_SECONDS_MAX = 30
_PREFER_WAIT = re.compile(r"wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)

Status = Literal["pending", "applied", "refused", "parked", "lost"]


class CommandOutcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a command. *pending*: stored, and will be decided. *parked*: held for an operator's hand.

    *lost* must never be: it was stored and passed by without a decision; operators are alarmed.
    """

    command_id: UUID
    service: str
    status: Status
    result: dict[str, Any] = {}
    code: str | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """*said*: what the caller said, when it is not the command as it is (random and sealed parts are left out).

    *not_after*: whoever waits for it has gone by then (R73).
    """

    command: msgspec.Struct
    merchant: UUID
    route: str
    store_id: UUID | None = None
    keys: tuple[UUID, ...] = ()
    occurred_at: datetime | None = None
    not_after: datetime | None = None
    said: object = None


def wait_seconds(request: Asked) -> int:
    """``Prefer: wait=n``, at most 30; 0 without it or with ``respond-async``."""
    preferences = [part.strip() for part in request.headers.get("prefer", "").split(",")]
    if "respond-async" in {part.lower() for part in preferences}:
        return 0
    for preference in preferences:
        if preference.lower().startswith("wait"):
            found = _PREFER_WAIT.fullmatch(preference)
            # A preference that cannot be met is passed over, never an error (RFC 7240).
            return min(int(found[1]), WAIT_SECONDS_MAX) if found is not None else 0
    return 0


def command_id_of(request: Asked, principal: Principal, merchant: UUID, route: str) -> UUID:
    key = idempotency_key(request.headers.get("idempotency-key"))
    return parts_of(request).ids.command_id(merchant, principal.id, route, key)


async def write(request: Asked, principal: Principal, doing: Write) -> Response[CommandOutcome]:
    """Send the command; its outcome if it came in time, else 202 and where to look."""
    command_id = command_id_of(request, principal, doing.merchant, doing.route)
    submitted = await submit(request, principal, doing, command_id)
    return answered(request, doing, command_id, submitted)


async def submit(request: Asked, principal: Principal, doing: Write, command_id: UUID) -> Submitted:
    parts = parts_of(request)
    said = doing.said if doing.said is not None else doing.command
    return await parts.submitter.submit(
        Sending(
            id=command_id,
            command=doing.command,
            merchant=doing.merchant,
            actor=principal.actor(doing.store_id),
            correlation=request_id_of(request),
            fingerprint=parts.ids.fingerprint(tag_of(type(doing.command)), [said, doing.occurred_at]),
            keys=doing.keys,
            occurred_at=doing.occurred_at,
            not_after=doing.not_after,
        ),
        wait_seconds(request),
    )


def answered(
    request: Asked, doing: Write, command_id: UUID, submitted: Submitted, more: Mapping[str, Any] | None = None
) -> Response[CommandOutcome]:
    """200 with the outcome, a problem for a refusal, 202 for what is not decided."""
    service = service_of(tag_of(type(doing.command)))
    headers = {"Location": location(parts_of(request), service, command_id, doing.merchant, submitted.seq)}
    if waited := wait_seconds(request):
        headers["Preference-Applied"] = f"wait={waited}"
    answer = submitted.answer
    if answer is None or answer.status == "parked":
        outcome = outcome_of(service, command_id, answer)
        return Response(outcome, status_code=202, headers=headers | {"Retry-After": "1"})
    if answer.status != "applied":
        raise refusal_of(answer)
    outcome = outcome_of(service, command_id, answer)
    if more:
        outcome = msgspec.structs.replace(outcome, result={**outcome.result, **more})
    return Response(outcome, status_code=200, headers=headers)


def refusal_of(answer: Answer) -> Refused:
    code = answer.code or answer.status
    if answer.status == "undecodable":
        log.error("command.undecodable", command_id=str(answer.command_id))
        code = "undecodable"
    return Refused(code, more=result_of(answer), command_id=str(answer.command_id))


def outcome_of(service: str, command_id: UUID, answer: Answer | None) -> CommandOutcome:
    if answer is None:
        return CommandOutcome(command_id=command_id, service=service, status="pending")
    status: Mapping[str, Status] = {"applied": "applied", "refused": "refused", "parked": "parked"}
    return CommandOutcome(
        command_id=command_id,
        service=service,
        status=status.get(answer.status, "refused"),
        result=result_of(answer),
        code=answer.code or (None if answer.status in status else answer.status),
        recorded_at=answer.recorded_at,
    )


def result_of(answer: Answer) -> dict[str, Any]:
    return msgspec.json.decode(answer.result, type=dict[str, Any])


def location(parts: Parts, service: str, command_id: UUID, merchant: UUID, seq: int) -> str:
    """The command's address. Its parameters are signed: only whom we told it to can ask whether it was lost."""
    mark = parts.ids.mark("command", service, command_id, merchant, seq)
    return f"/v1/commands/{service}/{command_id}?merchant={merchant}&at={seq}.{mark}"
