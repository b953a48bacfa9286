"""What a command needs to work with a Stampbook that another process keeps up: addresses, and keys to its doors."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stampbook_cli.embedded.conditions import NotRunning
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.detached import read_status
from stampbook_cli.embedded.settings import keep_credentials

OWNER = "stampbook_owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    urls: Mapping[str, str]
    setup_token: str = field(repr=False)
    nats_server_name: str
    _nats: Path
    _passwords: Mapping[str, str] = field(repr=False)

    @property
    def nats_url(self) -> str:
        return self.urls["nats"]

    def seed_file(self, identity: str) -> Path:
        """The nkey seed of an identity; `operator` may read everything and change nothing."""
        return self._nats / "seeds" / f"{identity}.nk"

    def dsn(self, role: str = OWNER) -> str:
        """The database address of a service's role, or of the owner of everything."""
        return self.urls["postgres"].replace("://", f"://{role}:{self._passwords[role]}@")


def attach(directory: DataDirectory) -> Attached:
    """Take hold of a running Stampbook; refused unless it is up and ready."""
    owner = directory.running_owner()
    status = read_status(directory)
    if status is None or status["pid"] != owner:
        raise NotRunning(f"Stampbook on {directory.path} is starting or draining; try again in a moment")
    return Attached(
        urls=status["urls"],
        setup_token=keep_credentials(directory).setup_token,
        nats_server_name=(directory.nats / "server-name").read_text().strip(),
        _nats=directory.nats,
        _passwords=json.loads((directory.postgres / "passwords.json").read_text()),
    )
