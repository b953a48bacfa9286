"""A platform, a merchant, a store, and a customer who joins it."""

import msgspec

from stampbook_events import enrollment
from stampbook_events.sample_data.cast import (
    CUSTOMER,
    FASHIONHUB,
    FG,
    HASH,
    KEY,
    MERCHANT,
    NUMBER,
    STAFF,
    ZONE,
    example,
)

_TERMS: enrollment.Texts = {"en": "Points have no cash value.", "fr": "Les points n'ont aucune valeur en espèces."}
_STORE = {
    "merchant_id": MERCHANT,
    "store_id": FASHIONHUB,
    "program_id": FG,
    "subdomain": "fashionhub",
    "name": "FASHIONHUB",
    "loyalty": "live",
    "time_zone": ZONE,
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
_SEALED = enrollment.Sealed(service="enrollment", day="2026-06-06", key_id="k-2026-06-06", box=b"sealed, not readable")

COMMANDS: tuple[msgspec.Struct, ...] = (
    enrollment.InitialisePlatform(key_id=KEY, key_hash=HASH, setup_token_hash=HASH),
    enrollment.RegisterMerchant(merchant_id=MERCHANT, name="Fashion Group S.A."),
    example(enrollment.OpenStore, _STORE),
    example(enrollment.SetJoinForm, _FORM),
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
    enrollment.SetBirthdayConsent(customer_id=CUSTOMER, program_id=FG, given=False),
    enrollment.ChangeBirthday(customer_id=CUSTOMER, store_id=FASHIONHUB, program_id=FG, personal=_SEALED),
    enrollment.ConfirmEmail(customer_id=CUSTOMER),
)

EVENTS: tuple[msgspec.Struct, ...] = (
    enrollment.PlatformInitialised(key_id=KEY),
    enrollment.MerchantRegistered(merchant_id=MERCHANT, name="Fashion Group S.A.", state="active"),
    example(enrollment.StoreChanged, _STORE),
    example(enrollment.JoinFormChanged, _FORM),
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
    enrollment.BirthdayConsentChanged(customer_id=CUSTOMER, program_id=FG, given=False),
    enrollment.BirthdayChanged(customer_id=CUSTOMER),
    enrollment.EmailConfirmed(customer_id=CUSTOMER, program_id=FG),
    enrollment.CustomerRefused(
        command="enrollment.set_birthday_consent.v1", customer_id=CUSTOMER, code="customer_unknown"
    ),
    enrollment.EnrollmentRefused(store_id=FASHIONHUB, program_id=FG, code="terms_outdated"),
    enrollment.SetupRefused(command="enrollment.open_store.v1", subject_id=FASHIONHUB, code="subdomain_taken"),
)
