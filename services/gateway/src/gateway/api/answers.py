"""How the API says no: whatever ends a request becomes a problem, and nothing of the inside gets out."""

from __future__ import annotations

import re
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException, ValidationException

from gateway.problems import MEDIA_TYPE, FieldProblem, Problem, Refused
from stampbook_messaging.logging import get_logger
from stampbook_messaging.redaction import where

log = get_logger(__name__)

_MISSING = re.compile(r"Missing required query parameter '(\w+)'")


def refused(request: Request[Any, Any, Any], trouble: Refused) -> Response[Problem]:
    request_id = str(request.scope["state"].get("request_id", ""))
    return Response(
        trouble.problem(request_id), status_code=trouble.status, media_type=MEDIA_TYPE, headers=trouble.headers
    )


def http_trouble(request: Request[Any, Any, Any], trouble: HTTPException) -> Response[Problem]:
    answer = refused(request, as_refused(trouble))
    if isinstance(trouble, MethodNotAllowedException) and trouble.headers:
        answer.headers.update(trouble.headers)
    return answer


def too_slow(request: Request[Any, Any, Any], _: TimeoutError) -> Response[Problem]:
    return refused(request, Refused("request_too_slow"))


def bug(request: Request[Any, Any, Any], trouble: Exception) -> Response[Problem]:
    """A fault of ours: told to operators with its place in the code, to the caller only that it happened."""
    log.error("request.failed", error=where(trouble), route=request.scope.get("path_template", ""))
    return refused(request, Refused("failed"))


def as_refused(trouble: HTTPException) -> Refused:
    if isinstance(trouble, NotFoundException):
        return Refused("not_found")
    if isinstance(trouble, MethodNotAllowedException):
        return Refused("method_not_allowed")
    if isinstance(trouble, ValidationException):
        return _invalid(trouble)
    codes = {400: "body_malformed", 413: "body_too_large", 415: "media_type_unsupported"}
    code = codes.get(trouble.status_code)
    if code is None:
        log.error("request.status_unforeseen", status=trouble.status_code)
        return Refused("failed")
    return Refused(code)


def _invalid(trouble: ValidationException) -> Refused:
    """Where it is wrong and what was wanted; never what was sent."""
    if missing := _MISSING.match(trouble.detail):
        return Refused("parameter_invalid", errors=(FieldProblem(pointer=f"/{missing[1]}", code="missing"),))
    found = [one for one in trouble.extra or () if isinstance(one, dict)] if isinstance(trouble.extra, list) else []
    sources = {str(one.get("source")) for one in found}
    errors = tuple(
        FieldProblem(pointer="/" + str(one.get("key", "")).replace(".", "/"), code=str(one.get("message", "invalid")))
        for one in found
    )
    in_body = sources <= {"body", "None"}
    return Refused("body_malformed" if in_body else "parameter_invalid", errors=errors)
