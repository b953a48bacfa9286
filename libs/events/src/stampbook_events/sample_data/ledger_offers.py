"""Programs, campaigns and rewards of the examples."""

from datetime import UTC, date, datetime

import msgspec

from stampbook_events import ledger
from stampbook_events.sample_data.cast import FASHIONHUB, FG, NAMES, SATURDAYS, SCARF, TOTE_BAG, WELCOMED_AT, example

JULY = datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
PROGRAM = {
    "program_id": FG,
    "names": NAMES,
    "rates": {"EUR": ledger.Rate(points=2, per_minor=100)},
    "rounding": "down",
    "welcome_points": 50,
    "stamp_target": 10,
    "rules": ledger.Rules(
        expiry=ledger.RollingExpiry(count=12, unit="months"),
        full_card_reward=SCARF,
        birthday=ledger.BirthdayBonus(points=25, reward_id=SCARF),
        caps=ledger.Caps(stamps_per_card=20, points_per_staff=5_000),
        point_value=ledger.PointValue(minor=500, points=100),
    ),
}
CAMPAIGN = ledger.CampaignTerms(
    program_id=FG,
    multiplier=200,
    names={"en": "Saturdays count twice", "fr": "Le samedi compte double"},
    stores=(FASHIONHUB,),
    weekdays=(5,),
    first_day=date(2026, 6, 1),
    last_day=date(2026, 8, 31),
)
REWARD = ledger.RewardTerms(
    program_id=FG,
    names={"en": "Tote bag", "fr": "Sac en toile"},
    descriptions={"en": "Cotton, in black or ecru.", "fr": "En coton, noir ou écru."},
    cost=100,
    stock=250,
    limit=2,
    limit_per="year",
    value_minor=900,
)

EVENTS: tuple[msgspec.Struct, ...] = (
    example(ledger.ProgramPublished, PROGRAM, program_version=1, effective_from=WELCOMED_AT),
    ledger.ProgramWithdrawn(program_id=FG, program_version=2),
    ledger.ProgramEnding(program_id=FG, ends_at=datetime(2026, 12, 31, 23, 0, tzinfo=UTC), last_day=date(2027, 4, 30)),
    ledger.CampaignPublished(campaign_id=SATURDAYS, campaign_version=1, terms=CAMPAIGN, effective_from=WELCOMED_AT),
    ledger.CampaignWithdrawn(campaign_id=SATURDAYS, campaign_version=2),
    ledger.RewardPublished(reward_id=TOTE_BAG, reward_version=1, terms=REWARD, effective_from=WELCOMED_AT),
    ledger.RewardWithdrawn(reward_id=TOTE_BAG, reward_version=2),
    ledger.RewardRetired(reward_id=TOTE_BAG),
)
