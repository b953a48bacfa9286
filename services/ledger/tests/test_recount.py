"""A card counted again from the log, row by row."""

import re
from typing import Any
from uuid import uuid4

import pytest

from ledger import testing as rules
from stampbook_events import ids
from stampbook_events import ledger as told

from .asking import ask, cards_of
from .asking import told as telling
from .books import Books, new_number
from .thorough import first_of


@pytest.fixture
async def books(pool: Any) -> Books:
    """A card with 100 points and three stamps."""
    books = Books(pool)
    here = {"card_id": books.card, "store_id": rules.FASHIONHUB}
    await books.write([*books.opening(), rules.earn(2500, "R-1", **here), rules.stamp(3, **here)])
    return books


async def counted(books: Books) -> Any:
    return await ask(books.pool, "recount", merchant=books.merchant, card_id=books.card)


async def test_a_card_counted_again_is_what_is_kept(books: Books) -> None:
    found = await counted(books)
    assert (found.agrees, found.differing) == (True, [])
    assert (found.events, found.version, found.balance, found.stamps) == (4, 4, 100, 3)
    assert (found.free_in_lots, found.issued_points, found.issued_stamps) == (100, 100, 3)


@pytest.mark.parametrize("seed", first_of(range(4), few=2))
async def test_whatever_happened_to_it(pool: Any, seed: int) -> None:
    async with telling(pool, seed, 120) as (story, lent):
        for card_id in cards_of(story):
            found = await ask(lent, "recount", merchant=story.tenant.merchant, card_id=card_id)
            assert found.agrees, found.differing


async def test_two_cards_that_became_one_are_counted_together(books: Books) -> None:
    other = uuid4()
    gone = ids.card_id(other, rules.FG)
    merge = told.MergeCards(card_id=gone, into=books.card)
    await books.write([rules.open_card(other, number=new_number()), merge], recorded=rules.at(1))
    found = await counted(books)
    assert (found.agrees, found.balance, found.events, found.version) == (True, 100, 9, 5)


TAMPERING = {
    "UPDATE card SET balance = balance {} 1 WHERE merchant = $1": "card .*: balance by events 100, kept 101",
    "UPDATE card SET version = version {} 1 WHERE merchant = $1": "card .*: version by events 4, kept 5",
    "UPDATE lot SET free = free {} 1 WHERE merchant = $1": "lot .*: free by events 50, kept 51",
    "UPDATE posting SET amount = amount {} 1 WHERE merchant = $1 AND unit = 'stamps' AND account = 'issued'": (
        "posting .* 4 stamps issued .*: amount by events 3, kept 4"
    ),
}


@pytest.mark.parametrize("tampering", TAMPERING)
async def test_what_was_tampered_with_is_named(books: Books, tampering: str) -> None:
    await books.pool.execute(tampering.format("+"), books.merchant)
    found = await counted(books)
    await books.pool.execute(tampering.format("-"), books.merchant)
    assert not found.agrees
    assert re.search(TAMPERING[tampering], "\n".join(found.differing)), found.differing
    assert (await counted(books)).agrees
