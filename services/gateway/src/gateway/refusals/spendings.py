"""Rewards that are not held, captured, redeemed or handed over."""

from gateway.refusals.refusal import Refusal, Section

REWARDS = Section(
    "Rewards",
    (
        Refusal("reward_unknown", 404, "There is no such reward.", "Look at the reward's id.", "R6"),
        Refusal(
            "reward_not_valid",
            409,
            "The reward cannot be had for points now.",
            "It is retired, of another program, not in force, or outside `first_day` to `last_day`.",
            "R41",
            ("first_day", "last_day"),
        ),
        Refusal(
            "reward_not_at_store",
            422,
            "The reward is not offered in this store.",
            "Hand it over in a store that offers it.",
            "R41",
        ),
        Refusal(
            "out_of_stock",
            409,
            "There are not so many of this reward left.",
            "Ask for as many as `left` says, or when a hold has ended.",
            "R41 R42",
            ("left",),
        ),
        Refusal(
            "limit_reached",
            409,
            "The customer has had as many of this reward as one may.",
            "`limit` and `per` say how many in which time.",
            "R41 R43",
            ("limit", "per"),
        ),
        Refusal(
            "not_enough_points",
            409,
            "There are not enough points that can be used.",
            "`available` says how many there are; held points are not among them.",
            "R39 R41",
            ("available",),
        ),
        Refusal(
            "ticket_not_for_redeeming",
            403,
            "A ticket earns points and stamps only.",
            "Look at who holds it and say so (`POST …/holder-check`), then ask anew.",
            "R67",
        ),
        Refusal(
            "offline_not_allowed",
            403,
            "The store hands out nothing offline.",
            "The store sets an offline cap first.",
            "R72",
        ),
    ),
)

RESERVATIONS = Section(
    "Reservations",
    (
        Refusal(
            "reservation_unknown",
            404,
            "There is no such reservation on this card.",
            "Look at the ids of card and reservation.",
            "R6",
        ),
        Refusal(
            "too_many_reservations",
            409,
            "The card holds as many reservations as it may.",
            "Capture or release one first.",
            "R48",
            ("most",),
        ),
        Refusal(
            "reservation_lapsed",
            410,
            "The reservation has ended; its points are back.",
            "Hold anew, or redeem at once.",
            "R49",
            ("ended_at",),
        ),
        Refusal(
            "reservation_closed",
            409,
            "The reservation has been captured or released.",
            "`ended_at` says when.",
            "R49",
            ("ended_at",),
        ),
    ),
)

CODES = Section(
    "Redeem codes",
    (
        Refusal("code_unknown", 404, "There is no such redeem code.", "Read it again: it has eight letters.", "R6 R46"),
        Refusal(
            "code_already_used",
            409,
            "The redeem code has been used.",
            "`used_at` and `used_store` say when and where.",
            "R46",
            ("used_at", "used_store"),
        ),
        Refusal(
            "code_expired",
            410,
            "The redeem code is not valid any more.",
            "Its reservation or reward has ended, or the card has a new number and its codes were renewed.",
            "R46 R67",
            ("ended_at",),
        ),
    ),
)
