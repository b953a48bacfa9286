"""What lies in one piece beside the typed columns: only deciders read it."""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

import msgspec

from ledger.domain.account import Totals
from ledger.domain.card import Card, Taken
from ledger.domain.clock import Stop
from ledger.domain.lots import Lot
from ledger.domain.terms import ProgramTerms
from stampbook_events.enrollment import Texts
from stampbook_events.ledger import (
    CampaignTerms,
    Expiry,
    Rate,
    RewardTerms,
    Rules,
    UnlockedReward,
    WelcomePromise,
)

REMEMBERED = 4096
_encode = msgspec.json.Encoder().encode


class CardRest(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Of a card: the totals of its accounts, and what is known of its holder and its past; see ``domain.card.Card``."""

    points: Totals
    stamps: Totals
    promise: WelcomePromise | None = None
    stops: tuple[Stop, ...] = ()
    unfrozen_at: datetime | None = None
    welcomes: dict[UUID, datetime] = {}
    reached: dict[UUID, datetime] = {}
    confirmed: bool = False
    checked: bool = False


class LotTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What many lots have in common: the rule that they were earned under."""

    zone: str
    program_version: int
    expiry: Expiry
    grace_days: int = 0


_card_rest = msgspec.json.Decoder(CardRest)
_lot_terms = msgspec.json.Decoder(LotTerms)
_unlocked = msgspec.json.Decoder(UnlockedReward)
_taken = msgspec.json.Decoder(tuple[Taken, ...])
_stops = msgspec.json.Decoder(tuple[Stop, ...])
_texts = msgspec.json.Decoder(list[str])
_names = msgspec.json.Decoder(Texts)
_rates = msgspec.json.Decoder(dict[str, Rate])
_rules = msgspec.json.Decoder(Rules)
_campaign = msgspec.json.Decoder(CampaignTerms)
_reward = msgspec.json.Decoder(RewardTerms)

card_rest = _card_rest.decode
unlocked_terms = _unlocked.decode
taken = _taken.decode
stops = _stops.decode
texts = _texts.decode


def rest_of(card: Card) -> bytes:
    return _encode(
        CardRest(
            points=card.holdings.totals,
            stamps=card.stamps,
            promise=card.promise,
            stops=card.stops,
            unfrozen_at=card.unfrozen_at,
            welcomes=card.welcomes,
            reached=card.reached,
            confirmed=card.confirmed,
            checked=card.checked,
        )
    )


@lru_cache(REMEMBERED)
def lot_terms(document: bytes) -> LotTerms:
    """Equal for all lots of one version, so that most are never read twice."""
    return _lot_terms.decode(document)


def terms_of(lot: Lot) -> bytes:
    return _lot_document(lot.zone, lot.program_version, lot.expiry, lot.grace_days)


@lru_cache(REMEMBERED)
def _lot_document(zone: str, program_version: int, expiry: Expiry, grace_days: int) -> bytes:
    return _encode(LotTerms(zone=zone, program_version=program_version, expiry=expiry, grace_days=grace_days))


def as_bytes(document: UnlockedReward | tuple[Taken, ...] | tuple[Stop, ...] | list[str]) -> bytes:
    return _encode(document)


@lru_cache(REMEMBERED)
def program_terms(
    names: str, rates: str, rounding: str, welcome_points: int, stamp_target: int | None, rules: str
) -> ProgramTerms:
    return ProgramTerms(
        names=_names.decode(names),
        rates=_rates.decode(rates),
        rounding=rounding,  # type: ignore[arg-type]
        welcome_points=welcome_points,
        stamp_target=stamp_target,
        rules=_rules.decode(rules),
    )


@lru_cache(REMEMBERED)
def campaign_terms(document: str) -> CampaignTerms:
    return _campaign.decode(document)


@lru_cache(REMEMBERED)
def reward_terms(document: str) -> RewardTerms:
    return _reward.decode(document)
