"""Short links to a pass: random, kept hashed, and leading to a link that the wallet takes."""

from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from stampbook_messaging.clock import SystemClock
from stampbook_messaging.queries import Refusal
from wallet_sync.google_wallet import SAVE_JWT_MAX
from wallet_sync.links import AskSaveLink, AskSaveTarget, Links
from wallet_sync.settings import Access

from .happenings import consume
from .stage import Stage


def links_of(stage: Stage, access: Access = "production") -> Links:
    return Links(pool=stage.pool, clock=SystemClock(), wallet=stage.channel.wallet, access=access)


async def token_of(stage: Stage) -> str:
    request = AskSaveLink(merchant=stage.shop.merchant, card_id=stage.shop.card)
    link = await links_of(stage).save_link(request)
    assert link.available
    assert link.url_path is not None
    return link.url_path.removeprefix("/w/")


async def test_a_link_leads_to_a_page_that_saves_this_pass(stage: Stage) -> None:
    await stage.worked("sent")
    target = await links_of(stage).save_target(AskSaveTarget(token=await token_of(stage)))
    assert target.save_url is not None
    async with httpx.AsyncClient(trust_env=False) as browser:
        page = await browser.get(target.save_url)
        saved = await browser.post(target.save_url)
    assert page.status_code == 200
    assert "Fashion Group S.A." in page.text
    assert saved.status_code == 303
    found = await stage.emulator.object(stage.object_id)
    assert found is not None
    assert found["saves"] == 1


async def test_a_link_is_short_enough_for_every_browser(stage: Stage) -> None:
    await stage.worked("sent")
    target = await links_of(stage).save_target(AskSaveTarget(token=await token_of(stage)))
    assert len(urlsplit(str(target.save_url)).path.rsplit("/", 1)[-1]) <= SAVE_JWT_MAX


async def test_a_changed_link_is_not_taken(stage: Stage) -> None:
    await stage.worked("sent")
    target = await links_of(stage).save_target(AskSaveTarget(token=await token_of(stage)))
    head, _, signature = str(target.save_url).rpartition(".")
    async with httpx.AsyncClient(trust_env=False) as browser:
        assert (await browser.get(f"{head}.{signature[::-1]}")).status_code == 400


async def test_until_the_pass_is_there_a_link_leads_to_the_cards_page(stage: Stage) -> None:
    target = await links_of(stage).save_target(AskSaveTarget(token=await token_of(stage)))
    assert (target.merchant, target.card_id, target.save_url) == (stage.shop.merchant, stage.shop.card, None)


async def test_a_link_may_be_made_before_we_have_heard_of_the_card(stage: Stage) -> None:
    links, card = links_of(stage), uuid4()
    link = await links.save_link(AskSaveLink(merchant=stage.shop.merchant, card_id=card))
    target = await links.save_target(AskSaveTarget(token=str(link.url_path).removeprefix("/w/")))
    assert (target.card_id, target.save_url) == (card, None)


async def test_several_links_are_valid_at_once_and_none_is_kept_in_clear(stage: Stage) -> None:
    await stage.worked("sent")
    tokens = [await token_of(stage) for _ in range(3)]
    targets = [await links_of(stage).save_target(AskSaveTarget(token=token)) for token in tokens]
    kept = await stage.pool.fetch("SELECT token_hash::text FROM save_link WHERE card_id = $1", stage.shop.card)
    assert len(set(tokens)) == len(kept) == 3
    assert {target.card_id for target in targets} == {stage.shop.card}
    assert not any(token in row["token_hash"] for token in tokens for row in kept)


@pytest.mark.parametrize("token", ["", "guessed", "' OR 1=1 --", "x" * 10_000])
async def test_a_link_nobody_made_is_unknown(stage: Stage, token: str) -> None:
    with pytest.raises(Refusal, match="link_unknown"):
        await links_of(stage).save_target(AskSaveTarget(token=token))


async def test_in_demo_access_there_is_no_link_and_old_ones_lead_to_the_cards_page(stage: Stage) -> None:
    await stage.worked("sent")
    token, demo = await token_of(stage), links_of(stage, "demo")
    request = AskSaveLink(merchant=stage.shop.merchant, card_id=stage.shop.card)
    assert not (await demo.save_link(request)).available
    assert (await demo.save_target(AskSaveTarget(token=token))).save_url is None


async def test_a_later_change_leaves_links_valid(stage: Stage, pool: Any) -> None:
    await stage.worked("sent")
    token = await token_of(stage)
    await consume(pool, stage.shop.earned(70))
    assert (await links_of(stage).save_target(AskSaveTarget(token=token))).save_url is not None
