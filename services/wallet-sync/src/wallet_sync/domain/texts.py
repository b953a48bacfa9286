"""The few words on a pass, in four languages."""

from collections.abc import Mapping
from typing import Any

from stampbook_events.enrollment import LANGUAGES, Language

POINTS: Mapping[Language, str] = {"en": "Points", "fr": "Points", "de": "Punkte", "lb": "Punkten"}
STAMPS: Mapping[Language, str] = {"en": "Stamps", "fr": "Tampons", "de": "Stempel", "lb": "Stempelen"}
CARD_NUMBER: Mapping[Language, str] = {
    "en": "Card number",
    "fr": "Numéro de carte",
    "de": "Kartennummer",
    "lb": "Kaartennummer",
}
STAMPS_LEFT: Mapping[Language, str] = {
    "en": "{count} of {target} stamps",
    "fr": "{count} tampons sur {target}",
    "de": "{count} von {target} Stempeln",
}


def localized(texts: Mapping[Language, str], own: Language) -> dict[str, Any]:
    """Google's LocalizedString with the customer's own language as default: wallets do not know every language."""
    first = own if own in texts else next(iter(texts))
    others = [language for language in LANGUAGES if language in texts and language != first]
    return {
        "defaultValue": {"language": first, "value": texts[first]},
        "translatedValues": [{"language": language, "value": texts[language]} for language in others],
    }


def stamps_text(language: Language, count: int, target: int) -> str:
    if (
        language == "lb"
    ):  # Eifeler Regel: the -n of "vun" falls before the words for 2, 3, 5 and so on, not before 10, 8, 9.
        word = "vun" if str(_lb_word_start(target)) in "aeiouhdntz" else "vu"
        return f"{count} {word} {target} Stempelen"
    return STAMPS_LEFT[language].format(count=count, target=target)


_LB_STARTS = "nezdvfssanzezdvfssanz"
"""The first letter of the numbers 0 to 20 as they are spoken: null, een, zwee, dräi, véier, fënnef, sechs, siwen, aacht …"""


def _lb_word_start(number: int) -> str:
    if number < len(_LB_STARTS):
        return _LB_STARTS[number]
    unit = number % 10
    if unit:
        return _LB_STARTS[unit]
    return {20: "z", 30: "d", 40: "v", 50: "f"}[number]
