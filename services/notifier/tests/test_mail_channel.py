"""One attempt: asks over a real bus, writes, hands to a real SMTP server, and says what it came to."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
import zxingcpp
from channels import mail_channel
from happenings import NUMBER, Shop, consume
from mail_samples import ANNA
from other_services import Others, answering
from PIL import Image
from scripted_smtp import ScriptedSmtp
from stages import Stage, contact, text_of

from notifier.queries import SaveLinkReply
from stampbook_cli.embedded.testing import Servers


async def test_the_enrollment_mail_leads_to_card_and_wallet(stage: Stage) -> None:
    outcome = await stage.send(language="fr")
    mail = stage.mail()
    assert (outcome.verdict, mail["Subject"]) == ("sent", "Bienvenue chez Fashion Group S.A. Loyalty !")
    assert {"Bienvenue, Anna", "http://fashionhub.localhost:8080/fr/c/card-token"} <= set(text_of(mail))
    assert "http://fashionhub.localhost:8080/w/short-token" in text_of(mail)
    assert NUMBER in "".join(text_of(mail)).replace("\u00a0", "")


async def test_the_picture_in_the_mail_is_the_short_link(stage: Stage) -> None:
    await stage.send()
    (picture,) = [part for part in stage.mail().walk() if part.get_content_type() == "image/png"]
    image = Image.open(BytesIO(picture.get_payload(decode=True))).convert("L")  # type: ignore[arg-type]
    codes = zxingcpp.read_barcodes(image)
    assert [code.text for code in codes] == ["http://fashionhub.localhost:8080/w/short-token"]


@pytest.mark.parametrize(
    ("kind", "payload", "subject"),
    [
        ("welcome_bonus", {"points": 50, "balance": 50}, "Dir hutt 50 Bonuspunkte kritt!"),
        ("card_link", {"language": "de"}, "Ihre Treuekarte von Fashion Group S.A."),
        ("enrollment", {"language": "en"}, "Welcome to Fashion Group S.A. Loyalty!"),
    ],
)
async def test_each_kind_in_the_language_asked_or_the_customers_own(
    stage: Stage, kind: str, payload: dict[str, object], subject: str
) -> None:
    await stage.send(kind, **payload)
    assert stage.mail()["Subject"] == subject


@pytest.mark.parametrize("kind", ["welcome_bonus", "card_link"])
async def test_only_the_enrollment_mail_asks_the_wallet(stage: Stage, kind: str) -> None:
    await stage.send(kind, points=50, balance=50)
    assert stage.others.names() == ["contact", "card_link"]


async def test_who_writes_and_who_is_written_to(stage: Stage) -> None:
    delivery = stage.delivery()
    await stage.channel.deliver(delivery, stage.mark)
    mail = stage.mail()
    assert (mail["From"], mail["To"]) == ('"Fashion Group S.A." <cards@stampbook.lu>', ANNA)
    assert mail["Message-ID"] == f"<{delivery.id}@stampbook.lu>"


async def test_the_mark_is_made_once_and_before_the_mail_is_taken(stage: Stage) -> None:
    await stage.send()
    assert stage.marks == [0]


async def test_while_the_wallet_is_closed_to_the_public_the_mail_leaves_it_out(stage: Stage) -> None:
    stage.others.wallet = SaveLinkReply(available=False)
    outcome = await stage.send()
    assert outcome.verdict == "sent"
    assert "Wallet" not in "".join(text_of(stage.mail()))
    assert [part.get_content_type() for part in stage.mail().walk()][1:] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"email": None}, "no_address"),
        ({"email": ""}, "no_address"),
        ({"erased_at": datetime(2026, 3, 4, tzinfo=UTC)}, "erased"),
    ],
)
async def test_a_positive_fact_suppresses(stage: Stage, fields: dict[str, Any], reason: str) -> None:
    stage.others.contact = contact(**fields)
    outcome = await stage.send()
    assert (outcome.verdict, outcome.reason) == ("suppressed", reason)
    assert (stage.server.connections, stage.others.names(), stage.marks) == (0, ["contact"], [])


@pytest.mark.parametrize(
    ("query", "code", "reason", "host"),
    [
        ("contact", "customer_unknown", "contact customer_unknown", "enrollment"),
        ("card_link", "card_unknown", "card_link card_unknown", "enrollment"),
        ("save_link", "pass_unknown", "save_link pass_unknown", "wallet"),
    ],
)
async def test_what_others_do_not_find_is_our_fault(
    stage: Stage, query: str, code: str, reason: str, host: str
) -> None:
    stage.others.refuses[query] = [code] * 20
    outcome = await stage.send()
    assert (outcome.verdict, outcome.reason, outcome.host) == ("missing", reason, host)
    assert stage.server.connections == 0


@pytest.mark.parametrize("query", ["contact", "card_link", "save_link"])
async def test_who_is_a_moment_behind_is_waited_for(stage: Stage, query: str) -> None:
    stage.others.refuses[query] = ["not_yet"] * 2
    outcome = await stage.send()
    assert (outcome.verdict, stage.others.names().count(query)) == ("sent", 3)


@pytest.mark.parametrize(
    ("unknown", "reason"),
    [("merchant", "merchant_unknown"), ("store", "store_unknown"), ("program", "program_unknown")],
)
async def test_what_we_have_not_learned_is_our_fault(stage: Stage, unknown: str, reason: str) -> None:
    setattr(stage.shop, unknown, uuid4())
    outcome = await stage.send()
    assert (outcome.verdict, outcome.reason) == ("missing", reason)


async def test_a_card_that_has_not_reached_us_is_asked_from_the_ledger(stage: Stage) -> None:
    stage.shop.card = uuid4()
    assert (await stage.send("card_link")).verdict == "sent"
    assert stage.others.card_number in "".join(text_of(stage.mail())).replace("\u00a0", "")


@pytest.mark.parametrize("silent", ["enrollment", "wallet"])
async def test_a_silent_service_is_our_trouble_and_counts_no_attempt(
    pool: Any, servers: Servers, others: Others, silent: str
) -> None:
    server, shop = ScriptedSmtp(), Shop()
    async with server.running(), answering(servers, others, silent=silent) as queries:
        channel = mail_channel(pool, queries, server)
        await consume(pool, channel, *shop.open_for_business(), shop.enrolled(), shop.opened())
        outcome = await Stage(shop, channel, others, server).send()
    assert (outcome.verdict, outcome.reason) == ("ours", "query_unavailable")
    assert f"q.{silent}." in outcome.answer


async def test_every_query_names_the_tenant(stage: Stage) -> None:
    await stage.send()
    assert {request.merchant for _, request in stage.others.asked} == {stage.shop.merchant}  # type: ignore[attr-defined]
