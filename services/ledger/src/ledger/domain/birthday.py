"""The birthday bonus, once per card and year (R27, R28)."""

from datetime import timedelta

from ledger.domain import crediting
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.clock import stands_at
from ledger.domain.days import local_day, start_of
from ledger.domain.fitting import Fitting
from ledger.domain.guards import must_be_active
from ledger.domain.refusals import Refused
from ledger.domain.unlocking import complete, give_birthday
from ledger.domain.welcome import figures
from stampbook_events.ledger import BirthdayBonus, BirthdayBonusGranted, BirthdaySkipped, GrantBirthday, Moves

CATCH_UP = timedelta(days=14)


def grant(case: Case, card: Card, command: GrantBirthday) -> dict[str, object]:
    """As of the start of the day at the home store; too late, it is skipped in sight of operators."""
    if (card.card_id, command.day.year) in case.tenant.birthdays:
        raise Refused("birthday_already_granted")
    must_be_active(card)
    if stands_at(case.tenant.stops_of(card, None), case.at):
        raise Refused("not_live")
    zone = case.tenant.zone_of(card.store_id)
    begins, today = start_of(command.day, zone), local_day(case.at, zone)
    if begins > case.at:
        raise Refused("birthday_not_yet")
    bonus = _promised(case, card, command)
    if today - command.day > CATCH_UP:
        skipped = BirthdaySkipped(**case.about(card), day=command.day, code="birthday_window_passed")
        case.tell(card.card_id, skipped, begins)
        return figures(case, card)
    case.effective, case.store = begins, case.tenant.stores.get(card.store_id)
    _grant(case, card, bonus, command)
    return figures(case, card) | {"points": bonus.points}


def _promised(case: Case, card: Card, command: GrantBirthday) -> BirthdayBonus:
    begins = start_of(command.day, case.tenant.zone_of(card.store_id))
    program = case.tenant.program(card.program_id)
    version = program.in_force(begins)
    if version is None or version.terms.rules.birthday is None:
        raise Refused("birthday_not_offered")
    if program.ending is not None and begins >= program.ending.ends_at:
        raise Refused("program_ended")
    return version.terms.rules.birthday


def _grant(case: Case, card: Card, bonus: BirthdayBonus, command: GrantBirthday) -> None:
    terms, before = case.terms(card), card.holdings.available(case.at)
    fitting = Fitting(card, bonus.stamps, terms) if bonus.stamps else None
    moves = crediting.credit(case, card, bonus.points, terms) if bonus.points else Moves()
    event = BirthdayBonusGranted(
        **case.standing(card, moves),
        day=command.day,
        points=bonus.points,
        stamps=fitting.given if fitting else 0,
        brings_reward=bonus.reward_id is not None,
        stamping=fitting.stamping(card) if fitting and fitting.given else None,
    )
    operation_id = case.tell(card.card_id, event, case.effective)
    crediting.tell_reach(case, card, before)
    if fitting:
        complete(case, card, terms, fitting.filled)
    if bonus.reward_id is not None:
        give_birthday(case, card, bonus.reward_id, operation_id)
