"""Everything one mail says, before it is put into words."""

from dataclasses import dataclass

from stampbook_events.enrollment import Language
from stampbook_events.notifier import MailKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """*card_url* opens the card page; *wallet_url* is the short link to the wallet, None where there is none to offer.

    *points* and *balance* are what a bonus mail tells; other kinds leave them None.
    """

    kind: MailKind
    language: Language
    merchant_name: str
    store_name: str
    program_name: str
    accent: str
    card_number: str
    card_url: str
    wallet_url: str | None = None
    first_name: str | None = None
    points: int | None = None
    balance: int | None = None


def text_in(texts: dict[Language, str], asked: Language, store_default: Language) -> str:
    """A merchant's text: in the asked language, the store's, the platform's, or any there is."""
    for language in (asked, store_default, "en"):
        if text := texts.get(language):
            return text
    return next(text for _, text in sorted(texts.items()) if text)
