"""What one more event changes in the tenant: its aggregate, its postings, and the keys that cross cards."""

from typing import Any
from uuid import UUID

from ledger.domain import keeping, reported
from ledger.domain.card import Card
from ledger.domain.changes import Posted
from ledger.domain.evolving import Place, evolve, opened, take_over
from ledger.domain.tenant import Tenant
from ledger.domain.terms import Campaign, Ending, Program, ProgramTerms, Reward
from ledger.domain.versions import Published, Version
from stampbook_events import Actor
from stampbook_events.ledger import (
    CampaignPublished,
    CampaignWithdrawn,
    CardOpened,
    CardTakenOver,
    Line,
    Moves,
    ProgramEnding,
    ProgramPublished,
    ProgramWithdrawn,
    RewardPublished,
    RewardRetired,
    RewardWithdrawn,
    Stamping,
)


def record(tenant: Tenant, aggregate: UUID, event: Any, place: Place, actor: Actor) -> None:
    """Take in one event that is recorded now. A refusal changes no more than the version of its aggregate."""
    if isinstance(event, CardOpened):
        card = tenant.cards[aggregate] = opened(event, place)
        tenant.changes.opened.append(aggregate)
        keeping.keep(tenant, card, event, place, actor)
    elif aggregate in tenant.cards:
        _record_on_card(tenant, tenant.cards[aggregate], event, place, actor)
    else:
        _record_setup(tenant, event, place)


def lines_of(event: Any) -> tuple[Line, ...]:
    moves: Moves | None = getattr(event, "moves", None)
    stamping: Stamping | None = getattr(event, "stamping", None)
    lines = moves.lines if moves else ()
    return (*lines, *stamping.lines) if stamping else lines


def _record_on_card(tenant: Tenant, card: Card, event: Any, place: Place, actor: Actor) -> None:
    changes = tenant.changes
    rewards = reported.rewards_in(event)
    open_before = reported.open_among(card, rewards)
    evolve(card, event, place)
    changes.touched.add(card.card_id)
    if rewards:
        changes.rewards.extend(reported.reward_changes(card, rewards, open_before, event, place))
    if isinstance(event, CardTakenOver):
        other = tenant.cards[event.other]
        take_over(card, other, event.other_lines)
        changes.touched.add(other.card_id)
        changes.merged.append((other.card_id, card.card_id))
        _post(tenant, other, event, place, event.other_lines)
    _post(tenant, card, event, place, lines_of(event))
    moves: Moves | None = getattr(event, "moves", None)
    if moves is not None:
        _note_lots(tenant, card, moves)
    keeping.keep(tenant, card, event, place, actor)


def _note_lots(tenant: Tenant, card: Card, moves: Moves) -> None:
    changes = tenant.changes
    for lot in moves.opened:
        changes.new_lots[lot.lot_id] = card.card_id
    for lot_id in (*(by.lot_id for by in moves.moved), *(to.lot_id for to in moves.redated)):
        if lot_id not in changes.new_lots:
            changes.lots[lot_id] = card.card_id
    for cohort, change in reported.cohort_changes(card, moves):
        known = changes.cohorts.get(cohort)
        changes.cohorts[cohort] = change if known is None else known.plus(change)


def _post(tenant: Tenant, card: Card, event: Any, place: Place, lines: tuple[Line, ...]) -> None:
    if not lines:
        return
    posted = Posted(
        event_id=place.event_id,
        card_id=card.card_id,
        version=card.version,
        program_id=card.program_id,
        store_id=reported.store_of(event, card),
        recorded_at=place.recorded_at,
        counts_at=reported.counts_at(event, place),
        test=card.test,
        lines=lines,
    )
    tenant.changes.posted.append(posted)


def _record_setup(tenant: Tenant, event: Any, place: Place) -> None:
    changes = tenant.changes
    match event:
        case ProgramPublished():
            terms = ProgramTerms(
                names=event.names,
                rates=event.rates,
                rounding=event.rounding,
                welcome_points=event.welcome_points,
                stamp_target=event.stamp_target,
                rules=event.rules,
            )
            begins = event.effective_from or place.recorded_at
            version = Version(number=event.program_version, effective_from=begins, terms=terms)
            program = tenant.programs.setdefault(event.program_id, Program(id=event.program_id, versions=[]))
            program.versions.append(version)
            changes.versions.append(("program", event.program_id, event.program_version))
        case CampaignPublished():
            campaign = tenant.campaigns.setdefault(event.campaign_id, Campaign(id=event.campaign_id, versions=[]))
            campaign.versions.append(
                Version(number=event.campaign_version, effective_from=event.effective_from, terms=event.terms)
            )
            changes.versions.append(("campaign", event.campaign_id, event.campaign_version))
        case RewardPublished():
            reward = tenant.rewards.setdefault(event.reward_id, Reward(id=event.reward_id, versions=[]))
            reward.versions.append(
                Version(number=event.reward_version, effective_from=event.effective_from, terms=event.terms)
            )
            changes.versions.append(("reward", event.reward_id, event.reward_version))
        case ProgramWithdrawn():
            _withdraw(tenant, "program", tenant.programs[event.program_id], event.program_version)
        case CampaignWithdrawn():
            _withdraw(tenant, "campaign", tenant.campaigns[event.campaign_id], event.campaign_version)
        case RewardWithdrawn():
            _withdraw(tenant, "reward", tenant.rewards[event.reward_id], event.reward_version)
        case ProgramEnding():
            tenant.programs[event.program_id].ending = Ending(event.ends_at, event.last_day)
            changes.endings.add(event.program_id)
        case RewardRetired():
            tenant.rewards[event.reward_id].retired_at = place.recorded_at
            changes.retired.add(event.reward_id)
        case _:
            pass  # A refusal.


def _withdraw(tenant: Tenant, kind: str, published: Published[Any], number: int) -> None:
    published.withdraw(number)
    tenant.changes.withdrawn.append((kind, published.id, number))
