"""The refusals of the wallet API, in the shape Google's clients parse."""

from typing import Any

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


class Refused(Exception):
    """A request the wallet API answers with an error; its text names fields, never their values."""

    def __init__(self, code: int, message: str, *, reason: str, domain: str = "walletobjects") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason
        self.domain = domain

    def body(self) -> dict[str, Any]:
        error = {"message": self.message, "domain": self.domain, "reason": self.reason}
        status = STATUS.get(self.code, "UNKNOWN")
        return {"error": {"code": self.code, "message": self.message, "status": status, "errors": [error]}}


def invalid(message: str) -> Refused:
    return Refused(400, message, reason="invalid", domain="global")


def not_allowed(message: str) -> Refused:
    return Refused(403, message, reason="permissionDenied")


def not_found(what: str, resource_id: str) -> Refused:
    return Refused(404, f"{what} {resource_id} not found.", reason=f"{what.lower()}NotFound")


def already_exists(what: str, resource_id: str) -> Refused:
    return Refused(409, f"{what} {resource_id} already exists.", reason="existingResource")


def quota_exceeded(message: str) -> Refused:
    return Refused(403, message, reason="quotaExceeded")


def rate_exceeded() -> Refused:
    return Refused(429, "Too many requests in a second.", reason="rateLimitExceeded", domain="usageLimits")


def ordered(status: int) -> Refused:
    """The error a test ordered: the reason is the one clients decide on."""
    if status == 429:
        return rate_exceeded()
    reason = {401: "authError", 403: "rateLimitExceeded", 404: "notFound"}.get(status, "backendError")
    return Refused(status, f"Error {status}, as ordered.", reason=reason, domain="global")
