"""Stamps are given; what does not fit on the card is said, not lost in silence (R20-R24, R62, R63)."""

from collections.abc import Sequence

from ledger.domain import guards, welcome
from ledger.domain.activity import active
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.fitting import Fitting
from ledger.domain.receipts import fresh
from ledger.domain.refusals import Refused, within
from ledger.domain.terms import ProgramTerms
from ledger.domain.unlocking import complete, shown
from stampbook_events.ledger import GiveStamps, Moves, StampsEarned, UnlockedReward

STAMPS_MAX = 100


def give(case: Case, card: Card, command: GiveStamps) -> dict[str, object]:
    """Give what fits (R22). The checks in the order of R6."""
    wrong_time = guards.begin_giving(case, card, command)
    within("stamps", command.stamps, STAMPS_MAX)
    if wrong_time is not None:
        raise wrong_time
    terms = case.terms(card)
    must_offer(card, terms)
    key = guards.receipt_key(case, card, command.receipt)
    if key is not None:
        fresh(case.tenant, key, "stamps")
    room = _room(case, card, terms)
    override = guards.cool_down(case, card, command)
    fitting = fit(card, min(command.stamps, room.left), terms)
    not_given = command.stamps - fitting.given
    event = StampsEarned(
        **case.standing(card, Moves(redated=active(case, card))),
        stamps=fitting.given,
        not_given=not_given,
        count=fitting.filled.stamps,
        target=fitting.filled.target,
        receipt=key.receipt if key else None,
        period=key.period if key else "",
        day=case.day(card),
        because=(fitting.because or room.code) if not_given else None,
        policy=terms.rules.policy,
        channel=command.channel,
        override=override,
        flags=tuple(case.flags),
        said_at=case.said_at,
        stamping=fitting.stamping(card),
    )
    operation_id = case.tell(card.card_id, event, case.effective)
    unlocked = complete(case, card, terms, fitting.filled)
    welcome.pay(case, card, "first_purchase", operation_id)
    return _answer(case, card, event, fitting, unlocked) | {"operation_id": operation_id}


def must_offer(card: Card, terms: ProgramTerms) -> None:
    """An open cycle goes on, also when the next one would not be offered any more."""
    if terms.stamp_target is None and not card.count:
        raise Refused("stamps_not_offered")


def fit(card: Card, stamps: int, terms: ProgramTerms) -> Fitting:
    """Refuses what does not fit at all (R22)."""
    fitting = Fitting(card, stamps, terms)
    if not fitting.given:
        raise Refused(fitting.because or "card_full", stamps=card.count, stamp_target=card.target)
    return fitting


def _room(case: Case, card: Card, terms: ProgramTerms) -> guards.Room:
    caps = terms.rules.caps
    room = guards.room(case, card, "stamps_of_card", caps.stamps_per_card, "stamps_by_staff", caps.stamps_per_staff)
    if not room.left:
        raise Refused(room.code)
    return room


def _answer(
    case: Case, card: Card, event: StampsEarned, fitting: Fitting, unlocked: Sequence[UnlockedReward]
) -> dict[str, object]:
    answer = welcome.figures(case, card) | {
        "given": event.stamps,
        "not_given": event.not_given,
        "repaid": fitting.repaid,
        "effective_at": case.effective,
        "program_version": event.program_version,
    }
    if event.not_given:
        answer["not_given_because"] = event.because
    if unlocked:
        answer["unlocked"] = shown(unlocked)
    if event.override:
        answer["overridden_by"] = case.actor.id
    return answer | ({"flags": event.flags} if event.flags else {})
