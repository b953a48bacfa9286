"""The few words on a pass, and the Luxembourgish *n* that comes and goes."""

import pytest

from stampbook_events.enrollment import LANGUAGES, Language
from wallet_sync.domain import texts


@pytest.mark.parametrize("words", [texts.POINTS, texts.STAMPS, texts.CARD_NUMBER])
def test_every_word_is_there_in_every_language(words: dict[Language, str]) -> None:
    assert set(words) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "3 of 10 stamps"),
        ("fr", "3 tampons sur 10"),
        ("de", "3 von 10 Stempeln"),
        ("lb", "3 vun 10 Stempelen"),
    ],
)
def test_stamps_are_counted_in_words(language: Language, text: str) -> None:
    assert texts.stamps_text(language, 3, 10) == text


# Eent, zwee, dräi, aacht, néng, zéng, eelef, zwielef, dräizéng, uechtzéng, nonzéng, zwanzeg, eenanzwanzeg, drësseg.
KEPT = (1, 2, 3, 8, 9, 10, 11, 12, 13, 18, 19, 20, 21, 22, 23, 28, 29, 30, 42, 48)
# Véier, fënnef, sechs, siwen, véierzéng, fofzéng, siechzéng, siwwenzéng, véieranzwanzeg, véierzeg, fofzeg.
FALLEN = (4, 5, 6, 7, 14, 15, 16, 17, 24, 25, 26, 27, 40, 44, 50)


@pytest.mark.parametrize("target", KEPT)
def test_the_n_stays_before_vowels_and_hdntz(target: int) -> None:
    assert texts.stamps_text("lb", 0, target) == f"0 vun {target} Stempelen"


@pytest.mark.parametrize("target", FALLEN)
def test_the_n_falls_before_all_else(target: int) -> None:
    assert texts.stamps_text("lb", 0, target) == f"0 vu {target} Stempelen"


def test_every_target_a_program_can_have_can_be_said() -> None:
    said = {texts.stamps_text(language, 0, target) for language in LANGUAGES for target in range(2, 51)}
    assert len(said) == 4 * 49


def test_a_language_without_a_text_falls_back_to_the_first_there_is() -> None:
    shown = texts.localized({"fr": "Fidélité", "en": "Loyalty"}, "lb")
    assert shown == {
        "defaultValue": {"language": "fr", "value": "Fidélité"},
        "translatedValues": [{"language": "en", "value": "Loyalty"}],
    }
