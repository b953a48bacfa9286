"""The log in the order of its keys, whole aggregates at a time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from ledger.domain.terms import Reward
from ledger.domain.versions import Version
from ledger.rebuilding.folding import LogRow
from ledger.store import documents

Db = Any
Key = tuple[UUID, UUID]
key_of = itemgetter(0, 1)
position_of = itemgetter(2)
FIRST = UUID(int=0)
_ROW = "e.merchant, e.aggregate, e.pos, e.id, e.type, e.recorded_at, e.body"
_PAGE = f"""
SELECT {_ROW} FROM ledger.event e
WHERE (e.merchant, e.aggregate) > ($1::uuid, $2::uuid) AND e.aggregate BETWEEN $3::uuid AND $4::uuid
  AND e.pos <= ($5::bigint[])[e.partition + 1]
ORDER BY e.merchant, e.aggregate, e.version LIMIT $6
"""
_LOGS = f"""
SELECT {_ROW} FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, aggregate) JOIN ledger.event e USING (merchant, aggregate)
WHERE e.pos <= ($3::bigint[])[e.partition + 1]
ORDER BY e.merchant, e.aggregate, e.version
"""
_REWARDS = """
SELECT merchant, reward_id, version, effective_from, terms::text, withdrawn FROM ledger_rebuilt.reward
WHERE merchant = ANY($1::uuid[]) ORDER BY merchant, reward_id, version
"""


class Share(NamedTuple):
    """From which aggregate to which one, both included."""

    first: UUID
    last: UUID


def share(lane: int, lanes: int) -> Share:
    ends = [(number << 128) // lanes for number in (lane, lane + 1)]
    return Share(UUID(int=ends[0]), UUID(int=ends[1] - 1))


async def page(db: Db, after: Key, share: Share, bounds: Sequence[int], size: int) -> tuple[list[LogRow], Key | None]:
    """About *size* events after that key and the last key that is whole among them; None when nothing is left."""
    rows: list[LogRow] = await db.fetch(_PAGE, *after, *share, bounds, size)
    if not rows:
        return [], None
    last = key_of(rows[-1])
    if len(rows) < size:
        return rows, last
    if key_of(rows[0]) == last:
        return await logs(db, [last], bounds), last
    while key_of(rows[-1]) == last:
        rows.pop()
    return rows, key_of(rows[-1])


async def logs(db: Db, keys: Iterable[Key], bounds: Sequence[int]) -> list[LogRow]:
    """All events of these aggregates up to the bounds, each aggregate's together."""
    merchants, aggregates = zip(*keys, strict=True)
    rows: list[LogRow] = await db.fetch(_LOGS, merchants, aggregates, bounds)
    return rows


def by_aggregate(rows: Iterable[LogRow]) -> Iterator[tuple[Key, list[LogRow]]]:
    for key, found in groupby(rows, key_of):
        yield key, list(found)


async def rewards_of(db: Db, merchants: Iterable[UUID]) -> dict[UUID, dict[UUID, Reward]]:
    """By merchant, as the rebuilt tables know them."""
    found: dict[UUID, dict[UUID, Reward]] = {}
    for merchant, reward_id, number, effective_from, terms, withdrawn in await db.fetch(_REWARDS, list(set(merchants))):
        rewards = found.setdefault(merchant, {})
        reward = rewards.setdefault(reward_id, Reward(id=reward_id, versions=[]))
        published = documents.reward_terms(terms)
        reward.versions.append(
            Version(number=number, effective_from=effective_from, terms=published, withdrawn=withdrawn)
        )
    return found
