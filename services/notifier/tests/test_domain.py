"""What a server's answer means, what is masked, and what a letter is made of."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.domain.accent import NIGHT, PAPER, contrast, theme_of
from notifier.domain.letter import greetable, store_link, text_in
from notifier.domain.masking import masked_address, masked_answer
from notifier.domain.smtp_answers import meaning_of_answer, meaning_of_silence


@pytest.mark.parametrize(
    ("stage", "code", "text", "verdict"),
    [
        ("connect", 421, "too many connections", "ours"),
        ("connect", 535, "5.7.8 bad credentials", "ours"),
        ("mail", 530, "5.7.0 authenticate first", "ours"),
        ("mail", 550, "5.7.1 sender refused", "ours"),
        ("mail", 451, "4.3.0 later", "retry"),
        ("rcpt", 450, "4.2.2 mailbox full", "retry"),
        ("rcpt", 452, "4.2.2 mailbox full", "retry"),
        ("rcpt", 450, "4.7.1 greylisted", "retry"),
        ("rcpt", 421, "closing", "retry"),
        ("rcpt", 550, "5.1.1 no such user", "suppressed"),
        ("rcpt", 550, "5.1.2 no such host", "suppressed"),
        ("rcpt", 553, "5.1.3 bad syntax", "suppressed"),
        ("rcpt", 551, "5.1.6 moved", "suppressed"),
        ("rcpt", 550, "5.2.1 disabled", "suppressed"),
        ("rcpt", 554, "5.7.1 policy", "dead"),
        ("rcpt", 550, "no such user", "dead"),
        ("rcpt", 550, "said 5.1.1 elsewhere", "dead"),
        ("mail", 552, "5.3.4 too big", "dead"),
        ("data", 554, "no valid recipients", "dead"),
        ("content", 451, "4.3.0 later", "retry"),
        ("content", 421, "closing", "retry"),
        ("content", 554, "5.7.1 looks like spam", "dead"),
        ("content", 299, "strange", "unknown"),
        ("rcpt", -1, "rubbish", "retry"),
    ],
)
def test_an_answer_means(stage: Any, code: int, text: str, verdict: str) -> None:
    assert meaning_of_answer(stage, code, text).verdict == verdict


@pytest.mark.parametrize(
    ("stage", "verdict"),
    [("connect", "ours"), ("mail", "retry"), ("rcpt", "retry"), ("data", "retry"), ("content", "unknown")],
)
def test_silence_means(stage: Any, verdict: str) -> None:
    assert meaning_of_silence(stage, "timeout").verdict == verdict


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 <anna.schmit@kaart.lu>: no such user",
        "550 user ANNA.SCHMIT unknown at kaart.lu",
        "250 queued for anna.schmit@kaart.lu and b@other.lu",
        "550 'anna.schmit@kaart.lu'\r\nunknown\x00",
        "550 SRS0=abc=kaart.lu=anna.schmit@relay.lu",
    ],
)
def test_an_answer_keeps_nothing_of_the_recipient(text: str) -> None:
    masked = masked_answer(text, "anna.schmit@kaart.lu")
    assert masked.startswith(text[:3])
    assert not any(part in masked.lower() for part in ("anna", "schmit", "kaart", "@", "\n", "\x00"))


@given(st.text(), st.emails())
def test_no_address_is_left_in_any_answer(text: str, recipient: str) -> None:
    masked = masked_answer(f"550 {text} <{recipient}> {text}", recipient)
    assert recipient not in masked
    assert len(masked) <= 300


def test_an_operator_sees_only_the_edges_of_an_address() -> None:
    assert masked_address("anna.schmit@kaart.lu") == "a***@k***.lu"


@pytest.mark.parametrize("name", ["Anna", "Jean-Marc", "J.-P.", "Zoé", "O’Neil", "Nuñez", "Mary  Ann", "李"])
def test_a_name_is_greeted(name: str) -> None:
    assert greetable(name) == " ".join(name.split())


@pytest.mark.parametrize(
    "name",
    [None, "", " ", "evil.lu", "https://x", "www", "a@b", "You won!", "<b>", "A\nB", "\u202eannA", "x" * 41, "4711"],
)
def test_what_carries_a_message_of_its_own_is_not_greeted(name: str | None) -> None:
    assert greetable(name) is None


def test_a_merchants_text_falls_back_in_order() -> None:
    texts: dict[Any, str] = {"de": "Karte", "fr": "Carte"}
    assert text_in(texts, "de", "fr") == "Karte"
    assert text_in(texts, "lb", "fr") == "Carte"
    assert text_in({"en": "Card", "de": "Karte"}, "lb", "fr") == "Card"
    assert text_in(texts, "lb", "en") == "Karte"


def test_links_stand_at_the_stores_own_host() -> None:
    assert store_link("http://localhost:8080", "fashionhub", "/w/abc") == "http://fashionhub.localhost:8080/w/abc"
    assert store_link("https://stampbook.lu", "fashionhub", "/c/x") == "https://fashionhub.stampbook.lu/c/x"


@given(st.integers(0, 0xFFFFFF))
def test_every_accent_ends_readable_by_day_and_by_night(colour: int) -> None:
    theme = theme_of(f"#{colour:06x}")
    by_day, by_night = (tuple(bytes.fromhex(one[1:])) for one in (theme.accent, theme.dark_accent))
    assert contrast(by_day, PAPER) >= 4.5  # type: ignore[arg-type]
    assert contrast(by_night, NIGHT) >= 4.5  # type: ignore[arg-type]
