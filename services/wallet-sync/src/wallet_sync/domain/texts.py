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
    if language == "lb":
        return f"{count} {'vun' if _keeps_n(target) else 'vu'} {target} Stempelen"
    return STAMPS_LEFT[language].format(count=count, target=target)


_LB_KEEPS_N = "aeiouhdntz"
_LB_STARTS = "nezdvfssanzezdvfssun"
"""How the numbers 0 to 19 begin as they are spoken: null, eent, zwee, dräi, véier … siechzéng, siwwenzéng, uechtzéng …"""
_LB_TENS_START = "nzzdvfssan"


def _keeps_n(number: int) -> bool:
    """Eifeler Regel: the -n of *vun* stays before vowels and h, d, n, t, z, and falls before all else.

    The unit is spoken before the ten: 42 is *zweeavéierzeg*. Targets have two digits at most.
    """
    tens, unit = divmod(number, 10)
    small = number if number < len(_LB_STARTS) else unit
    first = _LB_STARTS[small] if small or not number else _LB_TENS_START[tens]
    return first in _LB_KEEPS_N
