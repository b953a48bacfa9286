"""Nothing that people type gets out of its place, and nothing of them stays behind."""

from typing import Any

import pytest
from channels import KEYRING
from mail_samples import ANNA
from stages import Stage, contact, text_of

PERSON = ("anna", "schmit", "kaart.lu", "+352621", "1990-12-31")


@pytest.mark.parametrize(
    "name",
    ["=?UTF-8?Q?a=0ABcc:_evil@x.lu?=", 'Shop" <evil@x.lu>', "Shop, evil@x.lu", "<script>{{ card.url }}</script>"],
)
async def test_a_merchants_name_adds_no_header_and_no_recipient(stage: Stage, pool: Any, name: str) -> None:
    await pool.execute("UPDATE merchant SET name = $2 WHERE merchant = $1", stage.shop.merchant, name)
    assert (await stage.send("card_link")).verdict == "sent"
    mail = stage.mail()
    assert "Bcc" not in mail
    assert [one.addr_spec for one in mail["From"].addresses] == ["cards@stampbook.lu"]
    assert [taken.recipient for taken in stage.server.taken] == [f"RCPT TO:<{ANNA}>"]


async def test_a_name_with_a_line_break_is_dead_and_never_sent(stage: Stage, pool: Any) -> None:
    name = "Shop\r\nBcc: evil@x.lu"
    await pool.execute("UPDATE merchant SET name = $2 WHERE merchant = $1", stage.shop.merchant, name)
    outcome = await stage.send("card_link")
    assert (outcome.verdict, outcome.reason) == ("dead", "unsafe_header From: control characters")
    assert stage.server.connections == 0


@pytest.mark.parametrize("address", ["anna@kaart.lu\r\nBcc: evil@x.lu", "anna@kaart.lu, evil@x.lu", "anna"])
async def test_an_address_that_is_none_is_dead_and_never_sent(stage: Stage, address: str) -> None:
    stage.others.contact = contact(email=address)
    outcome = await stage.send("card_link")
    assert (outcome.verdict, outcome.reason) == ("dead", "unsafe_header To: no address")
    assert stage.server.connections == 0


@pytest.mark.parametrize("name", ["Visit evil.lu now", "https://evil.lu", "<b>You won!</b>"])
async def test_nobody_sends_a_message_in_the_place_of_a_name(stage: Stage, name: str) -> None:
    stage.others.contact = contact(first_name=name)
    await stage.send("card_link", language="en")
    assert "Hello," in text_of(stage.mail())
    assert name.encode() not in stage.server.taken[-1].content


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("content", f"250 2.0.0 queued for {ANNA}"),
        ("RCPT", f"550 5.1.1 <{ANNA}>: Anna.Schmit is not at kaart.lu"),
        ("RCPT", f"451 4.3.0 {ANNA} later"),
        ("content", f"554 5.7.1 {ANNA} refuses"),
    ],
)
async def test_nothing_personal_is_in_outcome_event_log_or_table(
    stage: Stage, pool: Any, capsys: pytest.CaptureFixture[str], step: str, answer: str
) -> None:
    stage.server.says[step] = answer
    delivery = stage.delivery()
    outcome = await stage.channel.deliver(delivery, stage.mark)
    facts = [stage.channel.outcome_fact(delivery, outcome, state) for state in ("sent", "suppressed", "dead")]
    kept = await pool.fetchrow("SELECT * FROM addressed WHERE delivery_id = $1", delivery.id)
    captured = capsys.readouterr()
    told = f"{outcome} {facts} {dict(kept)} {captured.out} {captured.err}".lower()
    assert [word for word in PERSON if word in told] == []


async def test_whom_a_mail_went_to_can_be_found_by_who_knows_the_address(stage: Stage, pool: Any) -> None:
    delivery = stage.delivery()
    await stage.channel.deliver(delivery, stage.mark)
    found = await pool.fetchrow("SELECT masked, address_index FROM addressed WHERE delivery_id = $1", delivery.id)
    assert tuple(found) == ("a***@k***.lu", KEYRING.index("notifier/address", ANNA))
