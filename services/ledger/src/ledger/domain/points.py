"""A purchase earns points (R13-R19, R63)."""

from ledger.domain import campaigns, crediting, guards, welcome
from ledger.domain.activity import active
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.money import AMOUNT_MINOR_MAX, points_for
from ledger.domain.receipts import fresh
from ledger.domain.refusals import Refused, within
from ledger.domain.terms import ProgramTerms
from stampbook_events.ledger import CampaignCounted, EarnPoints, LotRedated, Moves, PointsEarned


def earn(case: Case, card: Card, command: EarnPoints) -> dict[str, object]:
    """Record a purchase with the points it gives, also when that is none; the checks in the order of R6."""
    wrong_time = guards.begin_giving(case, card, command)
    within("amount", command.amount_minor, AMOUNT_MINOR_MAX)
    if wrong_time is not None:
        raise wrong_time
    terms = case.terms(card)
    if command.currency not in terms.rates:
        raise Refused("currency_not_accepted", accepted=sorted(terms.rates))
    key = guards.receipt_key(case, card, command.receipt)
    if key is not None:
        fresh(case.tenant, key, "points")
    redated = active(case, card)
    event = _event(case, card, command, terms, redated)
    before = card.holdings.available(case.at)
    operation_id = case.tell(card.card_id, event, case.effective)
    crediting.tell_reach(case, card, before)
    welcome.pay(case, card, "first_purchase", operation_id)
    return _answer(case, card, event) | {"operation_id": operation_id}


def _event(
    case: Case, card: Card, command: EarnPoints, terms: ProgramTerms, redated: tuple[LotRedated, ...]
) -> PointsEarned:
    rate, caps, day = terms.rates[command.currency], terms.rules.caps, case.day(card)
    matching = (one for one in case.tenant.campaigns.values() if one.newest.terms.program_id == card.program_id)
    multiplied = campaigns.multiplier(matching, terms.rules.stacking, case.store_of(card), day, case.effective)
    full = points_for(command.amount_minor, rate, terms.rounding, multiplied.by)
    room = guards.room(case, card, "points_of_card", caps.points_per_card, "points_by_staff", caps.points_per_staff)
    points = min(full, room.left)
    moves = crediting.credit(case, card, points, terms) if points else Moves()
    base = min(points, points_for(command.amount_minor, rate, terms.rounding))
    key = guards.receipt_key(case, card, command.receipt)
    return PointsEarned(
        **case.standing(card, Moves(lines=moves.lines, opened=moves.opened, redated=redated)),
        amount_minor=command.amount_minor,
        currency=command.currency,
        points=points,
        receipt=key.receipt if key else None,
        period=key.period if key else "",
        day=day,
        base=base,
        campaign=points - base,
        campaigns=tuple(
            CampaignCounted(campaign_id=one.campaign_id, campaign_version=one.version, multiplier=one.multiplier)
            for one in multiplied.campaigns
        ),
        not_given=full - points,
        because=room.code if points < full else None,
        policy=terms.rules.policy,
        channel=command.channel,
        flags=tuple(case.flags),
        said_at=case.said_at,
    )


def _answer(case: Case, card: Card, event: PointsEarned) -> dict[str, object]:
    """What the till shows."""
    repaid = sum(line.amount for line in event.moves.lines if line.account == "debt")
    answer = welcome.figures(case, card) | {
        "points": event.points,
        "base": event.base,
        "campaign": event.campaign,
        "repaid": repaid,
        "effective_at": case.effective,
        "program_version": event.program_version,
    }
    if event.not_given:
        answer |= {"not_given": event.not_given, "not_given_because": event.because}
    return answer | ({"flags": event.flags} if event.flags else {})
