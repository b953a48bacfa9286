"""The form of a program: what joining asks for."""

from uuid import UUID

from enrollment.domain.realm import Realm
from enrollment.domain.refusals import Refused
from stampbook_events.enrollment import LANGUAGES, JoinFormChanged, SetJoinForm
from stampbook_messaging.messages import Decision, Fact


def set_form(realm: Realm, merchant: UUID, command: SetJoinForm) -> Decision:
    if merchant not in realm.merchants:
        raise Refused("merchant_unknown")
    if not set(command.required) <= set(command.asked):
        raise Refused("required_but_not_asked")
    if not {"email", "phone"} & set(command.asked):
        raise Refused("nobody_could_be_told_apart")
    if missing := sorted(set(LANGUAGES) - (command.terms.keys() & command.privacy.keys())):
        raise Refused("translation_missing", languages=missing)
    event = JoinFormChanged(
        program_id=command.program_id,
        asked=command.asked,
        required=command.required,
        terms_version=command.terms_version,
        terms=command.terms,
        privacy=command.privacy,
        minimum_age=command.minimum_age,
    )
    result = {"program_id": command.program_id, "terms_version": command.terms_version}
    if realm.forms.get((merchant, command.program_id)) == event:
        return Decision(facts=(), result=result)
    return Decision(facts=(Fact(aggregate=command.program_id, event=event),), result=result)
