"""What can be wrong with a sent join form, and the words and places in which the page says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from gateway.pages.catalog import Catalog
from gateway.pages.locale import date_order
from gateway.pages.settings import JoinSettings

NAME_LENGTH_MAX = 100

# "form" stands for the form as a whole: the page shows it in the summary only.
ErrorField = Literal["first_name", "surname", "email", "phone", "birthday", "terms", "form"]
ErrorCode = Literal[
    "first_name_missing",
    "surname_missing",
    "email_missing",
    "phone_missing",
    "birthday_missing",
    "birthday_missing_for_gift",
    "name_not_allowed",
    "control_characters",
    "too_long",
    "email_invalid",
    "phone_invalid",
    "birthday_incomplete",
    "birthday_not_a_date",
    "birthday_not_a_leap_year",
    "birthday_year_four_digits",
    "birthday_in_future",
    "birthday_too_long_ago",
    "below_minimum_age",
    "terms_missing",
    "terms_changed",
    "form_expired",
    "looks_automated",
    "too_many_attempts",
    "unavailable",
]
ERROR_CODES: tuple[ErrorCode, ...] = get_args(ErrorCode)
_FIT_SEVERAL_FIELDS: frozenset[ErrorCode] = frozenset({"name_not_allowed", "control_characters", "too_long"})
FORM_ORDER: tuple[ErrorField, ...] = get_args(ErrorField)


@dataclass(frozen=True, slots=True)
class FieldError:
    field: ErrorField
    code: ErrorCode


@dataclass(frozen=True, slots=True)
class SummaryLink:
    target: str
    words: str


@dataclass(frozen=True, slots=True)
class ErrorSummary:
    heading: str
    whole: Sequence[str]
    links: Sequence[SummaryLink]


def error_words(words: Catalog, error: FieldError, settings: JoinSettings) -> str:
    counts = {"below_minimum_age": settings.minimum_age, "too_long": NAME_LENGTH_MAX}
    if error.code in counts:
        return words.text(f"error.{error.code}", n=counts[error.code])
    return words.text(f"error.{error.code}")


def error_summary(words: Catalog, errors: Sequence[FieldError], settings: JoinSettings) -> ErrorSummary | None:
    """The list above the form, in the form's order; each line leads to its field."""
    if not errors:
        return None
    fields = sorted((error for error in errors if error.field != "form"), key=_place)
    heading = words.text("errors.heading", n=len(fields)) if fields else words.text("errors.form_heading")
    return ErrorSummary(
        heading=heading,
        whole=[error_words(words, error, settings) for error in errors if error.field == "form"],
        links=[SummaryLink(_target(words, error), _line(words, error, settings)) for error in fields],
    )


def problems(words: Catalog, errors: Iterable[FieldError], settings: JoinSettings) -> dict[str, str]:
    """The sentence to show at each field."""
    return {error.field: error_words(words, error, settings) for error in errors if error.field != "form"}


def _line(words: Catalog, error: FieldError, settings: JoinSettings) -> str:
    """Away from its field a sentence that fits several fields must say which one it means."""
    problem = error_words(words, error, settings)
    if error.code not in _FIT_SEVERAL_FIELDS:
        return problem
    return words.text("errors.line", field=words.text(f"join.{error.field}"), problem=problem)


def _place(error: FieldError) -> int:
    return FORM_ORDER.index(error.field)


def _target(words: Catalog, error: FieldError) -> str:
    return f"birthday_{date_order(words.language)[0]}" if error.field == "birthday" else error.field
