"""Everything one mail says, before it is put into words."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

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


_FIRST_NAME_MAX = 40
# Whoever joins with somebody else's address chooses the name we greet by: it must carry no message of its own.
_NO_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069/\\@:<>=?!]|\w\.\w{2,}|www|\d", re.IGNORECASE)


def greetable(first_name: str | None) -> str | None:
    """The first name, if it can be one; a greeting without it is the better choice for anything else."""
    if first_name is None or _NO_NAME.search(first_name):
        return None
    name = " ".join(first_name.split())
    return name if 0 < len(name) <= _FIRST_NAME_MAX else None


def store_link(public_url: str, subdomain: str, path: str) -> str:
    """An address at a store's own host."""
    platform = urlsplit(public_url)
    return f"{platform.scheme}://{subdomain}.{platform.netloc}{path}"


def text_in(texts: dict[Language, str], asked: Language, store_default: Language) -> str:
    """A merchant's text: in the asked language, the store's, the platform's, or any there is."""
    for language in (asked, store_default, "en"):
        if text := texts.get(language):
            return text
    return next(text for _, text in sorted(texts.items()) if text)
