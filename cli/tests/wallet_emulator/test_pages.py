"""The emulator's pages: passes drawn as cards, without script and without anything from elsewhere."""

from typing import Any

import httpx
import pytest

from stampbook_cli.wallet_emulator.cards import card_of, ink_on

from .conftest import an_object


async def test_the_passes_are_drawn_as_cards(http: httpx.AsyncClient, card: dict[str, Any]) -> None:
    page = await http.get("/")

    assert all(text in page.text for text in (card["id"], "FASHIONHUB", "--pass: #1a535c", "<svg"))
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_markup_in_a_pass_stays_text(api: httpx.AsyncClient, http: httpx.AsyncClient, class_id: str) -> None:
    await api.post("/loyaltyObject", json=an_object(class_id, accountName="<script>alert(1)</script>"))

    assert "&lt;script&gt;" in (await http.get("/")).text


@pytest.mark.parametrize("path", ["/", "/emulator.css", "/health/ready", "/gp/m/issuer/keys", "/emulator/callbacks"])
async def test_the_addresses_answer(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 200


async def test_an_unknown_address_is_refused_as_google_would(http: httpx.AsyncClient) -> None:
    answer = await http.get("/nowhere")

    assert answer.json()["error"]["status"] == "NOT_FOUND"


@pytest.mark.parametrize(("colour", "ink"), [("#1a535c", "#ffffff"), ("#ffe66d", "#000000"), ("#777777", "#000000")])
def test_the_text_stands_out_from_the_colour(colour: str, ink: str) -> None:
    assert ink_on(colour) == ink


def test_a_card_shows_translated_texts_and_money() -> None:
    label = {"defaultValue": {"language": "fr", "value": "Solde"}}
    points = {"localizedLabel": label, "balance": {"money": {"micros": "12500000", "currencyCode": "EUR"}}}

    card = card_of(an_object("1.a", loyaltyPoints=points), {"hexBackgroundColor": "#fc0"}, saved=True)

    assert card.points == [("Solde", "12.50 EUR")]
    assert card.colour == "#ffcc00"
