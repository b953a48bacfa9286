"""The headers every answer carries, whatever it is."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.pages.assets import CONTENT_SECURITY_POLICY

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "x-frame-options": "DENY",
}
_HSTS = "max-age=31536000; includeSubDomains"

Headers = list[tuple[bytes, bytes]]


def protective(*, https: bool) -> Headers:
    plain = dict(_ALWAYS)
    if https:
        plain["strict-transport-security"] = _HSTS
    return [(name.encode(), value.encode()) for name, value in plain.items()]


def policy_for(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, bytes]:
    """A page may load from its own host; data may load nothing."""
    kinds = [value for name, value in headers if name.lower() == b"content-type"]
    page = bool(kinds) and kinds[0].startswith(b"text/html")
    return b"content-security-policy", (CONTENT_SECURITY_POLICY if page else API_POLICY).encode()
