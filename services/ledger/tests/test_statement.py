"""A card's statement, its past, and how its figures came about (C14)."""

from collections.abc import Iterable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from ledger import testing as rules
from ledger.domain.looking import seen
from ledger.domain.statement import KINDS
from ledger.queries.views import then_of
from ledger.store.looking import survivor
from stampbook_events import ids, tag_of
from stampbook_events import ledger as told
from stampbook_messaging.queries import Refusal

from .asking import ask, cards_of, instants, tenant_at
from .asking import told as telling
from .books import Books, new_number
from .stories import MERCHANT, Story
from .thorough import first_of

DAY = timedelta(days=1)


async def paged(pool: Any, card_id: UUID, limit: int, merchant: UUID = MERCHANT) -> list[Any]:
    """All entries, the newest first, from page to older page."""
    found, cursor = [], None
    while True:
        page = await ask(pool, "statement", merchant=merchant, card_id=card_id, cursor=cursor, limit=limit)
        found += page.entries
        cursor = page.older
        if cursor is None:
            return found


async def backwards(pool: Any, card_id: UUID, limit: int) -> list[Any]:
    """All entries, from the oldest page to newer ones; the newest first in the end."""
    found: list[Any] = []
    cursor = None
    while True:
        page = await ask(pool, "statement", merchant=MERCHANT, card_id=card_id, cursor=cursor, newer=True, limit=limit)
        if not page.entries:
            return found
        found = page.entries + found
        cursor = page.newer


def shown(story: Story, cards: Iterable[UUID]) -> list[str]:
    """The kinds of all events on *cards* that a statement shows, the newest first."""
    facts = [fact for _, decision in story.steps for fact in decision.facts if fact.aggregate in cards]
    kinds = (tag_of(type(fact.event)).split(".")[1] for fact in reversed(facts))
    return [kind for kind in kinds if kind in KINDS]


def one_with(story: Story, card_id: UUID) -> set[UUID]:
    whole = survivor(story.tenant, card_id)
    return {one for one in cards_of(story) if survivor(story.tenant, one) is whole}


@pytest.mark.parametrize("seed", first_of(range(5), few=2))
async def test_a_statement_tells_all_that_happened_whatever_the_pages(pool: Any, seed: int) -> None:
    async with telling(pool, seed, 80) as (story, lent):
        for card_id in cards_of(story):
            pages = [await paged(lent, card_id, limit) for limit in (1, 7, 100)]
            assert [entry.kind for entry in pages[0]] == shown(story, one_with(story, card_id))
            assert pages[0] == pages[1] == pages[2] == await backwards(lent, card_id, 7)


@pytest.mark.parametrize("seed", first_of(range(5), few=2))
async def test_the_amounts_of_a_statement_add_up_to_what_lies_on_the_card(pool: Any, seed: int) -> None:
    async with telling(pool, seed, 80) as (story, lent):
        for card_id in cards_of(story):
            entries, card = await paged(lent, card_id, 50), survivor(story.tenant, card_id)
            taken_over = [entry for entry in entries if entry.kind == "card_taken_over"]
            totals = card.holdings.totals
            moved = sum(entry.points for entry in entries) - sum(entry.points for entry in taken_over)
            assert moved == totals.issued + totals.held + totals.debt
            assert sum(entry.held for entry in entries) == totals.held
            stamps = sum(entry.stamps for entry in entries) - sum(entry.stamps for entry in taken_over)
            assert stamps == card.count - card.owed_stamps


async def test_an_entry_says_what_where_when_and_who(pool: Any) -> None:
    books = Books(pool)
    here = {"card_id": books.card, "store_id": rules.FASHIONHUB}
    await books.write([*books.opening(), rules.earn(8490, "t-1001 ", **here)])
    entry = (await ask(pool, "statement", merchant=books.merchant, card_id=books.card)).entries[0]
    assert (entry.kind, entry.points, entry.balance, entry.available) == ("points_earned", 169, 219, 219)
    assert (entry.amount_minor, entry.currency, entry.receipt) == (8490, "EUR", "T-1001")
    assert (entry.store_id, entry.actor.id, entry.version) == (rules.FASHIONHUB, rules.CLERK.id, 3)
    assert entry.recorded_at == entry.occurred_at == rules.NOON


