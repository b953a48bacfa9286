"""The words: complete in four languages, with each language's plural forms, and right by its own rules."""

import re
from collections.abc import Iterator

import pytest

from gateway.pages.catalog import Entry, catalog, placeholders, plural_tags
from gateway.pages.errors import ERROR_CODES
from gateway.pages.locale import LANGUAGES, Language
from gateway.pages.render import PROBLEMS, TEMPLATES

PACKAGE = TEMPLATES.parent
# n-words before a consonant other than n, d, t, z, h lose their n (Eifeler Regel); a figure may begin with any sound.
_EIFEL = re.compile(
    r"\b(?:\w+en|an|un|vun|kann|sinn|hunn|ginn|wann|dann|ee?n|dësen|ären|den)\s+(?:[bcfgjklmpqrsvwxy]|\{)"
)
_TERMS = {
    "en": ["Join now", "Your card is in your inbox", "Show this code at the till", "Continue shopping"],
    "fr": ["J'adhère", "Votre carte est dans votre boîte mail", "Présentez ce code en caisse", "Continuer mes achats"],
    "de": ["Jetzt mitmachen", "Ihre Karte ist in Ihrem Postfach", "Weiter einkaufen", "Treuekarte"],
    "lb": ["Elo matmaachen", "Är Kaart ass an Ärer Mailbox", "Weist dëse Code un der Keess", "Weider akafen"],
}


def sentences(entry: Entry) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


def every(language: Language) -> Iterator[tuple[str, str]]:
    for key, entry in catalog(language).entries.items():
        yield from ((key, sentence) for sentence in sentences(entry))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_stands_in_every_language_in_the_same_order(language: Language) -> None:
    assert list(catalog(language).entries) == list(catalog("en").entries)


@pytest.mark.parametrize("language", LANGUAGES)
def test_counted_sentences_have_exactly_the_plural_forms_of_their_language(language: Language) -> None:
    for key, english in catalog("en").entries.items():
        entry = catalog(language).entries[key]
        assert isinstance(entry, str) == isinstance(english, str), key
        if not isinstance(entry, str):
            assert set(entry) == plural_tags(language), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_in_the_same_values(language: Language) -> None:
    for key, english in catalog("en").entries.items():
        wanted = frozenset().union(*map(placeholders, sentences(english)))
        for sentence in sentences(catalog(language).entries[key]):
            assert placeholders(sentence) == wanted, (key, sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_or_left_in_english(language: Language) -> None:
    same = {"site.name", "title.page", "errors.line"}
    english = dict(every("en"))
    assert all(sentence.strip() for _, sentence in every(language))
    left = {key for key, text in every(language) if language != "en" and text == english[key] and len(text) > 20}
    assert left <= same


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_agreed_terms_are_used(language: Language) -> None:
    spoken = {sentence for _, sentence in every(language)}
    assert set(_TERMS[language]) <= spoken


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_success_page_exclaims(language: Language) -> None:
    assert [key for key, text in every(language) if "!" in text] == ["welcome.eyebrow"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_ends_with_a_name_that_may_bring_its_own_full_stop(language: Language) -> None:
    assert [key for key, text in every(language) if re.search(r"\{(merchant|store)\}\.", text)] == []


def test_french_marks_are_preceded_by_a_narrow_space_that_does_not_break() -> None:
    for key, text in every("fr"):
        assert not re.search(r"[^\u202f][!?;]", text), key
        assert not re.search(r"[^\u00a0:]:", text), key


def test_luxembourgish_keeps_the_rule_of_the_final_n() -> None:
    broken = [(key, found[0]) for key, text in every("lb") if (found := _EIFEL.search(text.lower()))]
    assert broken == []


@pytest.mark.parametrize("language", ["fr", "de", "lb"])
def test_readers_are_addressed_politely(language: Language) -> None:
    familiar = {
        "fr": r"\b(tu|ton|ta|tes|toi)\b",
        "de": r"\b(du|dein\w*|dir|dich)\b",
        "lb": r"\b(du|däi\w*|deng|dech|s de)\b",
    }
    plain = [(key, text) for key, text in every(language) if language != "lb" or "Dir" not in text]
    assert [key for key, text in plain if re.search(familiar[language], text, re.IGNORECASE)] == []


def test_every_error_and_problem_has_its_words() -> None:
    keys = set(catalog("en").entries)
    assert {f"error.{code}" for code in ERROR_CODES} == {key for key in keys if key.startswith("error.")}
    assert {f"problem.{status}.{part}" for status in PROBLEMS for part in ("title", "text")} <= keys


def test_every_key_a_page_names_exists_and_every_key_is_named() -> None:
    code = "".join(
        path.read_text("utf-8")
        for folder in ("pages", "templates")
        for path in (PACKAGE / folder).iterdir()
        if path.is_file()
    )
    named = set(re.findall(r"""t\(\s*['"]([a-z_]+(?:\.[a-z_0-9]+)+)['"]""", code))
    named |= set(re.findall(r"""text\(\s*["']([a-z_]+(?:\.[a-z_0-9]+)+)["']""", code))
    keys = set(catalog("en").entries)
    composed = ("error.", "problem.", "benefit.", "step.", "terms.", "privacy.", "join.")
    assert named <= keys
    assert {key for key in keys - named if not key.startswith(composed)} == set()


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [
        ("en", 1, "You start with 1 point on your card."),
        ("en", 1234, "You start with 1,234 points on your card."),
        ("fr", 0, "Vous commencez avec 0 point sur votre carte."),
        ("fr", 1000000, "Vous commencez avec 1.000.000 de points sur votre carte."),
        ("de", 50, "Sie starten mit 50 Punkten auf Ihrer Karte."),
        ("lb", 1, "Dir fänkt mat 1 Punkt op Ärer Kaart un."),
        ("lb", 50, "Dir fänkt mat 50 Punkten op Ärer Kaart un."),
    ],
)
def test_counts_choose_the_plural_form_and_are_written_the_language_s_way(
    language: Language, count: int, words: str
) -> None:
    assert catalog(language).text("benefit.welcome.text", n=count) == words


def test_a_missing_key_or_value_raises_instead_of_leaving_a_hole() -> None:
    with pytest.raises(KeyError):
        catalog("en").text("no.such.key")
    with pytest.raises(KeyError):
        catalog("en").text("title.error")
