"""Google Wallet's REST interface, as far as loyalty passes need it. The one file that talks to Google."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import google.auth.transport
import httpx
from google.auth import crypt, exceptions, jwt
from google.oauth2.service_account import Credentials

from stampbook_messaging.clock import Clock

SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
SAVE_JWT_MAX = 1800
RATE_LIMIT_REASONS = {"rateLimitExceeded", "userRateLimitExceeded"}
# A conflict means that two changes met; an insert that finds its object there is told apart before.
PASSING = {httpx.codes.REQUEST_TIMEOUT, httpx.codes.CONFLICT, httpx.codes.TOO_MANY_REQUESTS}
CLASS_MISSING_REASON = "classNotFound"
RETRY_AFTER_MAX = 86_400


class WalletTrouble(Exception):
    """The wallet did not do it. *kind*: ``transient``, ``ours`` (settings, access) or ``refused`` (for good)."""

    def __init__(self, kind: str, text: str, retry_after: timedelta | None = None) -> None:
        super().__init__(text)
        self.kind = kind
        self.retry_after = retry_after


class ClassMissing(WalletTrouble):
    """An object was refused because the wallet has no such class: another issuer, or a class that never arrived."""


class SaveLinkTooLong(ValueError):
    """Google promises to read save links only up to 1,800 characters."""


class _Response(google.auth.transport.Response):
    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    @property
    def data(self) -> bytes:
        return self._response.content


class _TokenRequest(google.auth.transport.Request):
    """google-auth's way to fetch a token, over the HTTP client we use anyway; it is called in a thread."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_: Any,
    ) -> _Response:
        try:
            return _Response(httpx.request(method, url, content=body, headers=headers, timeout=timeout or 10.0))
        except httpx.HTTPError as trouble:
            raise exceptions.TransportError(str(trouble)) from trouble  # type: ignore[no-untyped-call]


@dataclass(slots=True)
class TokenBucket:
    """At most *per_second* calls a second: the only limit Google publishes."""

    clock: Clock
    per_second: float = 20.0
    _free_at: float = 0.0

    async def take(self) -> None:
        now = self.clock.monotonic()
        turn = max(now, self._free_at)
        self._free_at = turn + 1 / self.per_second
        if turn > now:
            await self.clock.sleep(turn - now)


@dataclass(slots=True, kw_only=True)
class GoogleWallet:
    """*api_url*: the base up to ``/walletobjects/v1``; *save_url*: what a save link begins with."""

    credentials_file: Path
    issuer_id: str
    api_url: str
    save_url: str
    origins: list[str]
    bucket: TokenBucket
    client: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(timeout=httpx.Timeout(15.0, connect=5.0))
    )
    _credentials: Credentials | None = None
    _proven: bytes | None = None
    _refreshing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def insert(self, kind: str, body: dict[str, Any]) -> bool:
        """Create a class or object; False if it is there already."""
        response = await self._call("POST", kind, body)
        if response.status_code == httpx.codes.CONFLICT:
            return False
        self._must_be_ok(response)
        return True

    async def patch(self, kind: str, body: dict[str, Any]) -> bool:
        """Update it to absolute values; False if there is none."""
        response = await self._call("PATCH", f"{kind}/{body['id']}", body)
        if response.status_code == httpx.codes.NOT_FOUND:
            return False
        self._must_be_ok(response)
        return True

    async def get(self, kind: str, resource_id: str) -> dict[str, Any] | None:
        response = await self._call("GET", f"{kind}/{resource_id}", None)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        self._must_be_ok(response)
        found: dict[str, Any] = response.json()
        return found

    def save_link(self, object_id: str, class_id: str, issued_at: int) -> str:
        """A freshly signed link; a bearer capability: make it on click, never keep it."""
        account = self._account()
        claims = {
            "iss": account["client_email"],
            "aud": "google",
            "typ": "savetowallet",
            "iat": issued_at,
            "origins": self.origins,
            "payload": {"loyaltyObjects": [{"id": object_id, "classId": class_id}]},
        }
        signer = crypt.RSASigner.from_service_account_info(account)  # type: ignore[no-untyped-call]
        token: bytes = jwt.encode(signer, claims)  # type: ignore[no-untyped-call]
        if len(token) > SAVE_JWT_MAX:
            raise SaveLinkTooLong(f"{len(token)} characters")
        return self.save_url + token.decode()

    def complaint(self) -> str | None:
        """What is wrong with the credentials file, in words; None if it can be used."""
        try:
            found = self.credentials_file.read_bytes()
            if found != self._proven:  # reading a private key takes longer than a delivery
                self._account()
                self._read_credentials()
                self._proven = found
        except (OSError, ValueError, KeyError) as trouble:
            return f"STAMPBOOK_WALLET_CREDENTIALS_FILE: {type(trouble).__name__}: {trouble}"
        return None

    def _account(self) -> dict[str, Any]:
        account: dict[str, Any] = json.loads(self.credentials_file.read_text())
        return account

    def _read_credentials(self) -> Credentials:
        found: Credentials = Credentials.from_service_account_file(  # type: ignore[no-untyped-call]
            str(self.credentials_file), scopes=[SCOPE]
        )
        return found

    async def _bearer(self) -> str:
        async with self._refreshing:
            if self._credentials is None:
                try:
                    self._credentials = self._read_credentials()
                except (OSError, ValueError) as trouble:
                    raise WalletTrouble("ours", f"credentials: {type(trouble).__name__}") from trouble
            if not self._credentials.valid:
                try:
                    await asyncio.to_thread(self._credentials.refresh, _TokenRequest())
                except exceptions.TransportError as trouble:
                    raise WalletTrouble("transient", "the token endpoint does not answer") from trouble
                except exceptions.GoogleAuthError as trouble:
                    raise WalletTrouble("ours", f"no token: {type(trouble).__name__}") from trouble
            return str(self._credentials.token)

    async def _call(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
        bearer = await self._bearer()
        await self.bucket.take()
        try:
            return await self.client.request(
                method, f"{self.api_url}/{path}", json=body, headers={"Authorization": f"Bearer {bearer}"}
            )
        except httpx.HTTPError as trouble:
            raise WalletTrouble(
                "transient", f"{type(trouble).__name__} at {method} {path.split('/', maxsplit=1)[0]}"
            ) from trouble

    def _must_be_ok(self, response: httpx.Response) -> None:
        """Sort an error as Google's own client does: what may be tried again, what is ours, what is final."""
        if response.is_success:
            return
        code, reason = response.status_code, _reason(response)
        text = f"{code} {reason}"
        if code in PASSING or code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise WalletTrouble("transient", text, _retry_after(response))
        if code == httpx.codes.FORBIDDEN and reason in RATE_LIMIT_REASONS:
            raise WalletTrouble("transient", text, _retry_after(response))
        if code == httpx.codes.NOT_FOUND and reason == CLASS_MISSING_REASON:
            raise ClassMissing("refused", text)
        if code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            self._credentials = None
            raise WalletTrouble("ours", text)
        raise WalletTrouble("refused", text)


def _reason(response: httpx.Response) -> str:
    try:
        error = response.json()["error"]
        return str(error.get("errors", [{}])[0].get("reason") or error.get("status") or "")
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _retry_after(response: httpx.Response) -> timedelta | None:
    value = response.headers.get("Retry-After", "")
    if not value.isascii() or not value.isdigit():
        return None
    return timedelta(seconds=min(int(value[:9]), RETRY_AFTER_MAX))