async def test_a_page_stays_what_it_was_when_more_is_written(pool: Any) -> None:
    books = Books(pool)
    await books.write([*books.opening(), *(rules.earn(100 * n, card_id=books.card) for n in range(1, 9))])
    asked = {"merchant": books.merchant, "card_id": books.card, "limit": 3}
    first = await ask(pool, "statement", **asked)
    second = await ask(pool, "statement", **asked, cursor=first.older)
    await books.write([rules.earn(5000, card_id=books.card), rules.stamp(2, card_id=books.card)])
    assert await ask(pool, "statement", **asked, cursor=first.older) == second
    came = await ask(pool, "statement", **asked, cursor=first.newer, newer=True)
    assert [entry.kind for entry in came.entries] == ["stamps_earned", "points_earned"]
    assert (await ask(pool, "statement", **asked, cursor=came.newer, newer=True)).entries == []


@pytest.mark.parametrize(
    "cursor",
    ["", "~", "1", f"{UUID(int=1)}~", f"{UUID(int=1)}~-1", "x~1", f"{UUID(int=1)}~٣", f"{UUID(int=1)}~{'9' * 30}"],
)
async def test_a_cursor_that_is_none_is_refused(pool: Any, cursor: str) -> None:
    books = Books(pool)
    await books.write(books.opening())
    with pytest.raises(Refusal, match="cursor_invalid"):
        await ask(pool, "statement", merchant=books.merchant, card_id=books.card, cursor=cursor)


async def test_a_cursor_of_another_card_is_refused(pool: Any) -> None:
    books, other = Books(pool), Books(pool)
    for one in (books, other):
        await one.write(one.opening())
    page = await ask(pool, "statement", merchant=other.merchant, card_id=other.card)
    for cursor in (page.newer, f"{books.card}~99"):
        with pytest.raises(Refusal, match="cursor_invalid"):
            await ask(pool, "statement", merchant=books.merchant, card_id=books.card, cursor=cursor)


async def test_the_statement_of_two_cards_that_became_one_is_the_log_of_both(pool: Any) -> None:
    books, other = Books(pool), uuid4()
    gone = ids.card_id(other, rules.FG)
    await books.write([*books.opening(), rules.open_card(other, number=new_number())])
    for n, card_id in enumerate((books.card, gone, books.card, gone)):
        await books.write([rules.earn(100 * (n + 1), card_id=card_id)])
    await books.write([told.MergeCards(card_id=gone, into=books.card)])
    found = {card_id: await paged(pool, card_id, 3, books.merchant) for card_id in (books.card, gone)}
    assert found[books.card] == found[gone]
    earned = [entry for entry in found[gone] if entry.kind == "points_earned"]
    assert [entry.card_id for entry in earned] == [gone, books.card, gone, books.card]
    assert [entry.other_card for entry in found[gone] if entry.other_card] == [gone, books.card]


def figures_then(story: Story, card_id: UUID, at: Any) -> Any:
    """As the ledger in memory would have told it then; None before the card was opened."""
    tenant = tenant_at(story, at)
    return then_of(seen(tenant, survivor(tenant, card_id), at)) if card_id in tenant.cards else None


@pytest.mark.parametrize("seed", first_of(range(5), few=2))
async def test_as_of_any_instant_a_card_is_told_as_it_was(pool: Any, seed: int) -> None:
    now = rules.NOON + 5000 * DAY
    async with telling(pool, seed, 60) as (story, lent):
        for at in Random(seed).sample(instants(story), 12):
            for card_id in cards_of(story):
                then = figures_then(story, card_id, at)
                if then is None:
                    with pytest.raises(Refusal, match="before_card_opened"):
                        await ask(lent, "card_as_of", now, merchant=MERCHANT, card_id=card_id, at=at)
                else:
                    assert await ask(lent, "card_as_of", now, merchant=MERCHANT, card_id=card_id, at=at) == then


