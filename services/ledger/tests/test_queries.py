"""What the ledger tells: newest first, page by page, and to each merchant about its own alone."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from ledger import checks
from ledger import testing as rules
from ledger.domain.card import Card
from ledger.queries import (
    PROGRAMS_PER_PAGE,
    AskCard,
    AskCardByNumber,
    AskCards,
    AskCardsOf,
    AskProgram,
    AskPrograms,
    LedgerQueries,
)
from ledger.store import reading, statements
from ledger.store.loading import load
from stampbook_events import ids
from stampbook_events.ledger import EarnPoints, GiveStamps, LinkStore, Rate
from stampbook_messaging.queries import Refusal

from .books import Books, new_number

_PROGRAMS = """
INSERT INTO program SELECT $1, ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 1, $2, '{"en": "P"}',
       '{}', 'down', 0, NULL, '{}', false FROM generate_series(1, $3) n
"""


@pytest.fixture
async def books(pool: Any) -> Books:
    """One card with 100 points and three stamps, known in two stores."""
    books = Books(pool)
    here = {"card_id": books.card, "store_id": rules.FASHIONHUB}
    earned = EarnPoints(amount_minor=2500, currency="EUR", receipt="R-1", **here)
    linked = LinkStore(customer_id=books.customer, program_id=rules.FG, store_id=rules.FASHIONOUTLET)
    await books.write([*books.opening(), earned, GiveStamps(stamps=3, **here), linked])
    return books


@pytest.fixture
def queries(pool: Any) -> LedgerQueries:
    return LedgerQueries(pool)


@pytest.mark.parametrize("statement", [*statements.ALL, *reading.ALL, *checks.ALL])
async def test_every_statement_can_be_prepared(pool: Any, statement: str) -> None:
    async with pool.acquire() as db:
        assert (await db.prepare(statement)).get_query() == statement


async def test_what_was_saved_is_loaded_again(pool: Any, books: Books) -> None:
    earn = EarnPoints(card_id=books.card, store_id=rules.FASHIONHUB, amount_minor=1, currency="EUR", receipt=" r-1")
    tenant = (await load(pool, [rules.received(earn, merchant=books.merchant)]))[books.merchant]
    card = tenant.cards[books.card]
    assert (card.holdings.balance(rules.NOON), card.count, card.version, card.opened_at) == (100, 3, 5, rules.NOON)
    assert set(msgspec.structs.asdict(card)) == set(Card.__struct_fields__)
    assert tenant.programs[rules.FG].newest.terms.rates == {"EUR": Rate(points=2, per_minor=100)}
    assert [(key.receipt, use.card_id) for key, (use,) in tenant.receipts.items()] == [("R-1", books.card)]
    assert list(tenant.stores) == [rules.FASHIONHUB]


async def test_a_card_is_told_as_it_stands(books: Books, queries: LedgerQueries) -> None:
    card = await queries.card(AskCard(merchant=books.merchant, card_id=books.card))
    assert (card.balance, card.stamps, card.stamp_target, card.version, card.state) == (100, 3, 10, 5, "active")
    assert set(card.store_ids) == {rules.FASHIONHUB, rules.FASHIONOUTLET}
    by_number = AskCardByNumber(merchant=books.merchant, number=card.card_number)
    assert await queries.card_by_number(by_number) == card


async def test_the_cards_of_customers_are_those_of_this_merchant(books: Books, queries: LedgerQueries) -> None:
    asked = [books.customer, uuid4()]
    own = await queries.cards_of(AskCardsOf(merchant=books.merchant, customer_ids=asked))
    assert [card.card_id for card in own.cards] == [books.card]
    assert (await queries.cards_of(AskCardsOf(merchant=uuid4(), customer_ids=asked))).cards == []


async def test_cards_are_listed_newest_first_and_each_once(books: Books, queries: LedgerQueries) -> None:
    customers = [uuid4() for _ in range(6)]
    for n, customer in enumerate(customers):
        opening = rules.open_card(customer, number=new_number())
        await books.write([opening], recorded=rules.at(n // 2))  # two at a time
    seen, cursor = [], None
    for _ in range(4):
        page = await queries.cards(AskCards(merchant=books.merchant, cursor=cursor, limit=2))
        seen += page.cards
        cursor = page.next
    assert (len(seen), cursor) == (7, None)
    assert {card.card_id for card in seen} == {books.card, *(ids.card_id(one, rules.FG) for one in customers)}
    assert [card.opened_at for card in seen] == sorted((card.opened_at for card in seen), reverse=True)


@pytest.mark.parametrize(
    "cursor", ["", "~", "yesterday~6d656d65-0000-4000-8000-000000000001", "2026-06-06T12:00:00Z~1", "'; DROP"]
)
async def test_a_cursor_we_did_not_make_is_refused(books: Books, queries: LedgerQueries, cursor: str) -> None:
    with pytest.raises(Refusal, match="cursor_invalid"):
        await queries.cards(AskCards(merchant=books.merchant, cursor=cursor))


async def test_a_strangers_merchant_sees_nothing(books: Books, queries: LedgerQueries) -> None:
    stranger = uuid4()
    asked = AskCard(merchant=stranger, card_id=books.card)
    for query in (queries.card, queries.recount):
        with pytest.raises(Refusal, match="card_unknown"):
            await query(asked)
    with pytest.raises(Refusal, match="program_unknown"):
        await queries.program(AskProgram(merchant=stranger, program_id=rules.FG))
    assert (await queries.cards(AskCards(merchant=stranger))).cards == []


async def test_a_program_is_told_in_its_newest_version(books: Books, queries: LedgerQueries) -> None:
    await books.write([rules.publish(welcome_points=7, stamp_target=None)], recorded=rules.at(5))
    found = await queries.program(AskProgram(merchant=books.merchant, program_id=rules.FG))
    assert (found.version, found.welcome_points, found.stamp_target) == (2, 7, None)
    assert (found.effective_from, found.rates) == (rules.at(5), {"EUR": Rate(points=2, per_minor=100)})


async def test_programs_of_all_merchants_come_with_the_positions_of_the_log(
    books: Books, queries: LedgerQueries
) -> None:
    listed = await queries.programs(AskPrograms())
    own = [program for program in listed.programs if program.merchant == books.merchant]
    assert [program.version for program in own] == [1]
    assert set(listed.positions) == set(range(16))
    assert listed.positions[books.partition] >= 6


async def test_more_programs_than_a_page_holds_are_all_listed(pool: Any, queries: LedgerQueries) -> None:
    merchant = uuid4()
    await pool.execute(_PROGRAMS, merchant, rules.NOON, PROGRAMS_PER_PAGE + 5)
    first = await queries.programs(AskPrograms())
    second = await queries.programs(AskPrograms(cursor=first.next))
    await pool.execute("DELETE FROM program WHERE merchant = $1", merchant)
    seen = [(one.merchant, one.program_id) for one in [*first.programs, *second.programs]]
    assert (len(first.programs), second.next) == (PROGRAMS_PER_PAGE, None)
    assert len(set(seen)) == len(seen)
    assert sum(found == merchant for found, _ in seen) == PROGRAMS_PER_PAGE + 5


async def test_a_card_counted_again_is_what_is_kept(books: Books, queries: LedgerQueries) -> None:
    found = await queries.recount(AskCard(merchant=books.merchant, card_id=books.card))
    assert found.agrees
    assert (found.events, found.version, found.balance, found.stamps) == (5, 5, 100, 3)
    assert (found.free_in_lots, found.issued_points, found.issued_stamps) == (100, 100, 3)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE card SET balance = balance {} 1 WHERE merchant = $1",
        "UPDATE card SET version = version {} 1 WHERE merchant = $1",
        "UPDATE lot SET free = free {} 1 WHERE merchant = $1 AND points = 50",
        "UPDATE posting SET amount = amount {} 1 WHERE merchant = $1 AND account = 'issued' AND unit = 'stamps'",
    ],
)
async def test_a_card_counted_again_disagrees_when_tampered_with(
    books: Books, queries: LedgerQueries, tampering: str
) -> None:
    asked = AskCard(merchant=books.merchant, card_id=books.card)
    await books.pool.execute(tampering.format("+"), books.merchant)
    tampered = await queries.recount(asked)
    await books.pool.execute(tampering.format("-"), books.merchant)
    assert not tampered.agrees
    assert (await queries.recount(asked)).agrees
