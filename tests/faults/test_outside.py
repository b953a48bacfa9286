"""The mail server and the wallet refuse, stall, hang up and lose their answers: rows 7, 8, 9, C9, C17, C18."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from stampbook_cli.journeys.doors import until
from tests.faults.parts.load import buy, insist, join
from tests.faults.parts.own_stack import RECOVERY_SECONDS, own_stack, rows, sound
from tests.faults.parts.processes import kill, one_more, ready_at, running_again, stopped
from tests.platform import Platform

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

BRIEF_FAULTS: dict[str, dict[str, Any]] = {
    "greylisted": {"stage": "rcpt", "reply": "450 4.7.1 come back later"},
    "rcpt-421": {"stage": "rcpt", "reply": "421 4.3.2 closing"},
    "rcpt-drop": {"stage": "rcpt", "drop": True},
    "rcpt-drip": {"stage": "rcpt", "seconds_per_byte": 0.5},
    "rcpt-tarpit": {"stage": "rcpt", "delay_seconds": 40},
    "data-451": {"stage": "data", "reply": "451 4.3.0 local error"},
    "data-421": {"stage": "data", "reply": "421 4.3.2 closing"},
    "data-drop": {"stage": "data", "drop": True},
    "content-452": {"stage": "after_data", "reply": "452 4.2.2 mailbox full"},
    "content-421": {"stage": "after_data", "reply": "421 4.3.2 closing"},
    "content-drip": {"stage": "after_data", "seconds_per_byte": 0.5},
}
LOST_ANSWERS: dict[str, dict[str, Any]] = {
    "kept-and-dropped": {"stage": "after_data", "drop": True, "keep": True},
    "not-kept-and-dropped": {"stage": "after_data", "drop": True},
}
CONNECT_FAULTS: dict[str, dict[str, Any]] = {
    "421": {"stage": "connect", "reply": "421 4.3.2 too busy"},
    "554": {"stage": "connect", "reply": "554 5.3.2 no service"},
    "drop": {"stage": "connect", "drop": True},
    "slow": {"stage": "connect", "delay_seconds": 12},
}
WALLET_FAULTS: dict[str, dict[str, Any]] = {
    "429-with-retry-after": {"status": 429, "retry_after": 3},
    "429": {"status": 429},
    "403-quota": {"status": 403},
    "404": {"status": 404},
    "409": {"status": 409},
    "500": {"status": 500},
    "503-but-applied": {"status": 503, "apply": True},
    "dropped": {"drop": True},
    "dropped-but-applied": {"drop": True, "apply": True},
    "timed-out": {"delay_seconds": 20},
    "timed-out-but-applied": {"delay_seconds": 20, "apply": True, "drop": True},
}
_MAILS = "SELECT state, in_doubt, attempt FROM delivery WHERE channel = 'mail' AND id = ANY($1::uuid[])"
_SENDING = "SELECT id FROM delivery WHERE channel = 'mail' AND state = 'sending'"
_DEAD = "SELECT reason FROM delivery WHERE channel = $1 AND state = 'dead'"
_BEHIND = "SELECT card_id FROM pass WHERE acknowledged < wanted"


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with own_stack(tmp_path_factory.mktemp("outside")) as platform:
        yield platform


async def arm_mail(own: Platform, *rules: dict[str, Any]) -> None:
    (await own.doors.http.put(f"{own.doors.urls['inbox']}/api/faults", json={"rules": rules})).raise_for_status()


async def arm_wallet(own: Platform, *rules: dict[str, Any]) -> None:
    (await own.doors.http.put(f"{own.doors.urls['wallet']}/emulator/faults", json={"rules": rules})).raise_for_status()


async def spent(own: Platform, place: str, which: str) -> None:
    """Every fault that was ordered has struck."""
    armed = (await own.doors.http.get(f"{own.doors.urls[place]}{which}")).json()["rules"]
    assert [one for one in armed if one["used"] < one["rule"]["times"]] == []


def address(fault: str) -> str:
    return f"{fault}.{uuid4().hex[:8]}@reise.test"


async def card_of(own: Platform, email: str) -> dict[str, Any]:
    await join(own, email)
    return await until(lambda: own.card_of(email), within_seconds=RECOVERY_SECONDS, what="a card")


async def mailed(own: Platform, email: str, count: int = 2) -> dict[str, int]:
    """How often each mail came, once *count* different ones are there."""

    async def arrived() -> Counter[str] | None:
        found = Counter(mail["message_id"].strip("<>").partition("@")[0] for mail in await own.doors.mails_to(email))
        return found if len(found) == count else None

    return await until(arrived, within_seconds=2 * RECOVERY_SECONDS, what=f"{count} mails to {email}")


async def rows_of(own: Platform, mails: dict[str, int]) -> list[Any]:
    return list(await rows(own, "notifier", _MAILS, list(mails)))


async def none_sending(own: Platform) -> bool | None:
    return None if await rows(own, "notifier", _SENDING) else True


async def test_rows_07_08_a_fault_before_the_final_dot_is_tried_again_and_every_mail_comes_once(own: Platform) -> None:
    addresses = {fault: address(fault) for fault in BRIEF_FAULTS}
    await arm_mail(own, *({**rule, "match": addresses[fault], "times": 1} for fault, rule in BRIEF_FAULTS.items()))
    await asyncio.gather(*(join(own, email) for email in addresses.values()))
    arrived = await asyncio.gather(*(mailed(own, email) for email in addresses.values()))
    await spent(own, "inbox", "/api/faults")
    await until(lambda: none_sending(own), within_seconds=RECOVERY_SECONDS, what="every mail settled")
    for mails in arrived:
        assert set(mails.values()) == {1}
        assert {(row["state"], row["in_doubt"]) for row in await rows_of(own, mails)} == {("sent", False)}
    await sound(own)


async def test_rows_07_08_a_server_that_does_not_let_us_in_uses_up_nobodys_attempts(own: Platform) -> None:
    await arm_mail(own, *({**rule, "times": 1} for rule in CONNECT_FAULTS.values()))
    kill(own, "notifier")  # So that no connection is left from before.
    await running_again(own, "notifier")
    email = address("locked-out")
    await join(own, email)
    mails = await mailed(own, email)
    await spent(own, "inbox", "/api/faults")
    assert set(mails.values()) == {1}
    assert {row["attempt"] for row in await rows_of(own, mails)} == {1}
    await sound(own)


async def held_at_the_final_dot(own: Platform, email: str, *more: dict[str, Any]) -> None:
    """The mail server has kept both mails, and its answers are on their way for a long time."""
    await arm_mail(own, {"stage": "after_data", "match": email, "delay_seconds": 15, "times": 2}, *more)
    await join(own, email)
    await mailed(own, email)
    assert len(await rows(own, "notifier", _SENDING)) == 2


async def test_row_08_c17_a_lost_answer_and_a_killed_notifier_are_doubts_and_sent_once_more(own: Platform) -> None:
    killed, lost = address("killed"), {fault: address(fault) for fault in LOST_ANSWERS}
    rules = [{**rule, "match": lost[fault], "times": 1} for fault, rule in LOST_ANSWERS.items()]
    await held_at_the_final_dot(own, killed, *rules)
    assert kill(own, "notifier") == ["notifier"]
    await running_again(own, "notifier")
    await asyncio.gather(*(join(own, email) for email in lost.values()))
    await doubted_and_sent_again(own, killed)
    await spent(own, "inbox", "/api/faults")
    kept, not_kept = [await mailed(own, email) for email in lost.values()]
    assert (sorted(kept.values()), sorted(not_kept.values())) == ([1, 2], [1, 1])
    for mails in (kept, not_kept):
        found = sorted((row["state"], row["in_doubt"]) for row in await rows_of(own, mails))
        assert found == [("sent", False), ("sent", True)]


async def test_c09_a_notifier_stopped_amid_a_mail_settles_nothing_after_another_took_over(own: Platform) -> None:
    email = address("zombie")
    await held_at_the_final_dot(own, email)
    with one_more(own, "notifier", "notifier-successor") as port:
        with stopped(own, "notifier"):
            await ready_at(port)
            await until(lambda: none_sending(own), within_seconds=RECOVERY_SECONDS, what="the mails taken over")
        await doubted_and_sent_again(own, email)


async def doubted_and_sent_again(own: Platform, email: str) -> None:
    """Once more under the same Message-ID, no oftener, and the rows say so."""

    async def twice() -> dict[str, int] | None:
        mails = await mailed(own, email)
        return mails if set(mails.values()) == {2} else None

    mails = await until(twice, within_seconds=RECOVERY_SECONDS, what="both mails once more")
    await sound(own)
    assert {(row["state"], row["in_doubt"]) for row in await rows_of(own, mails)} == {("sent", True)}
    assert set((await mailed(own, email)).values()) == {2}


async def test_row_09_c18_passes_converge_whatever_the_wallet_answers(own: Platform) -> None:
    cards = {fault: await card_of(own, address(fault)) for fault in WALLET_FAULTS}
    await until(lambda: none_behind(own), within_seconds=RECOVERY_SECONDS, what="every pass made")
    rules = [
        {**rule, "method": "PATCH", "path": pass_of(cards[fault]), "times": 1} for fault, rule in WALLET_FAULTS.items()
    ]
    await arm_wallet(own, *rules)
    await asyncio.gather(*(insist(lambda c=card: buy(own, c["card_id"], f"w-{uuid4()}")) for card in cards.values()))
    await until(lambda: none_behind(own), within_seconds=2 * RECOVERY_SECONDS, what="every pass up to date")
    await spent(own, "wallet", "/emulator/faults")
    shown = {one["id"]: one["loyaltyPoints"]["balance"]["int"] for one in await own.doors.wallet_objects()}
    assert {fault: points_of(shown, card) for fault, card in cards.items()} == dict.fromkeys(cards, 70)
    await sound(own)


def pass_of(card: dict[str, Any]) -> str:
    """What the address of its pass ends with."""
    return UUID(card["card_id"]).hex


def points_of(shown: dict[str, int], card: dict[str, Any]) -> int:
    return next(points for object_id, points in shown.items() if object_id.endswith(pass_of(card)))


async def none_behind(own: Platform) -> bool | None:
    return None if await rows(own, "wallet", _BEHIND) else True


async def test_row_09_c18_a_new_pass_is_made_once_whatever_the_wallet_answers(own: Platform) -> None:
    before = len(await own.doors.wallet_objects())
    faults = ("409", "429", "500", "dropped-but-applied")
    posted = {"method": "POST", "path": "/loyaltyObject", "times": 1}
    await arm_wallet(own, *({**WALLET_FAULTS[fault], **posted} for fault in faults))
    await asyncio.gather(*(card_of(own, address(fault)) for fault in faults))
    await until(lambda: made(own, before + len(faults)), within_seconds=RECOVERY_SECONDS, what="the passes")
    await until(lambda: none_behind(own), within_seconds=RECOVERY_SECONDS, what="every pass up to date")
    await spent(own, "wallet", "/emulator/faults")
    await sound(own)


async def made(own: Platform, count: int) -> bool | None:
    return True if len(await own.doors.wallet_objects()) == count else None


async def test_rows_07_09_what_is_refused_for_good_is_not_tried_again_and_flagged(own: Platform) -> None:
    """The last one here: what is dead stays dead until an operator has seen it."""
    nobody, refused, card = address("nobody"), address("refused"), await card_of(own, address("bad-pass"))
    await arm_mail(
        own,
        {"stage": "rcpt", "match": nobody, "reply": "550 5.1.1 no such user"},
        {"stage": "after_data", "match": refused, "reply": "554 5.7.1 rejected"},
    )
    await arm_wallet(own, {"status": 400, "method": "PATCH", "path": pass_of(card)})
    await asyncio.gather(join(own, nobody), join(own, refused), buy(own, card["card_id"], f"bad-{uuid4()}"))
    await until(lambda: dead(own, "notifier", "mail", 2), within_seconds=RECOVERY_SECONDS, what="two dead mails")
    await until(lambda: dead(own, "wallet", "pass", 1), within_seconds=RECOVERY_SECONDS, what="a dead pass")
    await arm_mail(own)
    await arm_wallet(own)
    assert (await own.doors.mails_to(nobody), await own.doors.mails_to(refused)) == ([], [])
    blamed = {check["name"] for check in await own.audit()}
    assert blamed >= {"notifier.deliveries_end", "notifier.no_open_alarm", "wallet.deliveries_end"}
    assert {name.partition(".")[0] for name in blamed} == {"notifier", "wallet"}


async def dead(own: Platform, service: str, channel: str, count: int) -> bool | None:
    return True if len(await rows(own, service, _DEAD, channel)) == count else None
