"""What the ledger tells of programs, campaigns and rewards: in force, in all versions, and what is left of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from ledger import testing as rules
from ledger.queries.offer_views import VERSIONS_SHOWN
from ledger.queries.offers import PROGRAMS_PER_PAGE
from stampbook_events import ledger as told
from stampbook_messaging.queries import Refusal

from .asking import ask
from .books import Books

DAY = timedelta(days=1)
COFFEE, CAKE, SALE = (UUID(int=n) for n in (1, 2, 3))
_PROGRAMS = """
INSERT INTO program SELECT $1, ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 1, $2, '{"en": "P"}',
       '{}', 'down', 0, NULL, '{}', false FROM generate_series(1, $3) n
"""


@pytest.fixture
async def books(pool: Any) -> Books:
    books = Books(pool)
    await books.write(books.opening())
    return books


def reward(reward_id: UUID, **terms: Any) -> told.PublishReward:
    return told.PublishReward(
        reward_id=reward_id, terms=told.RewardTerms(program_id=rules.FG, names={"en": "Coffee"}, **terms)
    )


async def program(books: Books, days: int) -> Any:
    return await ask(books.pool, "program", rules.NOON + days * DAY, merchant=books.merchant, program_id=rules.FG)


async def test_a_program_is_told_in_the_version_that_is_in_force(books: Books) -> None:
    later = rules.publish(welcome_points=7, stamp_target=None, effective_from=rules.NOON + 2 * DAY)
    never = rules.publish(welcome_points=9, effective_from=rules.NOON + 3 * DAY)
    withdrawn = told.WithdrawProgram(program_id=rules.FG, version=3)
    await books.write([later, never, withdrawn])
    found = [await program(books, days) for days in (0, 1, 2, 5)]
    assert [(one.version, one.welcome_points) for one in found] == [(1, 50), (1, 50), (2, 7), (2, 7)]
    assert found[0].rates == {"EUR": told.Rate(points=2, per_minor=100)}


async def test_before_its_first_version_is_in_force_a_program_is_told_as_it_will_be(books: Books) -> None:
    for days in (5, 3):
        publishing = rules.publish(SALE, welcome_points=days, effective_from=rules.NOON + days * DAY)
        await books.write([publishing])
    found = await ask(books.pool, "program", merchant=books.merchant, program_id=SALE)
    assert found.welcome_points == 3


async def test_programs_of_all_merchants_come_with_the_positions_of_the_log(books: Books) -> None:
    listed = await ask(books.pool, "programs")
    own = [program for program in listed.programs if program.merchant == books.merchant]
    assert [program.version for program in own] == [1]
    assert set(listed.positions) == set(range(16))
    assert listed.positions[books.partition] >= 3


async def test_more_programs_than_a_page_holds_are_all_listed(pool: Any) -> None:
    merchant = uuid4()
    await pool.execute(_PROGRAMS, merchant, rules.NOON, PROGRAMS_PER_PAGE + 5)
    first = await ask(pool, "programs")
    second = await ask(pool, "programs", cursor=first.next)
    await pool.execute("DELETE FROM program WHERE merchant = $1", merchant)
    seen = [(one.merchant, one.program_id) for one in [*first.programs, *second.programs]]
    assert (len(first.programs), second.next) == (PROGRAMS_PER_PAGE, None)
    assert len(set(seen)) == len(seen)
    assert sum(found == merchant for found, _ in seen) == PROGRAMS_PER_PAGE + 5


async def test_a_merchant_sees_every_version_of_a_program_and_its_end(books: Books) -> None:
    ends_at, last_day = rules.NOON + DAY, (rules.NOON + 100 * DAY).date()
    later = rules.publish(effective_from=rules.NOON + DAY)
    await books.write([later, told.EndProgram(program_id=rules.FG, ends_at=ends_at, last_day=last_day)])
    [found] = (await ask(books.pool, "programs_of", merchant=books.merchant)).programs
    assert found == await ask(books.pool, "program_versions", merchant=books.merchant, offer_id=rules.FG)
    assert [(one.version, one.withdrawn) for one in found.versions] == [(2, False), (1, False)]
    assert (found.in_force, found.ends_at, found.last_day) == (1, ends_at, last_day)
    assert found.versions[0].rules == told.Rules()


async def test_a_rewards_stock_is_what_is_neither_held_nor_handed_over(books: Books) -> None:
    here = {"card_id": books.card, "reward_id": COFFEE, "store_id": rules.FASHIONHUB}
    await books.write(
        [reward(COFFEE, cost=10, stock=5), reward(CAKE), told.RedeemReward(**here), told.HoldReward(**here)]
    )
    coffee, cake = (await ask(books.pool, "rewards_of", merchant=books.merchant)).rewards
    assert (coffee.taken, coffee.left, coffee.in_force, coffee.retired_at) == (2, 3, 1, None)
    assert (cake.taken, cake.left) == (0, None)
    await books.write([told.RetireReward(reward_id=COFFEE)], recorded=rules.at(1))
    assert (await ask(books.pool, "rewards_of", merchant=books.merchant)).rewards[0].retired_at == rules.at(1)


async def test_every_version_is_shown_page_by_page_and_a_list_shows_the_newest_and_the_one_in_force(
    books: Books,
) -> None:
    later = [
        told.PublishReward(reward_id=COFFEE, terms=reward(COFFEE).terms, effective_from=rules.at(n))
        for n in range(1, 60)
    ]
    await books.write([reward(COFFEE), *later])
    [listed] = (await ask(books.pool, "rewards_of", merchant=books.merchant)).rewards
    assert ([one.version for one in listed.versions], listed.versions_in_all) == ([60, 1], 60)
    asked = {"merchant": books.merchant, "offer_id": COFFEE}
    first = await ask(books.pool, "reward_versions", **asked)
    rest = await ask(books.pool, "reward_versions", **asked, before=first.older)
    assert (len(first.versions), first.in_force, rest.older) == (VERSIONS_SHOWN, 1, None)
    assert [one.version for one in [*first.versions, *rest.versions]] == [*range(60, 0, -1)]


async def test_however_long_the_words_are_an_answer_goes_over_the_bus(books: Books) -> None:
    words = dict.fromkeys(("en", "fr", "de", "lb"), "ë" * 2000)
    long = [
        told.PublishReward(reward_id=one, terms=told.RewardTerms(program_id=rules.FG, names=words, descriptions=words))
        for one in [*(UUID(int=n) for n in range(1, 31)), *30 * [COFFEE]]
    ]
    await books.write(long)
    listed = await ask(books.pool, "rewards_of", merchant=books.merchant)
    single = await ask(books.pool, "reward_versions", merchant=books.merchant, offer_id=COFFEE)
    for answer in (listed, single):
        assert 400_000 < len(msgspec.json.encode(answer)) < 600_000
    rest = await ask(books.pool, "rewards_of", merchant=books.merchant, cursor=listed.next)
    assert [one.reward_id.int for one in [*listed.rewards, *rest.rewards]] == [*range(1, 31)]


@pytest.mark.parametrize("what", ["program", "campaign", "reward"])
async def test_what_there_is_not_has_no_versions(books: Books, what: str) -> None:
    await books.write([reward(COFFEE)])
    for merchant, offer_id in ((books.merchant, CAKE), (uuid4(), COFFEE), (uuid4(), rules.FG)):
        with pytest.raises(Refusal, match=f"{what}_unknown"):
            await ask(books.pool, f"{what}_versions", merchant=merchant, offer_id=offer_id)


async def test_campaigns_are_told_with_their_terms(books: Books) -> None:
    terms = told.CampaignTerms(program_id=rules.FG, multiplier=150, names={"en": "Sale"}, weekdays=(5,))
    await books.write([told.PublishCampaign(campaign_id=SALE, terms=terms, effective_from=rules.NOON + DAY)])
    [found] = (await ask(books.pool, "campaigns_of", merchant=books.merchant)).campaigns
    assert (found.program_id, found.in_force, found.versions[0].terms) == (rules.FG, None, terms)


@pytest.mark.parametrize("limit", [1, 2, 50])
async def test_offers_are_listed_page_by_page(books: Books, limit: int) -> None:
    await books.write([reward(UUID(int=n)) for n in range(1, 6)])
    seen, cursor = [], None
    while True:
        page = await ask(books.pool, "rewards_of", merchant=books.merchant, limit=limit, cursor=cursor)
        seen += [one.reward_id for one in page.rewards]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [UUID(int=n) for n in range(1, 6)]


async def test_offers_of_one_program_alone(books: Books) -> None:
    await books.write([rules.publish(SALE), reward(COFFEE)])
    asked = {"merchant": books.merchant, "program_id": SALE}
    assert [one.program_id for one in (await ask(books.pool, "programs_of", **asked)).programs] == [SALE]
    assert (await ask(books.pool, "rewards_of", **asked)).rewards == []


async def test_a_strangers_merchant_sees_none_of_it(books: Books) -> None:
    await books.write([reward(COFFEE)])
    with pytest.raises(Refusal, match="program_unknown"):
        await ask(books.pool, "program", merchant=uuid4(), program_id=rules.FG)
    assert (await ask(books.pool, "rewards_of", merchant=uuid4())).rewards == []
    assert (await ask(books.pool, "programs_of", merchant=uuid4())).programs == []


async def test_a_cursor_that_is_none_is_refused(books: Books) -> None:
    with pytest.raises(Refusal, match="cursor_invalid"):
        await ask(books.pool, "rewards_of", merchant=books.merchant, cursor="x")
