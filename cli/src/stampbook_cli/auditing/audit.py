"""Runs every check there is on a Stampbook: logs, streams, inboxes, sums, deliveries, passes, mails, histories.

A check that looks at two places at different moments may see a message on its way; what is wrong for good is still
wrong when it is looked at again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg
import httpx
import msgspec

import ledger.checks
import wallet_sync.checks
from stampbook_cli.auditing import evidence
from stampbook_cli.auditing.evidence import StandIns
from stampbook_cli.auditing.history import Line
from stampbook_cli.auditing.history_checks import check_histories
from stampbook_cli.auditing.mail_checks import check_joins, check_mails, check_told
from stampbook_cli.auditing.pass_checks import check_shown
from stampbook_cli.auditing.requests import Request, requests_of
from stampbook_cli.journeys.doors import client
from stampbook_events.subjects import SERVICES
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.database import connect_pool
from stampbook_messaging.log_checks import (
    CONSUMED,
    Check,
    check_alive,
    check_commands,
    check_completeness,
    check_effects,
    check_ends,
    check_log,
    check_stream,
)
from stampbook_messaging.redaction import where

LOOKS = 4
PAUSE_SECONDS = 0.7
SNAPSHOT_SECONDS = 3600
"""How long the audit may look at one moment of the database: a big ledger is not read in a worker's five seconds."""


@dataclass(frozen=True, slots=True)
class Parts:
    """*pools* by service, each seeing its own schema; *bus* may read every stream; *http* reaches the *stand_ins*."""

    pools: dict[str, Any]
    bus: NatsBus
    http: httpx.AsyncClient
    stand_ins: StandIns
    requests: Sequence[Request] = ()


@asynccontextmanager
async def reaching(
    *,
    nats_url: str,
    seed: str,
    server_name: str,
    dsns: dict[str, str],
    stand_ins: StandIns,
    histories: Sequence[Sequence[Line]] = (),
) -> AsyncIterator[Parts]:
    """Connect to everything that is to be checked. *seed* is a path to the operator's nkey seed."""
    async with AsyncExitStack() as closing:
        bus = await NatsBus.connect(nats_url, seed_file=seed, identity="operator", server_name=server_name)
        closing.push_async_callback(bus.close)
        pools = {service: await closing.enter_async_context(reading(service, dsn)) for service, dsn in dsns.items()}
        http = await closing.enter_async_context(client())
        yield Parts(pools, bus, http, stand_ins, requests_of(histories))


@asynccontextmanager
async def reading(service: str, dsn: str) -> AsyncIterator[Any]:
    """Connections to *service*'s schema for somebody who reads all of it."""
    pool = await connect_pool(dsn, service, size=2, transaction_seconds=SNAPSHOT_SECONDS)
    try:
        yield pool
    finally:
        await pool.close()


Looking = Callable[[], Awaitable[Check | Sequence[Check]]]


async def audit(parts: Parts) -> list[Check]:
    """Every check, looked at again as long as something is wrong that may only have been on its way."""
    return await until_they_agree(_all(parts), pause_seconds=PAUSE_SECONDS)


async def until_they_agree(lookings: Mapping[str, Looking], *, pause_seconds: float) -> list[Check]:
    """Only what found something looks again, ``LOOKS`` times in all."""
    found: dict[str, Sequence[Check]] = {}
    for number in range(LOOKS):
        if number:
            await asyncio.sleep(pause_seconds)
        for name, looking in lookings.items():
            if not _agrees(found.get(name)):
                found[name] = await _carried_out(name, looking)
        if all(map(_agrees, found.values())):
            break
    return [check for checks in found.values() for check in checks]


def _agrees(checks: Sequence[Check] | None) -> bool:
    return checks is not None and all(check.ok for check in checks)


async def look(parts: Parts) -> list[Check]:
    """Every check once."""
    return [check for name, looking in _all(parts).items() for check in await _carried_out(name, looking)]


async def _carried_out(name: str, looking: Looking) -> Sequence[Check]:
    """What a check found; one that stumbles over what it reads has found just that."""
    try:
        found = await looking()
    except (msgspec.MsgspecError, asyncpg.DataError, LookupError, ValueError) as trouble:
        check = Check(name=name)
        check.blame(f"{name}: something that was stored cannot be read ({where(trouble)})")
        return [check]
    return [found] if isinstance(found, Check) else found


def _all(parts: Parts) -> dict[str, Looking]:
    pools, bus, checks = parts.pools, parts.bus, dict[str, Looking]()
    for service in SERVICES:
        pool = pools[service]
        checks[f"{service}.log"] = partial(check_log, pool, service)
        checks[f"{service}.stream_equals_log"] = partial(check_stream, pool, bus, service)
        checks[f"{service}.commands_answered_once"] = partial(check_commands, pool, bus, service)
        checks[f"{service}.commands_have_one_effect"] = partial(check_effects, pool, service)
        checks[f"{service}.process_alive"] = partial(check_alive, pool, service)
    for consumer, owner in CONSUMED:
        complete = partial(check_completeness, pools[owner], pools[consumer], owner, consumer)
        checks[f"{consumer}.deliveries_for_{owner}"] = complete
    for name, checking in ledger.checks.CHECKS.items():
        checks[f"ledger.{name}"] = partial(_on_one_connection, pools["ledger"], checking)
    checks["wallet.passes_converge"] = partial(wallet_sync.checks.check_passes, pools["wallet"], pools["ledger"])
    for service in SERVICES:
        checks[f"{service}.deliveries_end"] = partial(check_ends, pools[service], service)
    checks["outside"] = partial(_look_outside, parts)
    return checks


async def _on_one_connection(pool: Any, checking: Callable[[Any], Awaitable[Sequence[Check]]]) -> Sequence[Check]:
    async with pool.acquire() as db:
        return await checking(db)


async def _look_outside(parts: Parts) -> list[Check]:
    """What the world was told: clients by their histories, people by their mails, phones by their passes."""
    checks = [check_told(await evidence.owed_mails(parts.pools["notifier"]))]
    if parts.requests:
        rows = await evidence.rows_of(parts.pools["ledger"], parts.requests)
        checks.extend(check_histories(parts.requests, rows))
    if parts.stand_ins.inbox is not None:
        mails = await evidence.mails_of(parts.pools["notifier"], parts.http, parts.stand_ins.inbox)
        checks.extend(check_mails(mails))
        if parts.requests:
            checks.extend(check_joins(parts.requests, mails))
    if parts.stand_ins.wallet is not None:
        kept = await evidence.passes_of(parts.pools["wallet"])
        checks.append(check_shown(kept, await evidence.objects_of(parts.http, parts.stand_ins.wallet)))
    return checks


def document(checks: Sequence[Check]) -> dict[str, Any]:
    """``{ok, checks: [{name, ok, counted, found}]}``: *counted* was looked at, *found* is wrong, in words."""
    return {
        "ok": all(check.ok for check in checks),
        "checks": [
            {"name": check.name, "ok": check.ok, "counted": check.counted, "found": check.found} for check in checks
        ],
    }
