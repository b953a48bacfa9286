"""A mail that is filled in reads as one that Liquid rendered with the letter's own words."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_samples import ALL_MAILS, DELIVERY, SENDER, Sort, letter

from notifier import rendering
from notifier.domain.letter import Letter
from notifier.mime import code_id
from notifier.rendering import Rendered, Templates
from notifier.wording import one_line
from stampbook_events.enrollment import Language
from stampbook_events.notifier import MailKind

TEMPLATES = Templates()
CODE = code_id(DELIVERY, SENDER.domain)
NAMES = st.text(min_size=1, max_size=60).filter(lambda name: bool(one_line(name)))


def by_liquid(one: Letter) -> Rendered:
    """Each template interpreted for this letter alone."""
    form, words = rendering._form(one), rendering._words(one, CODE)
    compiled = TEMPLATES._compiled[one.kind, one.language]
    own = with_own_words(rendering._marked(form), words)
    html = rendering._Filled.of(compiled.html.render(**own)).with_words(words)
    text = rendering._BLANK_LINES.sub("\n\n", compiled.text.render(**own)).strip() + "\n"
    return Rendered(one_line(compiled.subject.render(**own)), html, text)


def with_own_words(marked: Any, words: dict[str, str]) -> Any:
    if isinstance(marked, dict):
        return {name: with_own_words(value, words) for name, value in marked.items()}
    return words.get(marked.strip("\ue000\ue001"), marked) if isinstance(marked, str) else marked


@pytest.mark.parametrize(("kind", "language", "sort"), ALL_MAILS)
@pytest.mark.parametrize("greets", [True, False])
def test_filled_in_or_rendered_it_is_the_same_mail(
    kind: MailKind, language: Language, sort: Sort, greets: bool
) -> None:
    one = letter(kind, language, sort)
    one = one if greets else replace(one, first_name=None)
    assert TEMPLATES.render(one, CODE) == by_liquid(one)


@given(NAMES, NAMES, NAMES, st.integers(0, 999_999_999), st.sampled_from(["en", "fr", "de", "lb"]))
def test_whatever_the_names_are(store: str, program: str, first_name: str, points: int, language: Language) -> None:
    one = replace(
        letter("welcome_bonus", language),
        store_name=store,
        program_name=program,
        first_name=first_name,
        points=points,
        balance=points + 1,
    )
    assert TEMPLATES.render(one, CODE) == by_liquid(one)


def test_a_name_that_looks_like_a_mark_stays_a_name() -> None:
    named = replace(letter("enrollment", "en"), first_name="\ue000card.url\ue001", store_name="theme-accent")
    mail = TEMPLATES.render(named, CODE)
    assert "\ue000card.url\ue001" in mail.text
    assert "theme-accent" in mail.html
    assert mail.html.count(named.card_url) == TEMPLATES.render(letter("enrollment", "en"), CODE).html.count(
        named.card_url
    )
