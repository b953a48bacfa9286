"""Refusals on their way out: RFC 9457 problems with stable types, and what each code means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from gateway.refusals import LEDGER

MEDIA_TYPE = "application/problem+json"

OWN: Mapping[str, tuple[int, str]] = {
    "body_malformed": (400, "The body is not the JSON that this operation takes."),
    "parameter_invalid": (400, "A parameter is missing or is not what it must be."),
    "idempotency_key_missing": (400, "Every write needs an Idempotency-Key header."),
    "idempotency_key_invalid": (400, "The Idempotency-Key is empty, too long or has other than visible ASCII letters."),
    "cursor_invalid": (400, "The cursor is none that was given out here."),
    "credential_missing": (401, "This needs a key: Authorization: Bearer <key>."),
    "credential_unknown": (401, "The key is not known."),
    "credential_revoked": (401, "The key has been revoked."),
    "setup_token_wrong": (401, "The set-up token is not the right one."),
    "not_permitted": (403, "Your role does not permit this."),
    "store_not_yours": (403, "Your key does not work in this store."),
    "wrong_tenant": (403, "The command does not belong to this tenant."),
    "not_found": (404, "There is nothing here."),
    "lot_unknown": (404, "There is no such lot on this card."),
    "method_not_allowed": (405, "This address does not know this method."),
    "not_acceptable": (406, "The answer is JSON; the request accepts other types only."),
    "request_too_slow": (408, "The request did not arrive in time."),
    "already_initialised": (409, "The platform has been set up before."),
    "key_already_in_use": (409, "The key or its id is in use."),
    "subdomain_taken": (409, "The host name belongs to another store."),
    "body_too_large": (413, "The body is larger than this operation takes."),
    "media_type_unsupported": (415, "The body must be sent as application/json."),
    "idempotency_key_reused": (422, "The Idempotency-Key has been used with another body."),
    "form_refused": (422, "Some of what was sent cannot be accepted."),
    "too_many_requests": (429, "Too many requests: come back a little later."),
    "failed": (500, "Something went wrong on our side. It has been recorded."),
    "undecodable": (500, "The command could not be read on the other side. It has been put aside for an operator."),
    "unavailable": (503, "Nothing was stored. Send the request again a little later."),
    "outcome_unknown": (503, "It is not known whether this was stored. Send it again with the same Idempotency-Key."),
}
"""Every code of the API's own and of enrollment's conflicts, with status and words."""

KNOWN: Mapping[str, tuple[int, str]] = {
    **OWN,
    **{refusal.code: (refusal.status, refusal.title) for refusal in LEDGER.values()},
}
"""With the ledger's. What else enrollment refuses comes on top: see ``status_of``."""

_RETRY_SECONDS = {"too_many_requests": 1, "unavailable": 2, "outcome_unknown": 1}


class FieldProblem(msgspec.Struct, frozen=True, kw_only=True):
    """*pointer*: the field as a JSON pointer."""

    pointer: str
    code: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457. *code* is the last part of *type*: stable, and what a program goes by."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    instance: str = ""
    errors: tuple[FieldProblem, ...] = ()
    command_id: str = ""
    more: dict[str, Any] = {}


@dataclass(slots=True)
class Refused(Exception):
    """A request ends with this problem. *detail* is for the caller and holds nothing personal; of the ledger's refusals
    it is what can be done about them.
    """

    code: str
    detail: str = ""
    errors: tuple[FieldProblem, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    command_id: str = ""

    def __str__(self) -> str:
        return self.code

    @property
    def status(self) -> int:
        return status_of(self.code)

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Cache-Control": "no-store"}
        if self.code in _RETRY_SECONDS:
            headers["Retry-After"] = str(_RETRY_SECONDS[self.code])
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="stampbook"'
        return headers

    def problem(self, request_id: str) -> Problem:
        return Problem(
            type=f"/problems/{self.code.partition(':')[0]}",
            title=title_of(self.code),
            status=self.status,
            code=self.code,
            detail=self.detail or advice_of(self.code),
            instance=f"urn:uuid:{request_id}" if request_id else "",
            errors=self.errors,
            command_id=self.command_id,
            more=dict(self.more),
        )


def status_of(code: str) -> int:
    """A stranger's thing and a thing that is not there are one and the same; any other refusal is the request's fault."""
    if code in KNOWN:
        return KNOWN[code][0]
    return 404 if code.endswith("_unknown") and code != "time_zone_unknown" else 422


def title_of(code: str) -> str:
    if code in KNOWN:
        return KNOWN[code][1]
    return code.partition(":")[0].replace("_", " ").capitalize() + "."


def advice_of(code: str) -> str:
    return LEDGER[code].advice if code in LEDGER else ""
