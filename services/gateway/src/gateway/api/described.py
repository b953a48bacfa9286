"""What the documentation says of each ledger operation: what comes of it, and which refusals it may end with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from gateway import histories, offers, reports
from gateway.api import results, views


class Described(NamedTuple):
    result: type[msgspec.Struct]
    refusals: tuple[str, ...]


_CARD = ("card_unknown",)
_PLACE = ("program_unknown", "store_unknown", "not_live")
_ACTIVE = (*_PLACE, *_CARD, "program_ended", "card_frozen", "card_closed")
_SHOWN = (*_ACTIVE, "card_number_blocked")
_GIVING = (
    *_SHOWN,
    "time_without_zone",
    "time_in_future",
    "before_card_opened",
    "device_revoked",
    "review",
    "operation_unknown",
    "void_not_allowed",
    "too_late",
    "receipt_invalid",
    "receipt_already_recorded",
)
_FULL = ("stamps_not_offered", "card_full", "bank_full")
_SPENDING = (*_SHOWN, "too_late", "ticket_not_for_redeeming")
_REWARD = (
    "quantity_invalid",
    "reward_unknown",
    "reward_not_valid",
    "reward_not_at_store",
    "out_of_stock",
    "limit_reached",
    "not_enough_points",
)
_AMOUNT = ("amount_not_whole", "amount_not_positive", "amount_too_large")
_STAMPS = ("stamps_not_whole", "stamps_not_positive", "stamps_too_large")
_AHEAD = ("time_without_zone", "effective_from_in_the_past")
_OFFERED = ("program_unknown", "names_missing", "last_day_too_early", *_AHEAD)
_EARN = Described(results.PointsEarned, (*_GIVING, *_AMOUNT, "currency_not_accepted"))
_STAMP = Described(results.StampsGiven, (*_GIVING, *_STAMPS, *_FULL, "cap_card_day", "cap_staff_day", "cooldown"))

OPERATIONS: Mapping[str, Described] = {
    "publish_program": Described(
        results.ProgramVersion,
        (*_AHEAD, "names_missing", "program_offers_nothing", "stamps_not_offered", "expiry_too_long"),
    ),
    "withdraw_program": Described(results.ProgramVersion, ("program_unknown", "version_in_force")),
    "end_program": Described(
        results.ProgramEnd, ("program_unknown", "program_ended", "date_out_of_range", "last_day_too_early", *_AHEAD)
    ),
    "publish_campaign": Described(results.CampaignVersion, _OFFERED),
    "withdraw_campaign": Described(results.CampaignVersion, ("campaign_unknown", "version_in_force")),
    "publish_reward": Described(results.RewardVersion, (*_OFFERED, "reward_unknown")),
    "withdraw_reward": Described(results.RewardVersion, ("reward_unknown", "version_in_force")),
    "retire_reward": Described(results.RewardRetired, ("reward_unknown",)),
    "earn_points": _EARN,
    "earn_points_by_ticket": _EARN,
    "give_stamps": _STAMP,
    "give_stamps_by_ticket": _STAMP,
    "hold_reward": Described(results.RewardHeld, (*_SPENDING, *_REWARD, "too_many_reservations")),
    "capture_reservation": Described(
        results.ReservationCaptured,
        (
            *_SPENDING,
            "quantity_invalid",
            "reservation_unknown",
            "reservation_lapsed",
            "reservation_closed",
            "receipt_invalid",
        ),
    ),
    "release_reservation": Described(
        results.ReservationReleased, (*_CARD, "reservation_unknown", "reservation_lapsed", "reservation_closed")
    ),
    "redeem_reward": Described(
        results.RewardRedeemed,
        (
            *_SPENDING,
            *_REWARD,
            "receipt_invalid",
            "time_without_zone",
            "before_card_opened",
            "device_revoked",
            "review",
            "offline_not_allowed",
            "points_too_large",
            "cap_card_day",
        ),
    ),
    "use_code": Described(
        results.CodeUsed,
        (
            *_ACTIVE,
            "too_late",
            "code_unknown",
            "code_already_used",
            "code_expired",
            "receipt_invalid",
            "reward_not_at_store",
        ),
    ),
    "void_operation": Described(
        results.OperationVoided,
        (*_CARD, "operation_unknown", "not_voidable", "already_voided", "has_refunds", "void_not_allowed"),
    ),
    "refund_purchase": Described(
        results.PurchaseRefunded,
        (
            "program_unknown",
            "receipt_invalid",
            "receipt_unknown",
            "already_voided",
            *_AMOUNT,
            "currency_mismatch",
            "refund_already_recorded",
            "refund_exceeds_purchase",
        ),
    ),
    "adjust_points": Described(
        results.PointsAdjusted,
        (
            *_ACTIVE,
            "points_not_whole",
            "points_not_positive",
            "points_too_large",
            "adjustment_over_limit",
            "not_enough_points",
        ),
    ),
    "adjust_stamps": Described(
        results.StampsAdjusted,
        (*_ACTIVE, *_STAMPS, *_FULL, "adjustment_over_limit", "not_enough_stamps"),
    ),
    "forgive_debt": Described(results.DebtForgiven, (*_CARD, "adjustment_over_limit")),
    "freeze_card": Described(results.CardFigures, (*_CARD, "card_frozen", "card_closed")),
    "unfreeze_card": Described(results.CardFigures, (*_CARD, "card_closed")),
    "close_card": Described(results.CardFigures, (*_CARD, "card_closed")),
    "replace_card": Described(results.CardReplaced, (*_CARD, "card_closed", "card_number_taken")),
    "check_holder": Described(results.CardFigures, _CARD),
    "merge_cards": Described(results.CardFigures, (*_CARD, "card_frozen", "card_closed")),
    "lower_cycle": Described(results.CycleLowered, _CARD),
    "extend_lots": Described(results.LotsExtended, _CARD),
}

_LIST = ("parameter_invalid", "cursor_invalid")
_PAST = ("parameter_invalid", "card_unknown")
_BOOKS = ("parameter_invalid", "program_unknown")

READS: Mapping[str, Described] = {
    "list_cards": Described(views.CardPage, (*_LIST, "card_unknown", "card_number_blocked")),
    "see_card": Described(views.WholeCardDetail, _PAST),
    "see_statement": Described(histories.StatementPage, (*_LIST, "card_unknown")),
    "see_card_as_of": Described(histories.CardAsOf, _PAST),
    "explain_figure": Described(
        histories.Explanation,
        (*_LIST, "card_unknown", "lot_unknown", "reward_unknown", "operation_unknown"),
    ),
    "list_programs": Described(offers.ProgramPage, _LIST),
    "see_program": Described(offers.ProgramOffered, ("parameter_invalid", "program_unknown")),
    "list_campaigns": Described(offers.CampaignPage, _LIST),
    "see_campaign": Described(offers.CampaignOffered, ("parameter_invalid", "campaign_unknown")),
    "list_rewards": Described(offers.RewardPage, _LIST),
    "see_reward": Described(offers.RewardOffered, ("parameter_invalid", "reward_unknown")),
    "report_liability": Described(reports.LiabilityReport, _BOOKS),
    "report_breakage": Described(reports.BreakageReport, _BOOKS),
    "report_cohorts": Described(reports.CohortReport, _BOOKS),
}
"""What is asked changes nothing: its answer is the result itself."""
