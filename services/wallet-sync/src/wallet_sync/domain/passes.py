"""From a card to Google's loyalty class and object: absolute values, so that a repeated update is harmless."""

import unicodedata
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from stampbook_events.enrollment import Language
from stampbook_events.ledger import CardState
from wallet_sync.domain import texts

ACCOUNT_NAME_MAX = 20
BALANCE_INT_MAX = 2**31 - 1
"""The wallet's whole numbers have 32 bits; a balance or a debt beyond is shown as a text."""
STATES: Mapping[CardState, str] = {"active": "ACTIVE", "frozen": "INACTIVE", "closed": "EXPIRED", "merged": "EXPIRED"}
_JOINERS = "\u200c\u200d"
"""The invisible signs that writing needs: within Persian words and within pictures."""


class Program(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    program_id: UUID
    version: int
    names: dict[Language, str]
    merchant_name: str
    accent: str
    logo_url: str


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """One card as the ledger last told of it; *wanted* is the card's version at that moment."""

    merchant: UUID
    card_id: UUID
    customer_id: UUID
    program_id: UUID
    card_number: str
    language: Language
    points: int
    stamps: int
    stamp_target: int | None
    wanted: int
    acknowledged: int
    created: bool
    state: CardState


def class_id(issuer: str, program_id: UUID) -> str:
    return f"{issuer}.program-{program_id.hex}"


def object_id(issuer: str, card_id: UUID) -> str:
    """Derived, so that an insert that was lost on the way meets itself again as 409. Never personal: it is permanent."""
    return f"{issuer}.card-{card_id.hex}"


def loyalty_class(issuer: str, program: Program) -> dict[str, Any]:
    """The class of a program. *reviewStatus* is said with every update: that is how an approved class stays approved."""
    default: Language = "en" if "en" in program.names else next(iter(program.names))
    return {
        "id": class_id(issuer, program.program_id),
        "issuerName": program.merchant_name,
        "programName": program.names[default],
        "localizedProgramName": texts.localized(program.names, default),
        "programLogo": {"sourceUri": {"uri": program.logo_url}},
        "hexBackgroundColor": program.accent,
        "reviewStatus": "UNDER_REVIEW",
        "multipleDevicesAndHoldersAllowedStatus": "ONE_USER_ALL_DEVICES",
        "localizedAccountIdLabel": texts.localized(texts.CARD_NUMBER, default),
        "accountIdLabel": texts.CARD_NUMBER[default],
    }


def loyalty_object(issuer: str, card: Pass, account_name: str | None) -> dict[str, Any]:
    """The object of a card; *account_name* was asked for at this very moment and is kept nowhere."""
    body: dict[str, Any] = {
        "id": object_id(issuer, card.card_id),
        "classId": class_id(issuer, card.program_id),
        "state": STATES[card.state],
        "accountId": card.card_number,
        "barcode": {"type": "QR_CODE", "value": card.card_number, "alternateText": spaced(card.card_number)},
        "loyaltyPoints": {
            "localizedLabel": texts.localized(texts.POINTS, card.language),
            "balance": _balance(card.points),
        },
    }
    if account_name:
        body["accountName"] = account_name
    if card.stamp_target is not None:
        body |= _stamps(card, card.stamp_target)
    elif card.created:
        body |= {"secondaryLoyaltyPoints": None, "textModulesData": None}
    return body


def account_name(*parts: str | None) -> str | None:
    """A name as one short line: nothing in it that moves the text around it, None if nothing is left of it."""
    text = " ".join("".join(filter(_is_shown, part)) for part in parts if part)
    text = " ".join(text.split())
    if len(text) > ACCOUNT_NAME_MAX:
        text = f"{text[: ACCOUNT_NAME_MAX - 1].rstrip()}…"
    return text or None


def _is_shown(sign: str) -> bool:
    return sign.isspace() or sign in _JOINERS or not unicodedata.category(sign).startswith("C")


def _balance(points: int) -> dict[str, Any]:
    """Exactly one of both: the other is taken back, since an update leaves alone what it does not name."""
    if abs(points) > BALANCE_INT_MAX:
        return {"int": None, "string": str(points)}
    return {"int": points, "string": None}


def _stamps(card: Pass, target: int) -> dict[str, Any]:
    spoken: Mapping[Language, str] = {
        language: texts.stamps_text(language, card.stamps, target) for language in texts.STAMPS
    }
    return {
        "secondaryLoyaltyPoints": {
            "localizedLabel": texts.localized(texts.STAMPS, card.language),
            "balance": {"string": f"{card.stamps}/{target}"},
        },
        "textModulesData": [
            {
                "id": "stamps",
                "localizedHeader": texts.localized(texts.STAMPS, card.language),
                "localizedBody": texts.localized(spoken, card.language),
            }
        ],
    }


def spaced(number: str) -> str:
    """A card number as people read it out: groups of four."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
