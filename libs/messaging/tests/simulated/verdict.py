"""What is still on its way in a town, and, when nothing is, which promise was broken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from town import TOKENS, Town
from virtual_time import BEGAN_AT

from stampbook_messaging import log_checks

ENDS = ("sent", "suppressed", "unknown")
EXPECTED_ALARMS = frozenset({"events_fetched_from_log", "delivery_in_doubt"})


MIDNIGHT = (BEGAN_AT + timedelta(days=1)).replace(hour=0, minute=0, second=0)

_UNSEALED = """
SELECT EXISTS (SELECT FROM event WHERE pos = 1 AND recorded_at < $1) AND NOT EXISTS (SELECT FROM seal)
"""
_SEALED = """
SELECT (SELECT count(*) FROM seal) AS rows, (SELECT count(*) FROM event WHERE type LIKE '%.log_sealed.v1') AS told
"""


async def unfinished(town: Town, pools: dict[str, Any]) -> str:
    """What is still on its way; nothing when the town has come to rest. Last what all the rest may still add to."""
    waiting = {one.id for one in town.sent}
    answered = {row["command_id"] for row in await pools["ledger"].fetch("SELECT command_id FROM inbox")}
    if waiting - answered:
        return f"{len(waiting - answered)} commands without an inbox row"
    at = await pools["wallet"].fetchval("SELECT sum(pos) FROM cursor WHERE stream = 'ledger'")
    if (at or 0) < (logged := await pools["ledger"].fetchval("SELECT count(*) FROM event")):
        return f"the cursors stand at {at} of {logged}"
    left = await pools["wallet"].fetch(
        "SELECT state, attempt, claimed_by, next_at, reason FROM delivery WHERE state <> ALL($1::text[])", list(ENDS)
    )
    if left:
        return f"{len(left)} deliveries on their way: {[tuple(map(str, row)) for row in left][:3]}"
    for token in TOKENS:
        if await pools[token].fetchval(_UNSEALED, MIDNIGHT):
            return f"the log of {token} is not sealed"
        logged = await pools[token].fetchval("SELECT count(*) FROM event")
        if (there := len(town.broker.streams[f"EVT_{token}"].messages)) < logged:
            return f"{there} of {logged} events of {token} on the stream"
    return ""


async def verdict(town: Town, pools: dict[str, Any], bus: Any) -> list[str]:
    found = []
    for token in TOKENS:
        checks = [
            *await log_checks.check_log(pools[token], token),
            await log_checks.check_stream(pools[token], bus, token),
            await log_checks.check_commands(pools[token], bus, token),
        ]
        found.extend(what for check in checks for what in check.found)
        sealed = await pools[token].fetchrow(_SEALED)
        if sealed["rows"] > 1 or sealed["told"] != sealed["rows"]:
            found.append(f"{token} was sealed {sealed['rows']} times, and {sealed['told']} events tell of it")
    complete = await log_checks.check_completeness(pools["ledger"], pools["wallet"], "ledger", "wallet")
    found.extend(complete.found)
    return [*found, *await _effects(town, pools), *await _deliveries(town, pools), *await _signs(pools)]


async def _effects(town: Town, pools: dict[str, Any]) -> list[str]:
    """Each acknowledged command counted once, each refused one not at all, in both services' sums."""
    wanted: dict[Any, tuple[int, int]] = {}
    for one in town.sent:
        if one.amount >= 0:
            total, times = wanted.get((one.merchant, one.card), (0, 0))
            wanted[one.merchant, one.card] = (total + one.amount, times + 1)
    found = []
    for token in TOKENS:
        rows = await pools[token].fetch("SELECT merchant, card, total, times FROM counter")
        have = {(row["merchant"], row["card"]): (row["total"], row["times"]) for row in rows}
        found += [
            f"{token} card {key[1].int} of {key[0]}: {have.get(key)} where {wanted.get(key)} was sent"
            for key in sorted(wanted.keys() | have.keys(), key=str)
            if have.get(key) != wanted.get(key)
        ]
    refused = await pools["ledger"].fetchval("SELECT count(*) FROM inbox WHERE status = 'refused'")
    if refused != (below := sum(one.amount < 0 for one in town.sent)):
        found.append(f"{refused} commands were refused where {below} had to be")
    return found


async def _deliveries(town: Town, pools: dict[str, Any]) -> list[str]:
    """What was sent arrived; more than once only where that does no harm, or is flagged."""
    found = []
    for row in await pools["wallet"].fetch("SELECT id, event_id, state, in_doubt FROM delivery ORDER BY id"):
        arrived = town.world.effects.get(row["id"], 0)
        if row["state"] == "sent" and not arrived:
            found.append(f"delivery {row['id']} is sent and never arrived")
        if not town.idempotent and arrived > 1 and not row["in_doubt"]:
            found.append(f"delivery {row['id']} arrived {arrived} times and nobody was told")
        if not town.idempotent and arrived > 2:
            found.append(f"delivery {row['id']} arrived {arrived} times")
        if town.idempotent and row["state"] == "unknown":
            found.append(f"delivery {row['id']} is given up although repeating it does no harm")
    return found


async def _signs(pools: dict[str, Any]) -> list[str]:
    """Nothing is put aside, and nothing cried that had no reason to."""
    found = []
    for token in TOKENS:
        letters = await pools[token].fetchval("SELECT count(*) FROM dead_letter")
        if letters:
            found.append(f"{token}: {letters} dead letters")
        alarms = await pools[token].fetch("SELECT name, detail FROM alarm WHERE cleared_at IS NULL ORDER BY raised_at")
        found += [
            f"{token}: alarm {row['name']} {row['detail']}" for row in alarms if row["name"] not in EXPECTED_ALARMS
        ]
    return found
