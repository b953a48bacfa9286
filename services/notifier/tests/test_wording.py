"""Subjects, plurals and the Eifeler Regel."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from mail_samples import letter

from notifier.domain.kinds import WRITTEN
from notifier.rendering import Templates
from notifier.wording import counted, grouped, one_line
from stampbook_events.enrollment import LANGUAGES, Language
from stampbook_events.notifier import MailKind

TEMPLATES = Templates()
NAMES = {"Fashion", "hinzufügen"}


def subject(kind: MailKind, language: Language, points: int = 50) -> str:
    return TEMPLATES.render(replace(letter(kind, language), points=points, balance=points), "x").subject


def bonus(language: Language, points: int) -> str:
    return TEMPLATES.render(replace(letter("welcome_bonus", language), points=points, balance=points), "x").text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Welcome to Fashion Group S.A. Loyalty!"),
        ("fr", "Bienvenue chez Fashion Group S.A. Loyalty !"),
        ("de", "Willkommen bei Fashion Group S.A. Loyalty!"),
        ("lb", "Wëllkomm bei Fashion Group S.A. Loyalty!"),
    ],
)
def test_the_enrollment_mail_says_welcome(language: Language, said: str) -> None:
    assert subject("enrollment", language) == said


@pytest.mark.parametrize(
    ("language", "points", "said"),
    [
        ("en", 50, "You have earned 50 bonus points!"),
        ("en", 1, "You have earned 1 bonus point!"),
        ("fr", 50, "Vous avez gagné 50 points bonus !"),
        ("fr", 1, "Vous avez gagné 1 point bonus !"),
        ("fr", 1_000_000, "Vous avez gagné 1.000.000 de points bonus !"),
        ("de", 50, "Sie haben 50 Bonuspunkte erhalten!"),
        ("de", 1, "Sie haben 1 Bonuspunkt erhalten!"),
        ("lb", 50, "Dir hutt 50 Bonuspunkte kritt!"),
        ("lb", 1, "Dir hutt 1 Bonuspunkt kritt!"),
    ],
)
def test_the_bonus_is_counted_in_whole_sentences(language: Language, points: int, said: str) -> None:
    assert subject("welcome_bonus", language, points) == said


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("en", "1 point", "1,200 points"),
        ("fr", "1 point", "1.200 points"),
        ("de", "1 Punkt", "1.200 Punkte"),
        ("lb", "1 Punkt", "1.200 Punkten"),
    ],
)
def test_figures_are_written_as_in_the_country(language: Language, one: str, many: str) -> None:
    assert one in bonus(language, 1).splitlines()
    assert many in bonus(language, 1200).splitlines()


@pytest.mark.parametrize("kind", WRITTEN)
def test_a_final_n_falls_where_the_eifeler_rule_says(kind: MailKind) -> None:
    mail = TEMPLATES.render(letter(kind, "lb"), "x")
    words = re.findall(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*|[.,:;?!„“\n]", f"{mail.subject}\n{mail.text}")
    wrong = [
        f"{word} {after}"
        for word, after in pairwise(words)
        if word.endswith("n") and word not in NAMES and after[0].lower() in "bcfgjklmpqrsvwxy"
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", WRITTEN)
def test_each_language_has_words_of_its_own(kind: MailKind) -> None:
    texts = {TEMPLATES.render(letter(kind, language), "x").text for language in LANGUAGES}
    assert len(texts) == len(LANGUAGES)


@pytest.mark.parametrize("kind", WRITTEN)
def test_french_signs_stand_behind_a_space_that_does_not_break(kind: MailKind) -> None:
    text = re.sub(r"http\S+", "", TEMPLATES.render(letter(kind, "fr"), "x").text)
    assert re.findall(r"[^\u202f][?!;:»]|«[^\u202f]", text) == []


def test_a_number_is_told_with_the_sentence_it_takes() -> None:
    assert counted(1, "lb") == {"amount": "1", "form": "one"}
    assert counted(2_000_000, "fr") == {"amount": "2.000.000", "form": "many"}


def test_a_card_number_stands_in_groups_that_stay_together() -> None:
    assert grouped("4929123456781234") == "4929\u00a01234\u00a05678\u00a01234"


def test_a_name_cannot_begin_a_line_of_its_own() -> None:
    assert one_line(" Shop\r\n--\u2028Your card\x00 was\x85stopped ") == "Shop -- Your card was stopped"
