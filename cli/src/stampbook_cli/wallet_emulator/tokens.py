"""The token endpoint: a signed assertion of the service account becomes a bearer token, as in RFC 7523."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from stampbook_cli.wallet_emulator.credentials import ServiceAccount
from stampbook_cli.wallet_emulator.refusals import Refused
from stampbook_cli.wallet_emulator.signing import BadToken, decoded, encoded, instant, verified_claims

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
LIFETIME_SECONDS = 3600
SKEW_SECONDS = 300
PREFIX = "ya29."


class GrantRefused(Exception):
    """The token endpoint's own kind of error, shaped by RFC 6749."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.body = {"error": error, "error_description": description}


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    expires_at: float
    account: str


class TokenDesk:
    """Tokens carry their own proof, so that they outlive a restart as Google's do."""

    def __init__(self, account: ServiceAccount, now: Callable[[], datetime]) -> None:
        self._account = account
        self._key = account.signing_key()
        self._seal = hashlib.sha256(b"access tokens " + account.private_key.encode()).digest()
        self._now = now

    def exchange(self, form: Mapping[str, str]) -> dict[str, Any]:
        if form.get("grant_type") != GRANT_TYPE:
            raise GrantRefused("unsupported_grant_type", "Only the JWT bearer grant is offered.")
        try:
            claims = verified_claims(form.get("assertion", ""), self._key.public_key(), self._account.private_key_id)
            self._demand_grant(claims)
        except BadToken as bad:
            raise GrantRefused("invalid_grant", f"Invalid assertion: {bad}.") from bad
        if SCOPE not in str(claims.get("scope", "")).split():
            raise GrantRefused("invalid_scope", f"The scope must hold {SCOPE}.")
        token = AccessToken(expires_at=self._seconds() + LIFETIME_SECONDS, account=self._account.client_email)
        return {"access_token": self._sealed(token), "expires_in": LIFETIME_SECONDS - 1, "token_type": "Bearer"}

    def admit(self, authorization: str | None) -> None:
        """Refuse a request that does not carry one of our unexpired tokens."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused(401, "The request carries no access token.", reason="required", domain="global")
        if not self._is_ours(token.strip()):
            raise Refused(401, "The access token is wrong or has expired.", reason="authError", domain="global")

    def _demand_grant(self, claims: dict[str, Any]) -> None:
        issued_at, expires_at, now = instant(claims, "iat"), instant(claims, "exp"), self._seconds()
        if claims.get("iss") != self._account.client_email:
            raise BadToken("iss is not the service account")
        if claims.get("aud") not in {GOOGLE_AUDIENCE, self._account.token_uri}:
            raise BadToken("aud is not the token endpoint")
        if issued_at > now + SKEW_SECONDS or expires_at <= now - SKEW_SECONDS:
            raise BadToken("iat lies in the future, or exp in the past")
        if expires_at - issued_at > LIFETIME_SECONDS:
            raise BadToken("it may live for an hour at most")

    def _sealed(self, token: AccessToken) -> str:
        content = encoded(msgspec.json.encode(token))
        return f"{PREFIX}{content}.{encoded(self._mac(content))}"

    def _is_ours(self, text: str) -> bool:
        content, _, mac = text.removeprefix(PREFIX).partition(".")
        try:
            if not text.startswith(PREFIX) or not hmac.compare_digest(decoded(mac), self._mac(content)):
                return False
            return msgspec.json.decode(decoded(content), type=AccessToken).expires_at > self._seconds()
        except (BadToken, msgspec.DecodeError):
            return False

    def _mac(self, content: str) -> bytes:
        return hmac.digest(self._seal, content.encode(), "sha256")

    def _seconds(self) -> float:
        return self._now().timestamp()
