"""Keep PostgreSQL and nats-server alive: start them again when they die, or when a stream is frozen."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from stampbook_cli.embedded.conditions import ServerFailed
from stampbook_cli.embedded.nats import NatsServer
from stampbook_cli.embedded.postgres import PostgresServer

# A stream that a full disk has frozen stays so until the server is restarted; one bad answer alone may be a hiccup.
COMPLAINTS_UNTIL_RESTART = 3
_BACKOFF_SECONDS = 2.0


class ServerWatch:
    """Both servers of a stack. Its methods run in the main thread."""

    def __init__(self, postgres: PostgresServer, nats: NatsServer, report: Callable[[str], None]) -> None:
        self._servers: dict[str, PostgresServer | NatsServer] = {"postgres": postgres, "nats": nats}
        self._nats = nats
        self._report = report
        self._restarts = dict.fromkeys(self._servers, 0)
        self._details = dict.fromkeys(self._servers, "")
        self._not_before = 0.0
        self._complaints = 0
        self.left_down: set[str] = set()
        """Names of servers that nobody starts again for the time being."""

    async def revive(self) -> None:
        for name, server in self._servers.items():
            if name in self.left_down:
                continue
            if server.process.poll() is not None and time.monotonic() >= self._not_before:
                self._report(
                    f"{name} ended with code {server.process.returncode}; starting it again. Its log: {server.log}"
                )
                await self._start(name)

    async def ask(self) -> None:
        """Look at the whole health of the bus, which is more than whether it answers."""
        complaint = await asyncio.to_thread(self._nats.complaint)
        self._details["nats"] = complaint or ""
        self._complaints = self._complaints + 1 if complaint else 0
        if self._complaints >= COMPLAINTS_UNTIL_RESTART and "nats" not in self.left_down:
            self._complaints = 0
            self._report(f"nats-server says: {complaint}; starting it again")
            await asyncio.to_thread(self._nats.stop)
            await self._start("nats")

    def status(self) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "pid": server.pid,
                "ready": server.pid is not None and not self._details[name],
                "restarts": self._restarts[name],
                "detail": self._details[name],
                "log": str(server.log),
            }
            for name, server in self._servers.items()
        ]

    def stop(self) -> None:
        for server in reversed(self._servers.values()):
            server.stop()

    async def _start(self, name: str) -> None:
        server = self._servers[name]
        self._restarts[name] += 1
        self._details[name] = "starting"
        self._not_before = time.monotonic() + _BACKOFF_SECONDS
        try:
            server.launch()
            await asyncio.to_thread(server.wait_ready)
        except ServerFailed as reason:
            self._details[name] = str(reason)
            self._report(str(reason))
        else:
            self._details[name] = ""
