"""What the ledger tells of cards: as they stand now, newest first, page by page, and to each merchant of its own alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger import testing as rules
from ledger.domain.looking import seen
from ledger.queries.views import view_of, whole_view_of
from ledger.store import logs, reading
from ledger.store.looking import survivor
from stampbook_events import ids
from stampbook_events import ledger as told
from stampbook_messaging.queries import Refusal

from .asking import ask, cards_of, instants
from .asking import told as telling
from .books import Books, new_number
from .thorough import first_of

DAY = timedelta(days=1)
EXPIRING = told.Rules(expiry=told.RollingExpiry(count=10, unit="days"), full_card_reward=rules.FG)


@asynccontextmanager
async def undone(db: Any) -> AsyncIterator[None]:
    transaction = db.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


@pytest.fixture
async def books(pool: Any) -> Books:
    """One card with 100 points and three stamps, known in two stores."""
    books = Books(pool)
    here = {"card_id": books.card, "store_id": rules.FASHIONHUB}
    linked = told.LinkStore(customer_id=books.customer, program_id=rules.FG, store_id=rules.FASHIONOUTLET)
    await books.write([*books.opening(), rules.earn(2500, "R-1", **here), rules.stamp(3, **here), linked])
    return books


@pytest.mark.parametrize("statement", [*reading.ALL, *logs.ALL])
async def test_every_statement_can_be_prepared(pool: Any, statement: str) -> None:
    async with pool.acquire() as db:
        assert (await db.prepare(statement)).get_query() == statement


async def test_a_card_is_told_as_it_stands(pool: Any, books: Books) -> None:
    card = await ask(pool, "card", merchant=books.merchant, card_id=books.card)
    assert (card.balance, card.available, card.held, card.debt) == (100, 100, 0, 0)
    assert (card.stamps, card.stamp_target, card.version, card.state) == (3, 10, 5, "active")
    assert card.store_ids == [rules.FASHIONHUB, rules.FASHIONOUTLET]
    assert [lot.free for lot in card.lots] == [50, 50]
    by_number = await ask(pool, "card_by_number", merchant=books.merchant, number=card.card_number)
    assert by_number == card


async def test_points_that_lapsed_are_in_no_balance_whether_that_is_booked_or_not(pool: Any) -> None:
    books = Books(pool)
    _, opening = books.opening()
    await books.write([rules.publish(rules=EXPIRING), opening])
    before, after = rules.NOON + 9 * DAY, rules.NOON + 11 * DAY
    found = [await ask(pool, "card", at, merchant=books.merchant, card_id=books.card) for at in (before, after)]
    assert [(card.balance, len(card.lots), card.version) for card in found] == [(50, 1, 2), (0, 0, 2)]
    await books.write([told.BookDue(card_id=books.card)], recorded=after)
    booked = await ask(pool, "card", after, merchant=books.merchant, card_id=books.card)
    assert (booked.balance, booked.version) == (0, 3)


async def test_a_reservation_that_lapsed_sets_nothing_aside(pool: Any, books: Books) -> None:
    coffee = told.RewardTerms(program_id=rules.FG, names={"en": "Coffee"}, cost=60)
    hold = told.HoldReward(card_id=books.card, reward_id=rules.FG, store_id=rules.FASHIONHUB, channel="till")
    await books.write([told.PublishReward(reward_id=rules.FG, terms=coffee), hold])
    held, over = [
        await ask(pool, "card", rules.at(minutes), merchant=books.merchant, card_id=books.card) for minutes in (9, 10)
    ]
    assert (held.balance, held.available, held.held) == (100, 40, 60)
    assert [one.points for one in held.reservations] == [60]
    assert (over.balance, over.available, over.held, over.reservations) == (100, 100, 0, [])


@pytest.mark.parametrize("seed", first_of(range(6), few=2))
async def test_whatever_happened_a_card_is_told_as_the_ledger_in_memory_knows_it(pool: Any, seed: int) -> None:
    async with telling(pool, seed, 80) as (story, lent):
        for at in instants(story)[-3:]:
            tenant = deepcopy(story.tenant)
            known = {
                one: seen(tenant, survivor(tenant, one), at) for one in cards_of(story) if not _merged(tenant, one)
            }
            for card_id, mine in known.items():
                card = await ask(lent, "card", at, merchant=tenant.merchant, card_id=card_id)
                assert card == whole_view_of(mine, card.store_ids)
            listed = (await ask(lent, "cards", at, merchant=tenant.merchant)).cards
            assert {card.card_id: card for card in listed} == {
                card_id: view_of(known[card_id], card.store_ids)
                for card_id, card in zip(known, _by_id(listed), strict=True)
            }


def _merged(tenant: Any, card_id: UUID) -> bool:
    return tenant.cards[card_id].merged_into is not None


def _by_id(cards: Any) -> Any:
    return sorted(cards, key=lambda card: card.card_id)


async def test_of_a_card_that_was_merged_the_survivor_is_told(pool: Any, books: Books) -> None:
    other = uuid4()
    gone = rules.open_card(other, number=new_number())
    merge = told.MergeCards(card_id=ids.card_id(other, rules.FG), into=books.card)
    await books.write([gone, merge], recorded=rules.at(1))
    survivor = await ask(pool, "card", rules.at(2), merchant=books.merchant, card_id=books.card)
    asked: dict[str, dict[str, Any]] = {
        "card": {"card_id": merge.card_id},
        "card_by_number": {"number": gone.card_number},
    }
    for name, words in asked.items():
        assert await ask(pool, name, rules.at(2), merchant=books.merchant, **words) == survivor
    of_both = await ask(pool, "cards_of", rules.at(2), merchant=books.merchant, customer_ids=[other, books.customer])
    listed = await ask(pool, "cards", rules.at(2), merchant=books.merchant)
    assert [card.card_id for card in of_both.cards] == [card.card_id for card in listed.cards] == [books.card]


async def test_a_number_that_was_replaced_finds_nothing(pool: Any, books: Books) -> None:
    old = (await books.card_row())["number"]
    await books.write([told.ReplaceCard(card_id=books.card, card_number=new_number())])
    with pytest.raises(Refusal, match="card_number_blocked"):
        await ask(pool, "card_by_number", merchant=books.merchant, number=old)


async def test_the_cards_of_customers_are_those_of_this_merchant(pool: Any, books: Books) -> None:
    asked = [books.customer, uuid4()]
    own = await ask(pool, "cards_of", merchant=books.merchant, customer_ids=asked)
    assert [card.card_id for card in own.cards] == [books.card]
    assert (await ask(pool, "cards_of", merchant=uuid4(), customer_ids=asked)).cards == []


async def test_cards_are_listed_newest_first_and_each_once(pool: Any, books: Books) -> None:
    customers = [uuid4() for _ in range(6)]
    for n, customer in enumerate(customers):
        opening = rules.open_card(customer, number=new_number())
        await books.write([opening], recorded=rules.at(n // 2))  # two at a time
    seen_cards, cursor = [], None
    for _ in range(4):
        page = await ask(pool, "cards", merchant=books.merchant, cursor=cursor, limit=2)
        seen_cards += page.cards
        cursor = page.next
    assert (len(seen_cards), cursor) == (7, None)
    assert {card.card_id for card in seen_cards} == {books.card, *(ids.card_id(one, rules.FG) for one in customers)}
    assert [card.opened_at for card in seen_cards] == sorted((card.opened_at for card in seen_cards), reverse=True)


_COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = 'card' AND table_schema = 'ledger'"
_THEIR_OWN = {
    "card_id": "gen_random_uuid()",
    "customer_id": "gen_random_uuid()",
    "number": "lpad(n::text, 16, '0')",
    "opened_at": "opened_at + n * interval '1 second'",
}


async def fill(db: Any, merchant: UUID, cards: int = 2000) -> None:
    """More cards like the one there is."""
    await db.execute("SET LOCAL transaction_timeout = 0")
    names = [row["column_name"] for row in await db.fetch(_COLUMNS)]
    values = ", ".join(_THEIR_OWN.get(name, name) for name in names)
    selected = f"SELECT {values} FROM card, generate_series(1, {cards}) n WHERE merchant = $1"
    await db.execute(f"INSERT INTO card ({', '.join(names)}) {selected}", merchant)


def buffers(plan: dict[str, Any]) -> int:
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("back", [0, 1900])
async def test_a_page_of_cards_costs_the_same_wherever_it_begins(pool: Any, books: Books, mode: str, back: int) -> None:
    async with pool.acquire() as db, undone(db):
        await fill(db, books.merchant)
        await db.execute("ANALYZE card")
        await db.execute(f"SET LOCAL plan_cache_mode = {mode}")
        place = await db.fetchrow(f"{reading.CARDS} OFFSET {back}", books.merchant, None, None, 1)
        last = (place["opened_at"], place["card_id"]) if back else (None, None)
        [found] = await db.fetchval(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {reading.CARDS}", books.merchant, *last, 51
        )
    assert buffers(found["Plan"]) < 30


async def test_which_stores_a_card_is_known_in_is_read_by_its_index_before_anything_is_known_of_the_table(
    pool: Any, books: Books
) -> None:
    async with pool.acquire() as db, undone(db):
        await fill(db, books.merchant)
        [found] = await db.fetchval(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {reading.STORES_OF_CARDS}", books.merchant, [books.card]
        )
    assert buffers(found["Plan"]) < 30


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "~",
        "yesterday~6d656d65-0000-4000-8000-000000000001",
        "2026-06-06T12:00:00~6d656d65-0000-4000-8000-000000000001",
        "2026-06-06T12:00:00Z~1",
        "'; DROP",
    ],
)
async def test_a_cursor_we_did_not_make_is_refused(pool: Any, books: Books, cursor: str) -> None:
    with pytest.raises(Refusal, match="cursor_invalid"):
        await ask(pool, "cards", merchant=books.merchant, cursor=cursor)


async def test_a_strangers_merchant_sees_nothing(pool: Any, books: Books) -> None:
    stranger, number = uuid4(), (await books.card_row())["number"]
    about: dict[str, dict[str, Any]] = {
        "card": {"card_id": books.card},
        "card_by_number": {"number": number},
        "card_as_of": {"card_id": books.card, "at": rules.NOON},
        "statement": {"card_id": books.card},
        "explain": {"card_id": books.card, "figure": "balance"},
        "recount": {"card_id": books.card},
    }
    for name, words in about.items():
        with pytest.raises(Refusal, match="card_unknown"):
            await ask(pool, name, merchant=stranger, **words)
    assert (await ask(pool, "cards", merchant=stranger)).cards == []
