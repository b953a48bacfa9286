"""Letters to try mails with: short, as long as names may be, and hostile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from notifier.domain.kinds import KINDS, WRITTEN
from notifier.domain.letter import Letter
from notifier.mime import Draft, Mail, Party, code_id, compose
from notifier.rendering import Rendered, Templates
from notifier.settings import SmtpSettings
from stampbook_events.enrollment import LANGUAGES, Language
from stampbook_events.notifier import MailKind

Sort = Literal["short", "long", "hostile"]

SORTS: tuple[Sort, ...] = ("short", "long", "hostile")
ALL_MAILS = [(kind, language, sort) for kind in WRITTEN for language in LANGUAGES for sort in SORTS]
DELIVERY = UUID("11111111-2222-8333-8444-555555555555")
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SENDER = Party(address="cards@stampbook.lu", name="Fashion Group S.A.")
ANNA = "anna.schmit@kaart.lu"
WALLET_URL = "http://fashionhub.localhost:8080/w/mT4xqXh0mJ9rB2uQ7sLk1A"

_SHORT = Letter(
    kind="enrollment",
    language="en",
    merchant_name="Fashion Group S.A.",
    store_name="FASHIONHUB",
    program_name="Fashion Group Loyalty",
    accent="#8a2b4f",
    card_number="4929123456781234",
    card_url="http://fashionhub.localhost:8080/c/q2w3e4r5t6z7u8i9o0p1",
    first_name="Anna",
)
_LONG = replace(
    _SHORT,
    merchant_name="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" + "S.à r.l." * 2,
    store_name="W" * 100,
    program_name="Fidelitéitsprogramm" * 5,
    accent="#ffff00",
    card_url="http://" + "a" * 63 + ".stampbook.lu/c/" + "x" * 60,
    first_name="Maximiliana-Wilhelmina-Friederike-Louisa",
)
_HOSTILE = replace(
    _SHORT,
    merchant_name='=?UTF-8?Q?a=0ABcc:_evil@x.lu?= "<script>alert(1)</script>", b@x.lu',
    store_name="<img src=http://evil.lu/p.png> {{ card.url }} {% include 'x' %}",
    program_name="</style></div><style>@import url(http://evil.lu/x.css)</style>",
    accent="#ffffff",
    first_name="<b onclick=x>\nBcc: evil@x.lu\u2028{{ 7 | times: 7 }}",
)
_SAMPLES: dict[Sort, Letter] = {"short": _SHORT, "long": _LONG, "hostile": _HOSTILE}


def letter(kind: str, language: Language, sort: Sort = "short") -> Letter:
    wallet = WALLET_URL if sort != "long" else "http://" + "a" * 63 + ".stampbook.lu/w/" + "y" * 22
    bonus = {"short": 50, "long": 999_999_999, "hostile": 1}[sort] if kind == "welcome_bonus" else None
    return replace(
        _SAMPLES[sort],
        kind=KINDS[kind].name,
        language=language,
        wallet_url=wallet if KINDS[kind].offers_wallet else None,
        points=bonus,
        balance=bonus,
    )


def rendered(templates: Templates, kind: MailKind, language: Language, sort: Sort = "short") -> Rendered:
    return templates.render(letter(kind, language, sort), code_id(DELIVERY, SENDER.domain))


def draft(text: Rendered, language: Language = "en", picture: bytes | None = None) -> Draft:
    return Draft(
        delivery_id=DELIVERY,
        language=language,
        sender=SENDER,
        recipient=Party(address=ANNA),
        reply_to=None,
        at=NOON,
        rendered=text,
        picture=picture,
    )


PLAIN = Rendered(subject="Hello", html="<p>Hello</p>", text="Hello\n.a line with a dot\n..and two\n")


def mail(recipient: str = ANNA) -> Mail:
    return compose(replace(draft(PLAIN), recipient=Party(address=recipient)))


def smtp_settings(port: int, **others: object) -> SmtpSettings:
    plain = {"host": "127.0.0.1", "port": port, "mode": "none", "from_address": SENDER.address}
    return SmtpSettings(**{**plain, **others})  # type: ignore[arg-type]