async def test_x21_as_of_goes_by_what_was_recorded_not_by_when_it_happened(pool: Any) -> None:
    books = Books(pool)
    at = {
        name: rules.NOON + hours * timedelta(hours=1)
        for name, hours in {"opened": 0, "bought": 104, "told": 122}.items()
    }
    await books.write(books.opening(), recorded=at["opened"])
    bought = rules.received(
        rules.earn(8490, card_id=books.card, channel="offline"),
        90,
        recorded=at["told"],
        said=at["bought"],
        merchant=books.merchant,
    )
    async with pool.acquire() as db:
        await books.open(db)
        await books.apply(db, [books.sent(bought)])
    instants_of = [at["told"] - timedelta(minutes=1), at["told"]]
    asked = [
        await ask(pool, "card_as_of", at["told"], merchant=books.merchant, card_id=books.card, at=one)
        for one in instants_of
    ]
    assert [card.balance for card in asked] == [50, 219]


async def test_the_future_is_not_told(pool: Any) -> None:
    books = Books(pool)
    await books.write(books.opening())
    with pytest.raises(Refusal, match="time_in_future"):
        await ask(pool, "card_as_of", merchant=books.merchant, card_id=books.card, at=rules.at(1))


async def explained(lent: Any, now: Any, **asked: Any) -> list[Any]:
    """Page by page."""
    pages = [await ask(lent, "explain", now, **asked)]
    while (cursor := pages[-1].next) is not None:
        assert len(msgspec.json.encode(pages[-1])) < 700_000
        pages.append(await ask(lent, "explain", now, **(asked | {"cursor": cursor})))
    return pages


def parts_of(pages: list[Any]) -> list[tuple[Any, int, list[str]]]:
    """Of each part its lot, what its changes come to, and by what it was changed; a part may go on on the next page."""
    found: list[tuple[Any, int, list[str]]] = []
    for page in pages:
        for part in page.parts:
            changed = sum(change.points for change in part.changes)
            kinds = [page.steps[change.step].kind for change in part.changes]
            if found and found[-1][0] == part.lot:
                changed, kinds = found[-1][1] + changed, found.pop()[2] + kinds
            found.append((part.lot, changed, kinds))
    return found


@pytest.mark.parametrize("seed", first_of(range(5), few=2))
async def test_a_balance_unfolds_into_parts_and_each_part_into_events(pool: Any, seed: int) -> None:
    now = rules.NOON + 5000 * DAY
    async with telling(pool, seed, 60) as (story, lent):
        for at in Random(seed).sample(instants(story), 6):
            for card_id in cards_of(story):
                then = figures_then(story, card_id, at)
                if then is None:
                    continue
                pages = await explained(lent, now, merchant=MERCHANT, card_id=card_id, figure="balance", at=at)
                parts = parts_of(pages)
                assert pages[0].points == then.balance == sum(changed for _, changed, _ in parts)
                assert [lot for lot, _, _ in parts if lot] == then.lots
                assert all(changed == lot.free + lot.held for lot, changed, _ in parts if lot)


@pytest.mark.parametrize("seed", first_of(range(5), few=2))
async def test_stamps_unfold_into_what_came_since_there_were_none(pool: Any, seed: int) -> None:
    now = rules.NOON + 5000 * DAY
    async with telling(pool, seed, 60) as (story, lent):
        for at in Random(seed).sample(instants(story), 6):
            for card_id in cards_of(story):
                if (then := figures_then(story, card_id, at)) is None:
                    continue
                pages = await explained(lent, now, merchant=MERCHANT, card_id=card_id, figure="stamps", at=at)
                [(_, changed, _)] = parts_of(pages)
                shown = 0 if then.stamps == then.stamp_target else then.stamps
                assert pages[0].points == changed == shown - then.owed_stamps


async def test_a_cycle_of_stamps_is_explained_by_its_own_events(pool: Any) -> None:
    books = Books(pool)
    here = {"card_id": books.card, "store_id": rules.FASHIONHUB}
    await books.write(books.opening())
    for minutes, stamps in enumerate((10, 2, 3), start=1):
        await books.write([rules.stamp(stamps, **here)], recorded=rules.at(minutes))
    found = await ask(pool, "explain", rules.at(9), merchant=books.merchant, card_id=books.card, figure="stamps")
    [part] = found.parts
    assert (found.points, [change.points for change in part.changes]) == (5, [2, 3])
    assert [(step.kind, step.program_version, step.stamping.count) for step in found.steps] == [
        ("stamps_earned", 1, 2),
        ("stamps_earned", 1, 5),
    ]


