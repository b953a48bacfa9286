"""RS256 as JSON Web Tokens use it: signing with the service account's key, and checking against it."""

import base64
import binascii
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256


class BadToken(ValueError):
    """A token that is not what it must be; the text says which part."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    alg: str
    kid: str | None = None


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadToken("a part of the token is not base64url") from None


def sign(claims: dict[str, Any], key: RSAPrivateKey, key_id: str) -> str:
    header = msgspec.json.encode({"alg": "RS256", "typ": "JWT", "kid": key_id})
    signed = f"{encoded(header)}.{encoded(msgspec.json.encode(claims))}"
    return f"{signed}.{encoded(key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def verified_claims(token: str, key: RSAPublicKey, key_id: str) -> dict[str, Any]:
    """The claims of a token that this very key has signed."""
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        raise BadToken("the token does not have three parts")
    try:
        header = msgspec.json.decode(decoded(parts[0]), type=Header)
        claims = msgspec.json.decode(decoded(parts[1]), type=dict[str, Any])
    except msgspec.DecodeError:
        raise BadToken("the token's header or claims are not JSON objects") from None
    if header.alg != "RS256":
        raise BadToken("the token is not signed with RS256")
    if header.kid not in {None, key_id}:
        raise BadToken("the token names another key")
    try:
        key.verify(decoded(parts[2]), f"{parts[0]}.{parts[1]}".encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        raise BadToken("the signature is wrong") from None
    return claims


def instant(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadToken(f"{name} must be a time in seconds")
    return value
