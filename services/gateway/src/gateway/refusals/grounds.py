"""What is asked of every operation before its own questions: place, card, numbers, times."""

from gateway.refusals.refusal import Refusal, Section

PLACES = Section(
    "Programs and stores",
    (
        Refusal(
            "program_unknown",
            404,
            "There is no such program.",
            "Look at the program's id; it may be another merchant's.",
            "R6",
        ),
        Refusal(
            "store_unknown",
            404,
            "There is no such store in the card's program.",
            "Name a store that takes part in the program of this card.",
            "R3 R6",
        ),
        Refusal(
            "not_live",
            409,
            "Loyalty is not live here.",
            "The store or the merchant is paused, or no version of the program is in force yet: try again when it is.",
            "R6 R35",
            ("loyalty",),
        ),
        Refusal(
            "program_ended",
            410,
            "The program has ended.",
            "Nothing is earned any more; until its last day points can still be used, refunded and adjusted.",
            "R12",
        ),
        Refusal(
            "too_late",
            410,
            "The request reached the ledger after its time.",
            "What is done while the customer waits counts for 30 seconds, what is sent again for 30 days: look at the "
            "card, then ask anew under a new Idempotency-Key.",
            "R65 R73",
        ),
    ),
)

CARDS = Section(
    "The card",
    (
        Refusal(
            "card_unknown",
            404,
            "There is no such card.",
            "Look at the card's id and number; both must be those of one card of this merchant.",
            "R6",
        ),
        Refusal(
            "card_frozen",
            409,
            "The card is frozen.",
            "Unfreeze it first. What happened offline meanwhile may then be sent again with its time and `linked_to`.",
            "R64 R65",
        ),
        Refusal(
            "card_closed",
            409,
            "The card is closed.",
            "The customer joins again to open it; voids and refunds still go through.",
            "R64 R66",
        ),
        Refusal(
            "card_number_blocked",
            410,
            "This card number has been replaced.",
            "Ask for the new card. The old number only takes what happened before it was replaced.",
            "R67",
        ),
    ),
)

NUMBERS = Section(
    "Numbers",
    (
        Refusal(
            "amount_not_whole",
            422,
            "The amount is not a whole number of minor units.",
            "Send cents, not euros, without a decimal point: 84.90 EUR is 8490.",
            "R1",
        ),
        Refusal("amount_not_positive", 422, "The amount is not above zero.", "Send at least one minor unit.", "R1"),
        Refusal(
            "amount_too_large",
            422,
            "The amount is larger than one operation takes.",
            "Send at most 999,999,999 minor units.",
            "R1",
            ("most",),
        ),
        Refusal(
            "points_not_whole",
            422,
            "The points are not a whole number.",
            "Send points without a decimal point.",
            "R1",
        ),
        Refusal("points_not_positive", 422, "There are no points in it.", "Send at least one point.", "R1"),
        Refusal(
            "points_too_large",
            422,
            "These are more points than one operation takes.",
            "Send at most so many points as `most` says.",
            "R1 R72",
            ("most",),
        ),
        Refusal(
            "stamps_not_whole",
            422,
            "The stamps are not a whole number.",
            "Send stamps without a decimal point.",
            "R1",
        ),
        Refusal("stamps_not_positive", 422, "There are no stamps in it.", "Send at least one stamp.", "R1"),
        Refusal(
            "stamps_too_large",
            422,
            "These are more stamps than one operation takes.",
            "Send at most 100 stamps.",
            "R1",
            ("most",),
        ),
        Refusal(
            "quantity_invalid",
            422,
            "So many of a reward cannot be had at once.",
            "Ask for 1 to 10; capture no more than is held.",
            "R48 R49",
            ("most",),
        ),
    ),
)

TIMES = Section(
    "Times and terminals",
    (
        Refusal("time_without_zone", 422, "The time has no time zone.", "Send it with Z or an offset.", "R2"),
        Refusal(
            "time_in_future",
            422,
            "The time lies more than 24 hours ahead.",
            "Look at the clock of whatever sends it.",
            "R70",
        ),
        Refusal(
            "before_card_opened",
            422,
            "It happened before the card was opened.",
            "Only what happened up to 15 minutes before counts for a new card.",
            "R70",
        ),
        Refusal(
            "device_revoked",
            403,
            "The device had been revoked when it happened.",
            "Nothing that it tells from then on is taken.",
            "R71",
        ),
        Refusal(
            "review",
            409,
            "It waits for a manager: the device was revoked later.",
            "A manager sends it again with `linked_to`.",
            "R71",
        ),
    ),
)
