"""Names of the tests and ids of the ledger, one for the other; terms of the tests as the published language says them."""

from uuid import UUID, uuid5

from rulebook import terms as said
from stampbook_events import Actor
from stampbook_events import ledger as told
from stampbook_events.enrollment import Language

MERCHANT = UUID("6d656d65-0000-4000-8000-000000000001")
NAMES: dict[Language, str] = {"en": "a name"}
_ACTORS = {
    "staff": ("staff", None),
    "manager": ("staff", "store_manager"),
    "owner": ("staff", "merchant_owner"),
    "admin": ("super_admin", None),
    "customer": ("customer", None),
    "key": ("anonymous", None),
    "system": ("service", None),
}


def id_of(kind: str, name: str) -> UUID:
    return uuid5(MERCHANT, f"{kind} {name}")


def ids_of(kind: str, names: frozenset[str] | None) -> tuple[UUID, ...] | None:
    return None if names is None else tuple(sorted(id_of(kind, name) for name in names))


def actor_of(by: said.By) -> Actor:
    kind, role = _ACTORS[by.role]
    return Actor(kind=kind, id=by.name, role=role)  # type: ignore[arg-type]


def expiry_of(expiry: said.Expiry) -> told.Expiry:
    match expiry.kind:
        case "none":
            return told.NoExpiry()
        case "rolling":
            return told.RollingExpiry(count=expiry.n, unit=expiry.unit, end_of=expiry.end_of)
        case "inactivity":
            return told.InactivityExpiry(count=expiry.n, unit=expiry.unit)
        case "fixed":
            return told.FixedExpiry(
                month=expiry.month, day=expiry.day, min_days=expiry.min_days, years_after=expiry.years_after
            )


def program_of(name: str, terms: said.Terms) -> told.PublishProgram:
    welcome, birthday, value, caps = terms.welcome, terms.birthday, terms.point_value, terms.caps
    rules = told.Rules(
        stacking=terms.stacking,
        expiry=expiry_of(terms.expiry),
        grace_days=terms.grace_days,
        warn_days=terms.warn_days,
        restore_days=terms.restore_days,
        overfill=terms.overfill,
        bank_limit=terms.bank_limit,
        full_card_reward=id_of("reward", terms.full_card_reward) if terms.full_card_reward else None,
        welcome_stamps=welcome.stamps if welcome else 0,
        welcome_timing=welcome.timing if welcome else "at_enrollment",
        birthday=_birthday_of(birthday) if birthday else None,
        policy=terms.policy,
        hold_till_seconds=int(terms.hold_till.total_seconds()),
        hold_online_seconds=int(terms.hold_online.total_seconds()),
        cooldown_seconds=int(terms.cooldown.total_seconds()),
        caps=told.Caps(
            stamps_per_card=caps.stamps_per_card,
            stamps_per_staff=caps.stamps_per_staff,
            points_per_card=caps.points_per_card,
            points_per_staff=caps.points_per_staff,
        ),
        point_value=told.PointValue(minor=value[0], points=value[1]) if value else None,
    )
    return told.PublishProgram(
        program_id=id_of("program", name),
        names=NAMES,
        rates={each: told.Rate(points=rate.points, per_minor=rate.per) for each, rate in terms.rates.items()},
        rounding=terms.rounding,
        welcome_points=welcome.points if welcome else 0,
        stamp_target=terms.target,
        rules=rules,
    )


def _birthday_of(bonus: said.Bonus) -> told.BirthdayBonus:
    return told.BirthdayBonus(
        points=bonus.points, stamps=bonus.stamps, reward_id=id_of("reward", bonus.reward) if bonus.reward else None
    )


def campaign_of(terms: said.CampaignTerms) -> told.CampaignTerms:
    return told.CampaignTerms(
        program_id=id_of("program", terms.program),
        multiplier=terms.multiplier,
        names=NAMES,
        stores=ids_of("store", terms.stores),
        weekdays=None if terms.weekdays is None else tuple(sorted(terms.weekdays)),
        first_day=terms.first_day,
        last_day=terms.last_day,
    )


def reward_of(terms: said.RewardTerms) -> told.RewardTerms:
    return told.RewardTerms(
        program_id=id_of("program", terms.program),
        names=NAMES,
        cost=terms.cost,
        stores=ids_of("store", terms.stores),
        first_day=terms.first_day,
        last_day=terms.last_day,
        stock=terms.stock,
        limit=terms.limit,
        limit_per=terms.limit_per,
        value_minor=terms.value,
        valid_days=terms.valid_days,
    )


def terminal_of(device: said.Device | None) -> told.Terminal | None:
    if device is None:
        return None
    ahead = int(device.ahead.total_seconds() * 1000)
    return told.Terminal(ahead_ms=ahead, last_sync=device.last_sync, revoked_at=device.revoked_at)
