"""First pages out of very many rows: a long statement, a merchant's cards, a search; each beside its bare query.

What an answer takes besides finding its rows (events decoded, cards as they stand now, what was asked for unsealed) is ours.
"""

from __future__ import annotations

import secrets
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from enrollment.contacts import Contacts, FindCustomer
from enrollment.personal import Vault
from enrollment.sealing_keys import SealingKeys
from ledger.queries.cards import CardQueries
from ledger.queries.questions import AskCardByNumber, AskCards, AskCardsOf, AskStatement
from ledger.queries.statements import StatementQueries
from stampbook_events.enrollment import Sealed
from stampbook_messaging import migrate
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.database import connect_pool
from stampbook_messaging.keyring import Keyring
from stampbook_messaging.sealing import AskSealingKey, seal_to
from tests.bench.applying import Applier, by
from tests.bench.crowds import Crowd
from tests.bench.ground import Ground
from tests.bench.ledger_rate import NotMeasured
from tests.bench.mix import Holder, Mix
from tests.bench.pairs import Pairs, by_turns

PAGE = 50
ENTRIES = 10_000
_ADDRESS, _PHONE = "nora.becker@reise.test", "+352621123456"
_IDENTITIES = """
INSERT INTO enrollment.identity (merchant, kind, hash, customer_id, decides)
SELECT c.merchant, k.kind, sha256(convert_to(c.customer_id::text || k.kind, 'UTF8')), c.customer_id, k.kind = 'email'
FROM {schema}.card c CROSS JOIN (VALUES ('email'), ('phone')) AS k(kind)
"""
_SHE = "UPDATE identity SET hash = $3 WHERE merchant = $1 AND customer_id = $2 AND kind = $4"
_BARE_STATEMENT = """
SELECT aggregate, version, pos, type, body FROM event WHERE merchant = $1 AND aggregate = $2 ORDER BY version DESC LIMIT $3
"""
_BARE_CARDS = "SELECT * FROM card WHERE merchant = $1 ORDER BY opened_at DESC, card_id DESC LIMIT $2"
_BARE_NUMBER = """
SELECT c.* FROM card_number n JOIN card c USING (merchant, card_id) WHERE n.merchant = $1 AND n.number = $2
"""
_BARE_SEARCH = """
SELECT c.* FROM enrollment.identity i JOIN card c USING (merchant, customer_id)
WHERE i.merchant = $1 AND i.kind = $2 AND i.hash = $3
"""
Look = Callable[[], Awaitable[Sequence[Any]]]


class Lookup(NamedTuple):
    """*found*: how many things both sides have to find."""

    name: str
    ours: Look
    bare: Look
    found: int


