"""From a command to what comes of it: the table of contents of enrollment's decisions."""

from typing import assert_never, get_args
from uuid import UUID, uuid5

import msgspec

from enrollment.domain import birthday, confirming, customer, form, key, setting_up
from enrollment.domain.realm import Realm
from enrollment.domain.refusals import Refused
from stampbook_events import tag_of
from stampbook_events.enrollment import (
    ChangeBirthday,
    ConfirmEmail,
    CustomerRefused,
    EnrollCustomer,
    EnrollmentCommand,
    EnrollmentRefused,
    InitialisePlatform,
    IssueKey,
    OpenStore,
    RegisterMerchant,
    RevokeKey,
    SetBirthdayConsent,
    SetJoinForm,
    SetupRefused,
)
from stampbook_events.ids import PLATFORM
from stampbook_messaging.messages import Decision, Fact, Received

COMMANDS: tuple[type[EnrollmentCommand], ...] = get_args(EnrollmentCommand)
_OF_THE_PLATFORM = (InitialisePlatform, RegisterMerchant, OpenStore)
_OF_A_CUSTOMER = (SetBirthdayConsent, ChangeBirthday, ConfirmEmail)


def decide(realm: Realm, received: Received) -> Decision:
    """Decide one command and let *realm* know what it led to."""
    command: EnrollmentCommand = received.command
    try:
        _must_be_meant_for(received)
        decision = _decide(realm, command, received)
    except Refused as refused:
        return _refusal(command, refused)
    for fact in decision.facts:
        realm.evolve(fact.merchant or received.envelope.merchant, fact.event)
    return decision


def _must_be_meant_for(received: Received) -> None:
    if received.late:
        raise Refused("too_late")
    if isinstance(received.command, _OF_THE_PLATFORM) != (received.envelope.merchant == PLATFORM):
        raise Refused("wrong_tenant")


def _decide(realm: Realm, command: EnrollmentCommand, received: Received) -> Decision:  # noqa: PLR0911  a table of contents
    merchant = received.envelope.merchant
    match command:
        case EnrollCustomer():
            return customer.enroll(realm, command, received)
        case SetBirthdayConsent() | ChangeBirthday() | ConfirmEmail():
            return _of_somebody(realm, command, received)
        case InitialisePlatform():
            return setting_up.initialise(realm, command)
        case RegisterMerchant():
            return setting_up.register(realm, command)
        case OpenStore():
            return setting_up.open_store(realm, command)
        case SetJoinForm():
            return form.set_form(realm, merchant, command)
        case IssueKey():
            return key.issue(realm, merchant, command)
        case RevokeKey():
            return key.revoke(realm, merchant, command)
        case _:
            assert_never(command)


def _of_somebody(
    realm: Realm, command: SetBirthdayConsent | ChangeBirthday | ConfirmEmail, received: Received
) -> Decision:
    match command:
        case SetBirthdayConsent():
            return birthday.set_consent(realm, command, received)
        case ChangeBirthday():
            return birthday.change(realm, command, received)
        case ConfirmEmail():
            return confirming.confirm(realm, command, received)
        case _:
            assert_never(command)


def _refusal(command: EnrollmentCommand, refused: Refused) -> Decision:
    subject = subject_of(command)
    event: msgspec.Struct
    if isinstance(command, EnrollCustomer):
        event = EnrollmentRefused(store_id=command.store_id, program_id=command.program_id, code=refused.code)
    elif isinstance(command, _OF_A_CUSTOMER):
        event = CustomerRefused(command=tag_of(type(command)), customer_id=subject, code=refused.code)
    else:
        event = SetupRefused(command=tag_of(type(command)), subject_id=subject, code=refused.code)
    # A store's own events come from the platform's partition; what is refused here must not meet them there.
    aggregate = uuid5(subject, "refused")
    return Decision(facts=(Fact(aggregate=aggregate, event=event),), result=refused.detail, refused=refused.code)


def subject_of(command: EnrollmentCommand) -> UUID:
    """What a command is about; for a join that is the store, since there is no customer before it is decided."""
    match command:
        case EnrollCustomer() | OpenStore():
            return command.store_id
        case SetBirthdayConsent() | ChangeBirthday() | ConfirmEmail():
            return command.customer_id
        case InitialisePlatform():
            return PLATFORM
        case RegisterMerchant():
            return command.merchant_id
        case SetJoinForm():
            return command.program_id
        case IssueKey() | RevokeKey():
            return command.key_id
        case _:
            assert_never(command)
