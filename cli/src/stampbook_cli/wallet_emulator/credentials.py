"""The service account the emulator knows: made at the first start, in the file format Google hands out."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from stampbook_cli.inbox.serving import is_loopback

PROJECT = "stampbook-emulator"


class ServiceAccount(msgspec.Struct, frozen=True, kw_only=True):
    client_email: str
    private_key: str
    private_key_id: str
    token_uri: str
    project_id: str
    client_id: str = ""
    auth_uri: str = "https://accounts.google.com/o/oauth2/auth"
    universe_domain: str = "googleapis.com"
    type: str = "service_account"

    def signing_key(self) -> rsa.RSAPrivateKey:
        key = load_pem_private_key(self.private_key.encode(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("the service account's key is not an RSA key")
        return key


def load_or_create(path: Path, token_uri: str) -> ServiceAccount:
    """The account in the file; without one it is made. A loopback token address follows the emulator's port."""
    if path.exists():
        account = msgspec.json.decode(path.read_bytes(), type=ServiceAccount)
        if account.token_uri == token_uri or not is_loopback(urlsplit(account.token_uri).hostname or ""):
            return account
        account = msgspec.structs.replace(account, token_uri=token_uri)
    else:
        account = create(token_uri)
    write_private(path, msgspec.json.format(msgspec.json.encode(account), indent=2) + b"\n")
    return account


def create(token_uri: str) -> ServiceAccount:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return ServiceAccount(
        client_email=f"wallet@{PROJECT}.iam.gserviceaccount.com",
        private_key=pem.decode(),
        private_key_id=secrets.token_hex(20),
        token_uri=token_uri,
        project_id=PROJECT,
        client_id=str(secrets.randbelow(10**21)),
    )


def write_private(path: Path, content: bytes) -> None:
    """Write a file only its owner can read, in one step."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
    unfinished.replace(path)
