"""Whether every event that demands a delivery has it, once, no delivery stands without its event, and all of them end."""

from __future__ import annotations

from typing import Any

from stampbook_events.registry import EVENTS
from stampbook_events.routing import CONSUMERS, demands_of
from stampbook_messaging.log_checks.check import Check

CONSUMED = [(consumer, owner) for consumer, owners in CONSUMERS.items() for owner in owners]

_OWED = """
SELECT event_id, channel || ':' || kind AS demand, array_agg(id::text ORDER BY id) AS ids FROM delivery
WHERE consumer = $1 AND event_stream = $2 GROUP BY 1, 2
"""
_ENDS = """
SELECT state, channel, kind, count(*) AS n, count(*) FILTER (WHERE state IN ('dead', 'unknown') OR
       (state NOT IN ('sent', 'suppressed', 'dead', 'unknown') AND deadline < stampbook_now())) AS wrong
FROM delivery GROUP BY 1, 2, 3
"""


async def check_completeness(owner_db: Any, consumer_db: Any, owner: str, consumer: str) -> Check:
    """Every event of *owner* that demands a delivery of *consumer* has exactly one per demand, and no row has no event.

    Passes are level-triggered, one row a card: that none is missing is the wallet's own check.
    """
    check = Check(name=f"{consumer}.deliveries_for_{owner}_complete")
    demanding = {tag: demands_of(kind, consumer) for tag, kind in EVENTS.items() if tag.startswith(f"{owner}.")}
    wanted = {tag: demands for tag, demands in demanding.items() if demands}
    owed: dict[tuple[Any, str], list[str]] = {
        (row["event_id"], row["demand"]): row["ids"] for row in await consumer_db.fetch(_OWED, consumer, owner)
    }
    demanded: set[tuple[Any, str]] = set()
    for event in await owner_db.fetch("SELECT id, type FROM event WHERE type = ANY($1::text[])", list(wanted)):
        for demand in wanted[event["type"]]:
            key = event["id"], demand
            demanded.add(key)
            if demand.startswith("pass:"):
                continue
            check.counted += 1
            rows = owed.get(key, [])
            if len(rows) != 1:
                named = f": {', '.join(rows)}" if rows else ""
                check.blame(f"{owner} event {event['id']} {event['type']}: {len(rows)} × {demand}{named}")
    for (event_id, demand), rows in owed.items():
        if (event_id, demand) not in demanded:
            check.blame(f"{consumer} delivery {rows[0]} {demand}: no event {event_id} of {owner} demands it")
    return check


async def check_ends(db: Any, service: str) -> list[Check]:
    """No delivery is dead, in doubt or past its deadline; no dead letter and no alarm is open."""
    ended = Check(name=f"{service}.deliveries_end")
    for row in await db.fetch(_ENDS):
        ended.counted += row["n"]
        if row["wrong"]:
            ended.blame(f"{service}: {row['wrong']} {row['channel']}:{row['kind']} {row['state']}")
    letters = Check(name=f"{service}.no_dead_letters")
    for row in await db.fetch("SELECT state, cause, count(*) AS n FROM dead_letter GROUP BY 1, 2"):
        letters.counted += row["n"]
        if row["state"] in {"open", "waiting"}:
            letters.blame(f"{service}: {row['n']} {row['state']} because of {row['cause']}")
    alarms = Check(name=f"{service}.no_open_alarm")
    for row in await db.fetch("SELECT name, detail FROM alarm WHERE cleared_at IS NULL"):
        alarms.counted += 1
        alarms.blame(f"{service}: {row['name']} {row['detail']}")
    return [ended, letters, alarms]
