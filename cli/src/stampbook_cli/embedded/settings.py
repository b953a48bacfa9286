"""What an embedded Stampbook remembers between two starts: its ports, and the secrets it made for itself."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.files import read_or_make, write_whole
from stampbook_cli.embedded.ports import choose_ports

GATEWAY_PORT = 8080
SERVICE_NAMES = ("enrollment", "ledger", "notifier", "wallet", "gateway")
PORT_NAMES = ("gateway", "postgres", "nats", "nats-monitoring", "inbox-smtp", "inbox-http", "wallet-emulator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Made at the first start, kept for good: files that only we can read."""

    keyring_file: Path
    command_secret_file: Path
    setup_token: str

    @property
    def setup_token_hash(self) -> str:
        return hashlib.sha256(self.setup_token.encode()).hexdigest()


def remember_ports(directory: DataDirectory, processes: Iterable[str] = SERVICE_NAMES) -> dict[str, int]:
    """The ports of last time, except those that somebody else has taken since; each process tells its health on one."""
    kept = json.loads(directory.settings_file.read_text()) if directory.settings_file.exists() else {}
    wanted = {"gateway": GATEWAY_PORT, **kept.get("ports", {})}
    ports = choose_ports((*PORT_NAMES, *(f"{name}-health" for name in processes)), wanted)
    if ports != kept.get("ports"):
        write_whole(directory.settings_file, json.dumps({**kept, "ports": {**wanted, **ports}}, indent=2))
    return ports


def keep_credentials(directory: DataDirectory) -> Credentials:
    keyring_file = directory.credentials / "keyring.json"
    command_secret_file = directory.credentials / "command-secret"
    read_or_make(keyring_file, _new_keyring())
    read_or_make(command_secret_file, secrets.token_hex(32))
    return Credentials(
        keyring_file=keyring_file,
        command_secret_file=command_secret_file,
        setup_token=read_or_make(directory.credentials / "setup-token", secrets.token_urlsafe(24)),
    )


def _new_keyring() -> str:
    key_id = f"k{secrets.token_hex(4)}"
    key, index = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    return json.dumps({"kek": {key_id: key}, "current": key_id, "index": index}, indent=2)
