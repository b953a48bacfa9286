"""E-mail addresses and phone numbers: checked, and brought into the one form in which they are stored."""

import unicodedata
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from gateway.pages.text_input import looks_encoded

HOME_REGION = "LU"
_EMAIL_LENGTH_MAX = 254
_PHONE_LENGTH_MAX = 40


@dataclass(frozen=True, slots=True, repr=False)
class EmailAddress:
    """``address`` is written to as typed, its domain in ASCII; ``identity`` tells one customer from another."""

    address: str
    identity: str


def parse_email(text: str) -> EmailAddress | None:
    """Plus tags and the local part's letter case are kept; the domain becomes lower-case ASCII. None: no address."""
    if len(text) > _EMAIL_LENGTH_MAX or looks_encoded(text):
        return None
    try:
        # The reserved domain .test can never belong to anybody; rehearsals enroll with it.
        found = validate_email(
            text, check_deliverability=False, allow_smtputf8=True, test_environment=True, strict=True
        )
    except EmailNotValidError:
        return None
    domain = found.ascii_domain.lower()
    identity = unicodedata.normalize("NFC", found.local_part.lower())
    return EmailAddress(address=f"{found.local_part}@{domain}", identity=f"{identity}@{domain}")


def parse_phone(text: str) -> str | None:
    """E.164; a number without a country code is one of Luxembourg. None: no valid number."""
    if len(text) > _PHONE_LENGTH_MAX:
        return None
    try:
        found = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(found):
        return None
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
