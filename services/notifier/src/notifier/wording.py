"""Numbers and their plural forms in the four languages, and names that stay on their line."""

import re
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale
from babel.numbers import format_decimal

from stampbook_events.enrollment import Language

# Luxembourg's French and German group figures with a full stop; plain "en" would be American.
LOCALES: Mapping[Language, Locale] = {
    "en": Locale("en", "GB"),
    "fr": Locale("fr", "LU"),
    "de": Locale("de", "LU"),
    "lb": Locale("lb", "LU"),
}


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def one_line(text: str) -> str:
    """A text from outside cannot begin a line of its own, which in plain text would look like one of ours."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def counted(amount: int, language: Language) -> dict[str, str]:
    """A number for a template: as it is written, and which whole sentence it takes (one, many, other)."""
    locale = LOCALES[language]
    return {"amount": _written(amount, language), "form": str(locale.plural_form(amount))}


@lru_cache(maxsize=4096)
def _written(amount: int, language: Language) -> str:
    return str(format_decimal(amount, locale=LOCALES[language]))


def grouped(card_number: str) -> str:
    """A card number in groups of four, as it is printed on cards; the spaces do not break."""
    return "\u00a0".join(card_number[start : start + 4] for start in range(0, len(card_number), 4))
