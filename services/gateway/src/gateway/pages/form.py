"""Read a sent join form: either everything is in order and normalised, or every fault is named at its field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gateway.pages.birthday import parse_birthday
from gateway.pages.contact import EmailAddress, parse_email, parse_phone
from gateway.pages.errors import NAME_LENGTH_MAX, ErrorCode, ErrorField, FieldError
from gateway.pages.locale import Language
from gateway.pages.settings import JoinSettings
from gateway.pages.text_input import InvisibleCharacters, clean, looks_encoded

BIRTHDAY_INPUTS = ("birthday_day", "birthday_month", "birthday_year")
# A person never sees this field; whoever fills it in reads pages without looking at them.
TRAP_INPUT = "contact_reason"
# What the page shows again after a refusal; nothing else of a sent form is kept.
KEPT_INPUTS = ("first_name", "surname", "email", "phone", *BIRTHDAY_INPUTS, "terms", "marketing", "birthday_gift")

# A name goes into mails to an address that nobody has confirmed yet: it must not carry links or markup there.
_NOT_IN_NAMES = re.compile(r"[<>{}\[\]|\\@]|://|www\.", re.IGNORECASE)


# Without a repr, so that no log or traceback shows a person.
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class JoinForm:
    language: Language
    first_name: str | None = None
    surname: str | None = None
    email: EmailAddress | None = None
    phone: str | None = None
    birthday: date | None = None
    terms_version: str
    marketing_opt_in: bool = False
    birthday_gift: bool = False


def parse_join(
    form: Mapping[str, str], settings: JoinSettings, locale: Language, today: date
) -> JoinForm | list[FieldError]:
    """``today`` is the store's local day. Inputs that are not asked are not read."""
    reading = _Reading(form, settings)
    first_name, surname = reading.name("first_name"), reading.name("surname")
    email, phone = reading.email(), reading.phone()
    birthday = reading.birthday(today)
    birthday_gift = reading.birthday_gift(birthday)
    reading.terms()
    if form.get(TRAP_INPUT):
        reading.refuse("form", "looks_automated")
    if reading.errors:
        return reading.errors
    return JoinForm(
        language=locale,
        first_name=first_name,
        surname=surname,
        email=email,
        phone=phone,
        birthday=birthday,
        terms_version=settings.terms_version,
        marketing_opt_in=form.get("marketing") == "yes",
        birthday_gift=birthday_gift,
    )


def kept_values(form: Mapping[str, str]) -> dict[str, str]:
    """What was typed, for the corrected page."""
    return {name: form[name] for name in KEPT_INPUTS if name in form}


class _Reading:
    """One pass over a form: values come back, faults gather."""

    def __init__(self, form: Mapping[str, str], settings: JoinSettings) -> None:
        self._form = form
        self._settings = settings
        self.errors: list[FieldError] = []

    def refuse(self, field: ErrorField, code: ErrorCode) -> None:
        self.errors.append(FieldError(field, code))

    def name(self, field: Literal["first_name", "surname"]) -> str | None:
        text = self._asked_text(field)
        if text is None:
            return None
        if len(text) > NAME_LENGTH_MAX:
            self.refuse(field, "too_long")
        elif looks_encoded(text) or _NOT_IN_NAMES.search(text) or not any(map(str.isalpha, text)):
            self.refuse(field, "name_not_allowed")
        return text

    def email(self) -> EmailAddress | None:
        text = self._asked_text("email")
        if text is None:
            return None
        found = parse_email(text)
        if found is None:
            self.refuse("email", "email_invalid")
        return found

    def phone(self) -> str | None:
        text = self._asked_text("phone")
        if text is None:
            return None
        found = parse_phone(text)
        if found is None:
            self.refuse("phone", "phone_invalid")
        return found

    def birthday(self, today: date) -> date | None:
        if "birthday" not in self._settings.asked:
            return None
        try:
            day, month, year = (clean(self._form.get(name, "")) for name in BIRTHDAY_INPUTS)
        except InvisibleCharacters:
            self.refuse("birthday", "birthday_not_a_date")
            return None
        if not (day or month or year):
            if "birthday" in self._settings.required:
                self.refuse("birthday", "birthday_missing")
            return None
        found = parse_birthday(day, month, year, today, self._settings.minimum_age)
        if isinstance(found, date):
            return found
        self.refuse("birthday", found)
        return None

    def birthday_gift(self, birthday: date | None) -> bool:
        """Consent to it is nothing without the date it goes by."""
        agreed = self._settings.birthday_gift and self._form.get("birthday_gift") == "yes"
        if agreed and birthday is None and all(error.field != "birthday" for error in self.errors):
            self.refuse("birthday", "birthday_missing_for_gift")
        return agreed

    def terms(self) -> None:
        agreed = self._form.get("terms", "")
        if not agreed:
            self.refuse("terms", "terms_missing")
        elif agreed != self._settings.terms_version:
            self.refuse("terms", "terms_changed")

    def _asked_text(self, field: Literal["first_name", "surname", "email", "phone"]) -> str | None:
        if field not in self._settings.asked:
            return None
        try:
            text = clean(self._form.get(field, ""))
        except InvisibleCharacters:
            self.refuse(field, "control_characters")
            return None
        if text:
            return text
        if field in self._settings.required:
            missing: Mapping[str, ErrorCode] = {
                "first_name": "first_name_missing",
                "surname": "surname_missing",
                "email": "email_missing",
                "phone": "phone_missing",
            }
            self.refuse(field, missing[field])
        return None
