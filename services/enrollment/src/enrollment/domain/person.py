"""What somebody says of themselves, checked again on this side: the form's word alone is not enough."""

import re
import unicodedata
from datetime import date, datetime
from zoneinfo import ZoneInfo

from enrollment.domain.refusals import Refused
from stampbook_events.enrollment import JoinFormChanged, Personal

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"[^\s@<>\"(),:;\\\[\]]{{1,64}}@{_LABEL}(\.{_LABEL})+")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_EMAIL_LENGTH_MAX = 254
_NAME_LENGTH_MAX = 100
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
"""Format characters that several scripts need to write a name; every other one only hides something."""
_OLDEST_YEARS = 120


def email_identity(address: str) -> str:
    """Letter case tells nobody apart; plus tags do."""
    return unicodedata.normalize("NFC", address.lower())


def must_be_complete(person: Personal, form: JoinFormChanged) -> None:
    for name in form.required:
        if not getattr(person, name):
            raise Refused(f"field_required:{name}")
    if not person.email and not person.phone:
        raise Refused("identity_missing")


def must_be_well_formed(person: Personal) -> None:
    for name in (person.first_name, person.surname):
        if name is not None and not _is_name(name):
            raise Refused("name_not_allowed")
    if person.email is not None and not _is_address(person.email):
        raise Refused("email_invalid")
    if person.phone is not None and not _PHONE.fullmatch(person.phone):
        raise Refused("phone_invalid")


def must_be_old_enough(person: Personal, form: JoinFormChanged, recorded_at: datetime, time_zone: str) -> None:
    """By the calendar of the store, on the day the form arrived."""
    if person.birthday is None:
        return
    born = _day(person.birthday)
    today = recorded_at.astimezone(ZoneInfo(time_zone)).date()
    if born > today:
        raise Refused("birthday_in_future")
    age = full_years(born, today)
    if age > _OLDEST_YEARS:
        raise Refused("birthday_implausible")
    if age < form.minimum_age:
        raise Refused("below_minimum_age", minimum_age=form.minimum_age)


def full_years(born: date, today: date) -> int:
    """Whoever was born on 29 February has the birthday on 28 February in other years."""
    day = (today.month, today.day)
    had_it = day >= (born.month, born.day) or ((born.month, born.day) == (2, 29) and day == (2, 28))
    return today.year - born.year - (not had_it)


def _day(text: str) -> date:
    """``YYYY-MM-DD`` and no other of the spellings that ISO 8601 has."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused("birthday_invalid") from None
    if day.isoformat() != text:
        raise Refused("birthday_invalid")
    return day


def _is_name(name: str) -> bool:
    return len(name.strip()) > 0 and len(name) <= _NAME_LENGTH_MAX and _shows_itself(name)


def _is_address(address: str) -> bool:
    """The domain in lower-case ASCII, as the gateway wrote it."""
    return len(address) <= _EMAIL_LENGTH_MAX and _shows_itself(address) and _EMAIL.fullmatch(address) is not None


def _shows_itself(text: str) -> bool:
    """Neither invisible letters nor the marks of an encoded word, inside which a mail could find new headers."""
    if "=?" in text or "?=" in text:
        return False
    return all(letter in _JOINERS or unicodedata.category(letter) not in _INVISIBLE for letter in text)