@dataclass(frozen=True, slots=True)
class Desk:
    """Whoever looks something up: *pool* sees the crowd's tables, *people* enrollment's."""

    crowd: Crowd
    pool: Any
    people: Any
    vault: Vault
    long: Holder

    def lookups(self) -> list[Lookup]:
        merchant, number = self.crowd.mix.shops[0].merchant, self.crowd.mix.holders[-7].number
        ledger, statements = CardQueries(self.pool, SystemClock()), StatementQueries(self.pool)

        async def statement() -> Sequence[Any]:
            return (await statements.statement(AskStatement(merchant=merchant, card_id=self.long.card))).entries

        async def cards() -> Sequence[Any]:
            return (await ledger.cards(AskCards(merchant=merchant))).cards

        async def by_number() -> Sequence[Any]:
            return [await ledger.card_by_number(AskCardByNumber(merchant=merchant, number=number))]

        return [
            Lookup("statement of 10,000 events", statement, self._bare(_BARE_STATEMENT, self.long.card, PAGE), PAGE),
            Lookup("a merchant's cards", cards, self._bare(_BARE_CARDS, PAGE), PAGE),
            Lookup("card by number", by_number, self._bare(_BARE_NUMBER, number), 1),
            self._search("mail", "email", _ADDRESS, self.vault.email_hash(_ADDRESS)),
            self._search("phone", "phone", _PHONE, self.vault.phone_hash(_PHONE)),
        ]

    def _search(self, name: str, kind: Any, value: str, hashed: bytes) -> Lookup:
        merchant = self.crowd.mix.shops[0].merchant
        contacts, ledger = Contacts(self.people, self.vault), CardQueries(self.pool, SystemClock())
        keys = SealingKeys(self.people, SystemClock(), self.vault.keyring)

        async def search() -> Sequence[Any]:
            key = await keys.of_today(AskSealingKey())
            box = seal_to(key.public, value.encode())
            sealed = Sealed(service="enrollment", day=key.day, key_id=key.key_id, box=box)
            found = await contacts.find(FindCustomer(merchant=merchant, kind=kind, value=sealed))
            return (await ledger.cards_of(AskCardsOf(merchant=merchant, customer_ids=found.customer_ids))).cards

        return Lookup(f"cards by {name}", search, self._bare(_BARE_SEARCH, kind, hashed), 1)

    def _bare(self, query: str, *values: Any) -> Look:
        merchant = self.crowd.mix.shops[0].merchant

        async def bare() -> Sequence[Any]:
            rows: Sequence[Any] = await self.pool.fetch(query, merchant, *values)
            return rows

        return bare


@asynccontextmanager
async def desk(ground: Ground, crowd: Crowd) -> AsyncIterator[Desk]:
    """In a crowd one of whose cards gets a long statement, and one of whose customers is looked for."""
    await migrate.upgrade("enrollment", ground.servers.dsn("enrollment"))
    pool = await connect_pool(ground.servers.dsn(), f"{crowd.schema}, ledger", size=2)
    people = await connect_pool(ground.servers.dsn("enrollment"), "enrollment", size=2)
    vault = _vault(ground.folder)
    try:
        await crowd.db.execute(_IDENTITIES.format(schema=crowd.schema))
        await crowd.db.execute("VACUUM ANALYZE enrollment.identity")
        she = crowd.mix.holders[-9]
        for kind, hashed in (("email", vault.email_hash(_ADDRESS)), ("phone", vault.phone_hash(_PHONE))):
            await people.execute(_SHE, she.shop.merchant, she.customer, hashed, kind)
        yield Desk(crowd, pool, people, vault, await _with_a_past(crowd))
    finally:
        await pool.close()
        await people.close()


async def _with_a_past(crowd: Crowd) -> Holder:
    """A card of the crowd with ten thousand events."""
    holder = crowd.mix.holders[-11]
    alone = Mix(1, 0, seed=2)
    alone.shops, alone.holders = [holder.shop], [holder]
    applier = Applier(crowd.db, datetime.now(UTC))
    await applier.begin()
    for batch in by(256, alone.commands(ENTRIES)):
        await applier.apply(batch)
    return holder


def _vault(folder: Path) -> Vault:
    key, index = (b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    path = folder / "keyring.json"
    path.write_bytes(msgspec.json.encode({"kek": {"k1": key}, "current": "k1", "index": index}))
    return Vault(Keyring.from_file(path))


async def measure(desk: Desk, count: int, pairs: int) -> list[Pairs]:
    """Answers a second, one after the other, by turns with the bare query."""
    measured = []
    for lookup in desk.lookups():
        for look in (lookup.ours, lookup.bare):
            if len(await look()) != lookup.found:
                raise NotMeasured(f"{lookup.name}: {len(await look())} found")
        name = f"look: {lookup.name} beside its bare query, 1/s"
        measured.append(await by_turns(name, pairs, _rate(lookup.ours, count), _rate(lookup.bare, count)))
    return measured


def _rate(look: Look, count: int) -> Callable[[], Awaitable[float]]:
    async def rate() -> float:
        began = time.perf_counter()
        for _ in range(count):
            await look()
        return count / (time.perf_counter() - began)

    return rate
