"""The ledger's tables on a real PostgreSQL: what they are, and what is read of them for which command."""

from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from sqlalchemy.dialects import postgresql

from ledger import testing as rules
from ledger.domain import codes
from ledger.store import shapes, statements
from ledger.store.loading import Books as Loaded
from ledger.store.loading import load, whole_cards
from ledger.store.parts import PARTS, together
from ledger.store.saving import WRITES, _together
from ledger.store.shapes import Shape
from ledger.store.tables import metadata
from stampbook_events import ids
from stampbook_events import ledger as told
from stampbook_messaging import migrate

from .books import Books, new_number

SHAPES = [one for one in vars(shapes).values() if isinstance(one, Shape) and one is not shapes.KNOWN_OF_CARD]
SPELT = {"TIMESTAMP WITH TIME ZONE": "timestamptz", "INTEGER": "int", "BOOLEAN": "bool"}


class Looking:
    """A connection that counts how often it is asked."""

    def __init__(self, db: Any) -> None:
        self.db, self.looks = db, 0

    async def fetchrow(self, *asked: Any) -> Any:
        self.looks += 1
        return await self.db.fetchrow(*asked)


async def looked(books: Books, *commands: msgspec.Struct) -> tuple[Loaded, int]:
    """What is loaded for *commands*, and in how many looks."""
    async with books.pool.acquire() as db:
        looking = Looking(db)
        batch = [rules.received(command, 1000 + n, merchant=books.merchant) for n, command in enumerate(commands)]
        return await load(looking, batch), looking.looks


def earn(books: Books, amount_minor: int = 1000, **telling: Any) -> told.EarnPoints:
    return rules.earn(amount_minor, card_id=books.card, **telling)


async def test_the_schema_is_what_the_tables_say(ledger_dsn: str) -> None:
    assert await migrate.drift("ledger", ledger_dsn) == []


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.table)
def test_a_shape_names_the_columns_of_its_table_with_their_types(shape: Shape) -> None:
    described = {
        column.name: (kind := column.type.compile(postgresql.dialect()), SPELT.get(kind, kind.lower()))[1]
        for column in metadata.tables[f"ledger.{shape.table}"].columns
    }
    words = shape.everything.split()
    assert dict(zip(words[::2], words[1::2], strict=True)) == described
    assert shape.key.split()[::2] == [column.name for column in metadata.tables[f"ledger.{shape.table}"].primary_key]


async def test_every_statement_can_be_prepared_alone_and_together(pool: Any) -> None:
    async with pool.acquire() as db:
        for statement in (*statements.ALL, together(tuple(PARTS)), _together(tuple(WRITES))):
            assert (await db.prepare(statement)).get_query() == statement


async def test_postings_of_every_event_sum_to_zero(pool: Any) -> None:
    books = Books(pool)
    await books.write(
        [*books.opening(), *(earn(books, 100 * n) for n in range(1, 40)), rules.stamp(3, card_id=books.card)]
    )
    rows = await pool.fetch(
        "SELECT sum(amount) AS sum FROM posting WHERE merchant = $1 GROUP BY version, unit", books.merchant
    )
    assert {row["sum"] for row in rows} == {0}


async def test_a_number_is_given_once_in_a_merchants_ledger(pool: Any) -> None:
    books = Books(pool)
    publishing, first = books.opening()
    assert isinstance(first, told.OpenCard)
    await books.write([publishing, first, msgspec.structs.replace(first, customer_id=uuid4())])
    assert await pool.fetchval("SELECT count(*) FROM card WHERE merchant = $1", books.merchant) == 1


async def test_a_receipt_number_cannot_be_taken_twice_even_by_mistake(pool: Any) -> None:
    books = Books(pool)
    await books.write([*books.opening(), earn(books, receipt="T-1")])
    row = await pool.fetchrow("SELECT * FROM receipt WHERE merchant = $1", books.merchant)
    again = {**row, "operation_id": uuid4()}
    with pytest.raises(asyncpg.UniqueViolationError, match="receipt_once"):
        await pool.execute(shapes.RECEIPT.insert, *([again[name]] for name in shapes.RECEIPT.names))


async def test_a_purchase_is_looked_up_once_without_the_lots_it_does_not_touch(pool: Any) -> None:
    books = Books(pool)
    await books.write([*books.opening(), *[earn(books)] * 3])
    loaded, looks = await looked(books, earn(books, receipt="T-9"), earn(books))
    holdings = loaded[books.merchant].cards[books.card].holdings
    assert (looks, holdings.lots, holdings.elsewhere, holdings.balance(rules.NOON)) == (1, {}, 110, 110)


