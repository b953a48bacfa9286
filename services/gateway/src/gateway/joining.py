"""From what somebody typed to the enrollment command: the same for a page and for the till."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from gateway.command_ids import CommandIds, new_card_number
from gateway.map import Shop
from gateway.pages.errors import ErrorCode, ErrorField, FieldError
from gateway.pages.form import JoinForm
from gateway.pages.settings import JoinSettings
from gateway.ports import SealPort
from gateway.questions import Program
from stampbook_events.enrollment import EnrollCustomer, JoinFormChanged, Personal
from stampbook_messaging.clock import Clock

REFUSALS: Mapping[str, tuple[ErrorField, ErrorCode]] = {
    "terms_outdated": ("terms", "terms_changed"),
    "name_not_allowed": ("first_name", "name_not_allowed"),
    "email_invalid": ("email", "email_invalid"),
    "phone_invalid": ("phone", "phone_invalid"),
    "birthday_invalid": ("birthday", "birthday_not_a_date"),
    "birthday_in_future": ("birthday", "birthday_in_future"),
    "birthday_implausible": ("birthday", "birthday_too_long_ago"),
    "below_minimum_age": ("birthday", "below_minimum_age"),
    "field_required:first_name": ("first_name", "first_name_missing"),
    "field_required:surname": ("surname", "surname_missing"),
    "field_required:email": ("email", "email_missing"),
    "field_required:phone": ("phone", "phone_missing"),
    "field_required:birthday": ("birthday", "birthday_missing"),
}
"""Enrollment's refusals that a field of the form can answer for."""


def settings_of(form: JoinFormChanged, program: Program | None = None) -> JoinSettings:
    return JoinSettings(
        asked=frozenset(form.asked),
        required=frozenset(form.required),
        minimum_age=form.minimum_age,
        terms_version=form.terms_version,
        birthday_gift=program is not None and program.birthday_gift and "birthday" in form.asked,
    )


def today_in(shop: Shop, clock: Clock) -> date:
    return clock.now().astimezone(ZoneInfo(shop.store.time_zone)).date()


def nobody_to_reach(form: JoinForm, settings: JoinSettings) -> FieldError | None:
    """Address or phone tell customers apart; with neither there is nobody to give a card to."""
    if form.email is not None or form.phone is not None:
        return None
    if "email" in settings.asked:
        return FieldError("email", "email_missing")
    return FieldError("phone", "phone_missing")


def said_in(shop: Shop, form: JoinForm, *, test: bool = False) -> object:
    """Everything the person said, for the fingerprint only: it leaves this process in no other form."""
    return [
        shop.store.store_id,
        shop.store.program_id,
        msgspec.to_builtins(_personal(form, None)),
        form.language,
        form.terms_version,
        form.marketing_opt_in,
        test,
        *(["birthday_gift"] if form.birthday_gift else []),  # Nothing more than ever where it is not asked.
    ]


async def enrollment_of(
    sealer: SealPort, shop: Shop, form: JoinForm, ticket: str | None, *, test: bool = False
) -> EnrollCustomer:
    """Raises ``QueryUnavailable`` when there is no key to seal to."""
    sealed = await sealer.seal("enrollment", msgspec.json.encode(_personal(form, ticket)))
    return EnrollCustomer(
        store_id=shop.store.store_id,
        program_id=shop.store.program_id,
        language=form.language,
        card_number=new_card_number(),
        personal=sealed,
        terms_version=form.terms_version,
        marketing=form.marketing_opt_in,
        birthday_gift=form.birthday_gift,
        test=test,
    )


def join_command_id(ids: CommandIds, merchant: UUID, form_key: str, fingerprint: bytes) -> UUID:
    """One form with one content is one join, however often it is sent; with another content it is another."""
    return ids.command_id(merchant, "anonymous", "join", f"{form_key}/{fingerprint.hex()}")


def _personal(form: JoinForm, ticket: str | None) -> Personal:
    return Personal(
        first_name=form.first_name,
        surname=form.surname,
        email=form.email.address if form.email is not None else None,
        phone=form.phone,
        birthday=form.birthday.isoformat() if form.birthday is not None else None,
        ticket=ticket,
    )
