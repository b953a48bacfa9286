"""Numbers and their plural forms in the four languages."""

from collections.abc import Mapping

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


def counted(amount: int, language: Language) -> dict[str, str]:
    """A number for a template: as it is written, and which whole sentence it takes (one, many, other)."""
    locale = LOCALES[language]
    return {"amount": format_decimal(amount, locale=locale), "form": str(locale.plural_form(amount))}


def grouped(card_number: str) -> str:
    """A card number in groups of four, as it is printed on cards; the spaces do not break."""
    return "\u00a0".join(card_number[start : start + 4] for start in range(0, len(card_number), 4))