async def test_however_often_a_lot_was_touched_it_is_explained_page_by_page(pool: Any) -> None:
    books = Books(pool)
    sweet = told.RewardTerms(program_id=rules.FG, names={"en": "Sweet"}, cost=1)
    here = {"card_id": books.card, "store_id": rules.FASHIONHUB}
    redeemed = 250 * [told.RedeemReward(reward_id=rules.FG, **here)]
    await books.write([*books.opening(), told.PublishReward(reward_id=rules.FG, terms=sweet)])
    await books.write([rules.earn(100_000, **here)], recorded=rules.at(1))
    await books.write(redeemed, recorded=rules.at(2))
    asked = {"merchant": books.merchant, "card_id": books.card}
    for figure, subject in (("balance", None), ("lot", (await ask(pool, "card", rules.at(3), **asked)).lots[0].lot_id)):
        pages = await explained(pool, rules.at(3), **asked, figure=figure, subject=subject)
        [(lot, changed, kinds)] = parts_of(pages)
        assert ([len(page.steps) for page in pages], pages[0].points) == ([100, 100, 1], 1800)
        assert (lot.free, changed, kinds) == (1800, 1800, ["points_earned", *200 * ["reward_redeemed"]])


async def test_however_much_lies_on_a_card_an_answer_goes_over_the_bus(pool: Any) -> None:
    books = Books(pool)
    calm = told.Rules(cooldown_seconds=0, caps=told.Caps(stamps_per_card=None))
    await books.write([rules.publish(stamp_target=2, rules=calm), books.opening()[1]])
    here = {"card_id": books.card, "store_id": rules.FASHIONHUB}
    for minutes in range(1, 13):
        given = [rules.stamp(100, **here), *50 * [rules.earn(100, **here)]]
        await books.write(given, recorded=rules.at(minutes))
    asked = {"merchant": books.merchant, "card_id": books.card}
    now = await ask(pool, "card", rules.at(20), **asked)
    then = await ask(pool, "card_as_of", rules.at(20), **asked, at=rules.at(19))
    assert (now.rewards_in_all, now.lots_in_all) == (then.rewards_in_all, then.lots_in_all) == (600, 601)
    assert (len(now.rewards), len(now.lots), len(then.rewards), len(then.lots)) == (500, 10, 500, 500)
    assert [one.unlocked_at for one in now.rewards] == sorted(one.unlocked_at for one in now.rewards)


async def test_points_that_every_visit_gives_more_time_are_explained_by_the_last_one(pool: Any) -> None:
    """R32: each visit moves the date of every lot, and no answer grows with their product."""
    books = Books(pool)
    ends = told.Rules(expiry=told.InactivityExpiry(count=6, unit="months"))
    await books.write([rules.publish(rules=ends), books.opening()[1]])
    for day in range(1, 151):
        earn = rules.earn(1000, card_id=books.card, store_id=rules.FASHIONHUB)
        await books.write([earn], recorded=rules.NOON + day * DAY)
    now = rules.NOON + 151 * DAY
    asked = {"merchant": books.merchant, "card_id": books.card}
    pages = await explained(pool, now, **asked, figure="balance")
    parts = parts_of(pages)
    assert (pages[0].points, len(parts)) == (50 + 150 * 20, 151)
    assert [kinds for _, _, kinds in parts[1:-1]] == 149 * [2 * ["points_earned"]]


