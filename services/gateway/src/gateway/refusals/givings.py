"""Points and stamps that are not given."""

from gateway.refusals.refusal import Refusal, Section

RECEIPTS = Section(
    "Receipts",
    (
        Refusal(
            "receipt_invalid",
            422,
            "This is no receipt number.",
            "Send 1 to 64 printable characters.",
            "R19",
        ),
        Refusal(
            "receipt_already_recorded",
            409,
            "The receipt has been recorded already.",
            "`first` names what was recorded; void that first if it was wrong.",
            "R19",
            ("first", "receipt"),
        ),
    ),
)

EARNING = Section(
    "Earning, and the caps of a day",
    (
        Refusal(
            "currency_not_accepted",
            422,
            "The program gives no points for this currency.",
            "Send the purchase in one of those that `accepted` lists; nothing is converted.",
            "R14",
            ("accepted",),
        ),
        Refusal(
            "cap_card_day",
            409,
            "The card has had its most for today.",
            "It may have more from the next local day on.",
            "R63 R72",
        ),
        Refusal(
            "cap_staff_day",
            409,
            "This member of staff has given their most for today.",
            "Somebody else may give, or the same person from the next local day on.",
            "R63",
        ),
    ),
)

STAMPS = Section(
    "Stamps",
    (
        Refusal(
            "stamps_not_offered",
            422,
            "The program gives no stamps.",
            "Give points, or publish a version with a stamp target.",
            "R10 R23",
        ),
        Refusal(
            "cooldown",
            409,
            "The card was stamped in this store a moment ago.",
            "Wait for `seconds_left`, or give all the same with an `override` that says why.",
            "R62",
            ("seconds_left",),
        ),
        Refusal(
            "card_full",
            409,
            "The card is full until its reward is used or expires.",
            "Hand over the reward that waits, then stamp again.",
            "R21 R22",
            ("stamp_target", "stamps"),
        ),
        Refusal(
            "bank_full",
            409,
            "As many rewards wait as the program lets wait, and the card is full.",
            "Hand over one of the rewards that wait, then stamp again.",
            "R21 R22",
            ("stamp_target", "stamps"),
        ),
    ),
)