async def test_who_spends_is_looked_up_with_all_that_is_free(pool: Any) -> None:
    books = Books(pool)
    await books.write([*books.opening(), *[earn(books)] * 3])
    loaded, looks = await looked(books, told.WarnOfExpiry(card_id=books.card))
    holdings = loaded[books.merchant].cards[books.card].holdings
    assert (looks, sorted(lot.free for lot in holdings.lots.values()), holdings.elsewhere) == (1, [20, 20, 20, 50], 0)


async def test_lots_that_fall_due_are_loaded_with_a_purchase(pool: Any) -> None:
    books = Books(pool)
    expiring = told.Rules(expiry=told.RollingExpiry(count=1, unit="days"))
    await books.write([rules.publish(rules=expiring), books.opening()[1], earn(books)])
    loaded, _ = await looked(books, earn(books))
    assert loaded[books.merchant].cards[books.card].holdings.elsewhere == 70
    late = [rules.received(earn(books), 1, merchant=books.merchant, recorded=rules.at(3 * 24 * 60))]
    holdings = (await load(pool, late))[books.merchant].cards[books.card].holdings
    assert (sorted(lot.free for lot in holdings.lots.values()), holdings.elsewhere) == ([20, 50], 0)


async def test_a_merged_card_is_followed_with_one_more_look(pool: Any) -> None:
    books, other = Books(pool), uuid4()
    into = ids.card_id(other, rules.FG)
    opening = rules.open_card(other, number=other.hex[:16])
    await books.write([*books.opening(), opening, told.MergeCards(card_id=books.card, into=into)])
    loaded, looks = await looked(books, earn(books))
    tenant = loaded[books.merchant]
    assert (looks, tenant.card(books.card).card_id, tenant.card(books.card).holdings.free(rules.NOON)) == (2, into, 50)


async def test_what_is_voided_is_found_by_its_id_with_all_that_lies_on_its_card(pool: Any) -> None:
    books = Books(pool)
    await books.write([*books.opening(), earn(books, receipt="T-1")])
    (row,) = await pool.fetch("SELECT operation_id, card_id FROM receipt WHERE merchant = $1", books.merchant)
    loaded, _ = await looked(books, told.VoidOperation(operation_id=row["operation_id"]))
    tenant = loaded[books.merchant]
    assert tenant.operations[row["operation_id"]].event.points == 20
    assert len(tenant.cards[row["card_id"]].holdings.lots) == 2
    assert [key.receipt for key in tenant.receipts] == ["T-1"]


async def test_a_code_that_there_is_already_is_not_drawn_again(pool: Any) -> None:
    books, reward = Books(pool), uuid4()
    terms = told.RewardTerms(program_id=rules.FG, names={"en": "Coffee"}, cost=20)
    await books.write([*books.opening(), told.PublishReward(reward_id=reward, terms=terms)])
    hold = told.HoldReward(card_id=books.card, reward_id=reward)
    *taken, free = [drawn(books, n) for n in range(4)]
    await pool.executemany(
        "INSERT INTO redeem_code VALUES ($1, $2, $3, $3, false)", [(books.merchant, one, books.card) for one in taken]
    )
    await books.write([hold])
    assert await pool.fetchval("SELECT code FROM reservation WHERE merchant = $1", books.merchant) == free


def drawn(books: Books, number: int) -> str:
    """Of the command that comes next."""
    return codes.drawn(rules.received(rules.link(), books.seq + 1, merchant=books.merchant).envelope, number)


async def test_a_whole_card_has_all_that_it_ever_held(pool: Any) -> None:
    books = Books(pool)
    await books.write([*books.opening(), earn(books), told.CloseCard(card_id=books.card, cause="leaving")])
    card = (await whole_cards(pool, [(books.merchant, books.card)]))[books.merchant, books.card]
    assert sorted((lot.free, lot.expired) for lot in card.holdings.lots.values()) == [(0, 20), (0, 50)]


async def test_who_confirms_again_after_a_merge_is_not_paid_for_the_other_card(pool: Any) -> None:
    books, other = Books(pool), uuid4()
    confirmed = rules.publish(rules=told.Rules(welcome_timing="address_confirmed"))
    theirs, mine = rules.open_card(other, number=new_number()), rules.open_card(books.customer, number=new_number())
    confirm = [told.ConfirmAddress(customer_id=one, program_id=rules.FG) for one in (books.customer, other)]
    merge = told.MergeCards(card_id=ids.card_id(other, rules.FG), into=books.card)
    for command in (confirmed, mine, theirs, *confirm, merge, confirm[1]):
        await books.write([command])
    granted = "SELECT count(*) FROM event WHERE merchant = $1 AND type = 'ledger.welcome_bonus_granted.v1'"
    assert await pool.fetchval(granted, books.merchant) == 2
