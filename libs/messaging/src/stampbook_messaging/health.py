"""A small listener that says whether the process has started, is ready and lives, and shows its metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from stampbook_messaging.logging import get_logger
from stampbook_messaging.metrics import METRICS

log = get_logger(__name__)

Probe = Callable[[], Awaitable[str | None]]
"""None when all is well, else what is wrong, in words for an operator."""

_PATIENCE_SECONDS = 5.0
_LONGEST_REQUEST = 4096


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    ok: bool
    detail: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    ok: bool
    checks: list[Verdict]


@dataclass(slots=True)
class Health:
    """*started*: start-up is over. *ready*: probes that all must be content. *live*: only what a restart would mend."""

    ready: dict[str, Probe] = field(default_factory=dict)
    live: dict[str, Probe] = field(default_factory=dict)
    started: bool = False
    waiting_for: str = "starting"
    draining: bool = False
    _server: asyncio.Server | None = None

    async def start(self, address: tuple[str, int]) -> None:
        self._server = await asyncio.start_server(self._serve, *address, limit=_LONGEST_REQUEST)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def report(self, kind: str) -> Report:
        """*kind*: ``startup``, ``ready`` or ``live``."""
        verdicts = []
        if kind == "live":
            verdicts = await _ask(self.live)
        elif not self.started:
            verdicts = [Verdict(name="startup", ok=False, detail=self.waiting_for)]
        elif self.draining:
            verdicts = [Verdict(name="drain", ok=False, detail="draining")]
        elif kind == "ready":
            verdicts = await _ask(self.ready)
        ok = all(verdict.ok for verdict in verdicts)
        if kind == "ready":
            METRICS.gauge("stampbook_ready", float(ok))
        return Report(ok=ok, checks=verdicts)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                status, kind, body = await self._answer(head.split(b" ", 2)[1].decode())
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
                    "Cache-Control: no-store\r\nConnection: close\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
        except (
            TimeoutError,
            OSError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            IndexError,
            ValueError,
        ) as reason:
            log.debug("health.request_broken", reason=type(reason).__name__)
        finally:
            writer.close()

    async def _answer(self, path: str) -> tuple[str, str, bytes]:
        kind = path.removeprefix("/health/")
        if path == "/metrics":
            return "200 OK", "text/plain; version=0.0.4", METRICS.text().encode()
        if kind not in {"startup", "ready", "live"}:
            return "404 Not Found", "application/json", b"{}"
        report = await self.report(kind)
        status = "200 OK" if report.ok else "503 Service Unavailable"
        return status, "application/json", msgspec.json.encode(report)


async def _ask(probes: Mapping[str, Probe]) -> list[Verdict]:
    asked = dict(probes)  # another may be added while these answer
    details = await asyncio.gather(*(_detail(probe) for probe in asked.values()))
    return [
        Verdict(name=name, ok=detail is None, detail=detail or "") for name, detail in zip(asked, details, strict=True)
    ]


async def _detail(probe: Probe) -> str | None:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS / 2):
            return await probe()
    except Exception as trouble:  # noqa: BLE001  a probe that fails is an answer too
        return f"{type(trouble).__name__}: {trouble}"[:300]