async def test_a_lot_unfolds_into_what_touched_it(pool: Any) -> None:
    books = Books(pool)
    coffee = told.RewardTerms(program_id=rules.FG, names={"en": "Coffee"}, cost=30)
    here = {"card_id": books.card, "store_id": rules.FASHIONHUB}
    commands = [
        *books.opening(),
        told.PublishReward(reward_id=rules.FG, terms=coffee),
        told.RedeemReward(reward_id=rules.FG, **here),
    ]
    await books.write(commands)
    await books.write([rules.earn(100, **here)], recorded=rules.at(1))
    asked = {"merchant": books.merchant, "card_id": books.card}
    [lot, _] = (await ask(pool, "card", rules.at(1), **asked)).lots
    found = await ask(pool, "explain", rules.at(1), **asked, figure="lot", subject=lot.lot_id)
    [part] = found.parts
    assert (found.points, [change.points for change in part.changes]) == (20, [50, -30])
    steps = [found.steps[change.step] for change in part.changes]
    assert [(step.kind, step.program_version) for step in steps] == [
        ("welcome_bonus_granted", 1),
        ("reward_redeemed", 1),
    ]
    assert (steps[1].reward_id, steps[1].reward_version) == (rules.FG, 1)


async def test_a_rewards_state_unfolds_into_the_stamps_that_filled_the_card_and_what_became_of_it(pool: Any) -> None:
    books = Books(pool)
    here = {"card_id": books.card, "store_id": rules.FASHIONHUB}
    await books.write([*books.opening(), rules.stamp(10, **here)])
    asked = {"merchant": books.merchant, "card_id": books.card}
    [reward] = (await ask(pool, "card", **asked)).rewards
    await books.write([told.UseCode(code=reward.code, store_id=rules.FASHIONHUB)], recorded=rules.at(1))
    found = await ask(pool, "explain", rules.at(2), **asked, figure="reward", subject=reward.unlocked_id)
    assert found.state == "used"
    assert [step.kind for step in found.steps] == ["stamps_earned", "reward_unlocked", "reward_used"]


async def test_x27_a_refund_unfolds_into_the_purchase_and_the_refunds_before_it(pool: Any) -> None:
    books = Books(pool)
    await books.write([rules.publish(welcome_points=0), books.opening()[1], rules.earn(8490, "R", card_id=books.card)])
    for amount in (2000, 3000, 3490):
        await books.write(
            [told.RefundPurchase(program_id=rules.FG, store_id=rules.FASHIONHUB, receipt="R", amount_minor=amount)]
        )
    asked = {"merchant": books.merchant, "card_id": books.card}
    refunds = (await ask(pool, "statement", **asked, limit=3)).entries
    found = [await ask(pool, "explain", **asked, figure="operation", subject=one.event_id) for one in refunds]
    assert [one.points for one in found] == [-70, -60, -39]
    assert [(one.refund.before, one.refund.after) for one in found] == [(99, 169), (39, 99), (0, 39)]
    assert [step.kind for step in found[0].steps] == ["points_earned", *3 * ["purchase_refunded"]]


async def test_x05_a_purchases_points_unfold_into_rate_rounding_and_campaigns(pool: Any) -> None:
    books = Books(pool)
    sale = told.CampaignTerms(program_id=rules.FG, multiplier=200, names={"en": "Sale"})
    earn = rules.earn(8490, card_id=books.card)
    await books.write([*books.opening(), told.PublishCampaign(campaign_id=rules.FG, terms=sale), earn])
    asked = {"merchant": books.merchant, "card_id": books.card}
    [entry] = (await ask(pool, "statement", **asked, limit=1)).entries
    found = await ask(pool, "explain", **asked, figure="operation", subject=entry.event_id)
    purchase = found.purchase
    assert (purchase.amount_minor, purchase.multiplier, purchase.rounding) == (8490, 200, "down")
    assert (purchase.base, purchase.campaign, found.points) == (169, 170, 339)
    assert [(one.campaign_id, one.campaign_version) for one in found.steps[0].campaigns] == [(rules.FG, 1)]


@pytest.mark.parametrize(
    ("figure", "code"), [("lot", "lot_unknown"), ("reward", "reward_unknown"), ("operation", "operation_unknown")]
)
async def test_what_is_not_on_the_card_is_not_explained(pool: Any, figure: str, code: str) -> None:
    books = Books(pool)
    await books.write(books.opening())
    for subject in (None, uuid4()):
        with pytest.raises(Refusal, match=code if subject else "operation_unknown"):
            await ask(pool, "explain", merchant=books.merchant, card_id=books.card, figure=figure, subject=subject)
