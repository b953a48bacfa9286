"""The examples' own data: a customer joins FASHIONHUB, buys, is stamped and gets two mails and a pass."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

import msgspec

from stampbook_events import enrollment, ids, ledger, notifier, wallet

MERCHANT = UUID("6d656d65-0000-4000-8000-0000000000f5")
FASHIONHUB = UUID("68756200-0000-4000-8000-0000000000f5")
FG = UUID("66670000-0000-4000-8000-0000000000f5")
CUSTOMER = UUID("63757300-0000-4000-8000-0000000000f5")
KEY = UUID("6b657900-0000-4000-8000-0000000000f5")
STAFF = UUID("73746100-0000-4000-8000-0000000000f5")
CARD = ids.card_id(CUSTOMER, FG)
DELIVERY = uuid5(CARD, "delivery")
EVENT = uuid5(CARD, "event")
NUMBER = "4929123456781234"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
OBJECT = "3388000000022000001.card"
_NAMES: enrollment.Texts = {
    "en": "Fashion Group Loyalty",
    "fr": "Fidélité Fashion Group",
    "de": "Fashion Group Treue",
    "lb": "Fashion Group Trei",
}
_TERMS: enrollment.Texts = {"en": "Points have no cash value.", "fr": "Les points n'ont aucune valeur en espèces."}

_STORE = {
    "merchant_id": MERCHANT,
    "store_id": FASHIONHUB,
    "program_id": FG,
    "subdomain": "fashionhub",
    "name": "FASHIONHUB",
    "loyalty": "live",
    "time_zone": "Europe/Luxembourg",
    "currency": "EUR",
    "default_language": "fr",
    "descriptions": {"en": "Clothes for every day.", "fr": "La mode de tous les jours."},
    "taglines": {"en": "Come in.", "fr": "Entrez."},
    "accent": "#7a1f4b",
    "has_catalog": False,
}
_FORM = {
    "program_id": FG,
    "asked": ("first_name", "surname", "email", "phone", "birthday"),
    "required": ("first_name", "email"),
    "terms_version": "2026-06",
    "terms": _TERMS,
    "privacy": _TERMS,
    "minimum_age": 16,
}
_PROGRAM = {
    "program_id": FG,
    "names": _NAMES,
    "rates": {"EUR": ledger.Rate(points=2, per_minor=100)},
    "rounding": "down",
    "welcome_points": 50,
    "stamp_target": 10,
}
_ON_CARD = {"card_id": CARD, "customer_id": CUSTOMER, "program_id": FG, "program_version": 1, "store_id": FASHIONHUB}
_MAIL = {"delivery_id": DELIVERY, "event_id": EVENT, "customer_id": CUSTOMER, "kind": "enrollment", "attempt": 1}
_PASS = {"delivery_id": DELIVERY, "card_id": CARD, "object_id": OBJECT, "attempt": 1}
_SEALED = enrollment.Sealed(service="enrollment", day="2026-06-06", key_id="k-2026-06-06", box=b"sealed, not readable")


def _make(kind: type[msgspec.Struct], part: Mapping[str, Any], **fields: Any) -> msgspec.Struct:
    return kind(**{**part, **fields})


def _by_type(*examples: msgspec.Struct) -> dict[type[msgspec.Struct], msgspec.Struct]:
    return {type(example): example for example in examples}


COMMAND_EXAMPLES = _by_type(
    enrollment.InitialisePlatform(key_id=KEY, key_hash=HASH, setup_token_hash=HASH),
    enrollment.RegisterMerchant(merchant_id=MERCHANT, name="Fashion Group S.A."),
    _make(enrollment.OpenStore, _STORE),
    _make(enrollment.SetJoinForm, _FORM),
    enrollment.IssueKey(key_id=KEY, key_hash=HASH, kind="staff", role="staff", staff_id=STAFF, store_ids=(FASHIONHUB,)),
    enrollment.RevokeKey(key_id=KEY),
    enrollment.EnrollCustomer(
        store_id=FASHIONHUB,
        program_id=FG,
        language="fr",
        card_number=NUMBER,
        personal=_SEALED,
        terms_version="2026-06",
        marketing=True,
    ),
    _make(ledger.PublishProgram, _PROGRAM),
    ledger.OpenCard(
        customer_id=CUSTOMER, program_id=FG, store_id=FASHIONHUB, card_number=NUMBER, language="fr", test=False
    ),
    ledger.LinkStore(customer_id=CUSTOMER, program_id=FG, store_id=FASHIONHUB),
    ledger.EarnPoints(card_id=CARD, store_id=FASHIONHUB, amount_minor=8490, currency="EUR", receipt="T-1001"),
    ledger.GiveStamps(card_id=CARD, store_id=FASHIONHUB, stamps=2, receipt="T-1001"),
)

EVENT_EXAMPLES = _by_type(
    enrollment.PlatformInitialised(key_id=KEY),
    enrollment.MerchantRegistered(merchant_id=MERCHANT, name="Fashion Group S.A.", state="active"),
    _make(enrollment.StoreChanged, _STORE),
    _make(enrollment.JoinFormChanged, _FORM),
    enrollment.KeyChanged(
        key_id=KEY,
        key_hash=HASH,
        kind="staff",
        active=True,
        role="staff",
        staff_id=STAFF,
        store_ids=(FASHIONHUB,),
    ),
    enrollment.CustomerEnrolled(
        customer_id=CUSTOMER,
        store_id=FASHIONHUB,
        program_id=FG,
        language="fr",
        card_number=NUMBER,
        terms_version="2026-06",
        marketing=True,
        test=False,
        has_email=True,
    ),
    enrollment.CustomerRecognised(
        customer_id=CUSTOMER, store_id=FASHIONHUB, program_id=FG, language="fr", has_email=True
    ),
    enrollment.EnrollmentRefused(store_id=FASHIONHUB, program_id=FG, code="terms_outdated"),
    enrollment.SetupRefused(command="enrollment.open_store.v1", subject_id=FASHIONHUB, code="subdomain_taken"),
    _make(ledger.ProgramPublished, _PROGRAM, program_version=1),
    _make(ledger.CardOpened, _ON_CARD, card_number=NUMBER, language="fr", test=False, stamp_target=10),
    _make(ledger.WelcomeBonusGranted, _ON_CARD, points=50, balance=50),
    ledger.StoreLinked(card_id=CARD, customer_id=CUSTOMER, program_id=FG, store_id=FASHIONHUB),
    _make(ledger.PointsEarned, _ON_CARD, amount_minor=8490, currency="EUR", points=169, balance=219, receipt="T-1001"),
    _make(ledger.StampsEarned, _ON_CARD, stamps=1, not_given=1, count=10, target=10, receipt="T-1001"),
    ledger.EarningRefused(card_id=CARD, store_id=FASHIONHUB, code="receipt_already_recorded"),
    ledger.StampsRefused(card_id=CARD, store_id=FASHIONHUB, code="card_full"),
    ledger.CardRefused(card_id=CARD, store_id=FASHIONHUB, code="card_exists"),
    ledger.ProgramRefused(program_id=FG, code="names_missing"),
    _make(notifier.MailSent, _MAIL, host="mail.fashiongroup.lu", answer="250 2.0.0 queued as 4F2A"),
    _make(notifier.MailFailed, _MAIL, reason="550 5.1.1 no such mailbox"),
    _make(notifier.MailSuppressed, _MAIL, reason="recent"),
    _make(notifier.MailInDoubt, _MAIL, reason="connection lost after the final dot"),
    _make(wallet.PassUpdated, _PASS, ledger_version=3, points=219, stamps=10),
    _make(wallet.PassFailed, _PASS, reason="403 permission denied"),
)
