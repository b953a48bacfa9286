"""Whether every event that demands a delivery has it, once, no delivery stands without its event, and all of them end."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from stampbook_events.registry import EVENTS
from stampbook_events.routing import CONSUMERS, demands_of
from stampbook_messaging.log_checks.check import Check
from stampbook_messaging.log_checks.cursor import rows, side_by_side

CONSUMED = [(consumer, owner) for consumer, owners in CONSUMERS.items() for owner in owners]

_DEMANDING = "SELECT id, type FROM event WHERE type = ANY($1::text[]) ORDER BY id"
_OWED = """
SELECT event_id AS id, array_agg(demand ORDER BY demand, delivery) AS demands,
       array_agg(delivery ORDER BY demand, delivery) AS deliveries
FROM (SELECT event_id, channel || ':' || kind AS demand, id::text AS delivery FROM delivery
      WHERE consumer = $1 AND event_stream = $2) d
GROUP BY event_id ORDER BY event_id
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
    events, owed = rows(owner_db, _DEMANDING, list(wanted)), rows(consumer_db, _OWED, consumer, owner)
    async with side_by_side(events, owed, itemgetter("id")) as pairs:
        async for event, deliveries in pairs:
            found = _by_demand(deliveries)
            for demand in wanted[event["type"]] if event is not None else ():
                named = found.pop(demand, [])
                if demand.startswith("pass:"):
                    continue
                check.counted += 1
                if len(named) != 1:
                    which = f": {', '.join(named)}" if named else ""
                    check.blame(f"{owner} event {event['id']} {event['type']}: {len(named)} × {demand}{which}")
            for demand, named in found.items():
                why = f"no event {deliveries['id']} of {owner} demands it"
                check.blame(f"{consumer} delivery {named[0]} {demand}: {why}")
    return check


def _by_demand(deliveries: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if deliveries is not None:
        for demand, delivery in zip(deliveries["demands"], deliveries["deliveries"], strict=True):
            found.setdefault(demand, []).append(delivery)
    return found


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
