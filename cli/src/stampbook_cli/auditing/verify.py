"""Verifies logs: every hash again from the bytes, every head, every seal, those outside included, and the event stream."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from stampbook_cli.auditing.audit import reading
from stampbook_cli.embedded.attached import Attached
from stampbook_events.subjects import SERVICES
from stampbook_messaging.bus import ApiRefused, BusUnavailable, Denied, NatsBus, OutcomeUnknown, WrongServer
from stampbook_messaging.clock import Clock
from stampbook_messaging.daily_seals import files
from stampbook_messaging.daily_seals.files import FiledSeal, NoSeal
from stampbook_messaging.log_checks import Check, LogReport, check_stream, report_log
from stampbook_messaging.log_checks.heads import Standing

NO_STREAM = (ApiRefused, BusUnavailable, Denied, OutcomeUnknown, WrongServer, OSError, TimeoutError)
CONNECT_SECONDS = 5.0
STREAM_LOOKS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """What is verified, and against what. *no_stream* says why the event streams cannot be read, if so."""

    pools: Mapping[str, Any]
    outside: Sequence[FiledSeal | NoSeal]
    bus: NatsBus | None
    no_stream: str
    clock: Clock


async def verify_attached(
    attached: Attached, services: Sequence[str], paths: Sequence[Path], clock: Clock
) -> dict[str, Any]:
    """The document about *services* of a Stampbook that runs. Raises what the connections to its database raise."""
    outside = [seal for path in paths for seal in await asyncio.to_thread(_seals_in, path)]
    async with AsyncExitStack() as closing:
        bus, no_stream = None, ""
        try:
            bus = await _connect_bus(attached)
            closing.push_async_callback(bus.close)
        except NO_STREAM as away:
            no_stream = f"{type(away).__name__}: {away}"
        pools = {
            service: await closing.enter_async_context(reading(service, attached.dsn(service))) for service in services
        }
        return await verify(Logs(pools=pools, outside=outside, bus=bus, no_stream=no_stream, clock=clock))


def default_files(folder: Path) -> list[Path]:
    """What the services themselves have written."""
    return [path for service in SERVICES if (path := folder / f"{service}.jsonl").exists()]


def _seals_in(path: Path) -> list[FiledSeal | NoSeal]:
    return list(files.read(path))


async def _connect_bus(attached: Attached) -> NatsBus:
    connecting = NatsBus.connect(
        attached.nats_url,
        seed_file=str(attached.seed_file("operator")),
        identity="operator",
        server_name=attached.nats_server_name,
    )
    return await asyncio.wait_for(connecting, CONNECT_SECONDS)


async def verify(logs: Logs) -> dict[str, Any]:
    """``{ok, services: [{service, ok, events, seals, …, findings, untrusted}]}``: see ``_document``."""
    services = [await _verify_one(logs, service) for service in logs.pools]
    return {"ok": all(one["ok"] for one in services), "services": services}


async def _verify_one(logs: Logs, service: str) -> dict[str, Any]:
    began = logs.clock.monotonic()
    report = await report_log(logs.pools[service], service, logs.outside)
    seconds = logs.clock.monotonic() - began
    stream, no_stream = await _compare_stream(logs, service)
    document = _document(service, report, stream, seconds)
    return {**document, "stream_not_compared": no_stream, "seals_outside": _counted(logs.outside, service)}


async def _compare_stream(logs: Logs, service: str) -> tuple[Check | None, str]:
    if logs.bus is None:
        return None, logs.no_stream
    try:
        return await check_stream(logs.pools[service], logs.bus, service, looks=STREAM_LOOKS), ""
    except NO_STREAM as away:
        return None, f"{type(away).__name__}: {away}"


def _counted(outside: Sequence[FiledSeal | NoSeal], service: str) -> int:
    return sum(isinstance(one, FiledSeal) and one.said.service == service for one in outside)


def _document(service: str, report: LogReport, stream: Check | None, seconds: float) -> dict[str, Any]:
    """*findings*: at most twenty of each check, *wrong*: all of them.

    *untrusted*: the partitions whose heads do not agree to the end, each with the position from which on nothing in it
    is confirmed any more, and with the last seal before that which agrees.
    """
    checks = [*report.checks, *([stream] if stream is not None else [])]
    events = report.gapless.counted
    return {
        "service": service,
        "ok": all(check.ok for check in checks),
        "events": events,
        "seals": report.sealed,
        "stream": stream.counted if stream is not None else 0,
        "seconds": round(seconds, 2),
        "events_per_second": round(events / seconds) if seconds else 0,
        "wrong": sum(check.wrong for check in checks),
        "findings": [finding for check in checks for finding in _findings(check)],
        "untrusted": [_untrusted(one) for one in report.standings if one.doubtful_from is not None],
    }


def _findings(check: Check) -> list[dict[str, Any]]:
    """What has a place with it, and what has none in words alone."""
    placed = [{**msgspec.to_builtins(finding), "text": finding.text} for finding in check.findings]
    texts = {finding["text"] for finding in placed}
    return [*placed, *({"text": text} for text in check.found if text not in texts)]


def _untrusted(standing: Standing) -> dict[str, Any]:
    seal = standing.confirmed
    return {
        "partition": standing.partition,
        "from_position": standing.doubtful_from,
        "to_position": standing.position,
        "confirmed": {"position": seal.position, "seal": seal.seal, "day": seal.day, "in": seal.source}
        if seal
        else None,
    }
