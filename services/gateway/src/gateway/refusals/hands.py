"""What is not done by hand: figures, cards, programs and rewards; and what the clock asks for in vain."""

from gateway.refusals.refusal import Refusal, Section

ADJUSTING = Section(
    "Adjustments",
    (
        Refusal(
            "adjustment_over_limit",
            403,
            "This is more than your role may adjust.",
            "`most` is the limit of one operation, `most_a_day` that of a local day; somebody above may do it.",
            "R56 R61",
            ("most", "most_a_day"),
        ),
        Refusal(
            "not_enough_stamps",
            409,
            "There are not so many stamps on the card.",
            "Take at most as many as `stamps` says.",
            "R60",
            ("stamps",),
        ),
    ),
)

HOLDERS = Section(
    "Cards by hand",
    (
        Refusal(
            "card_exists",
            409,
            "The customer has this card already.",
            "Use the card that there is.",
            "R66",
            ("balance",),
        ),
        Refusal(
            "card_number_taken",
            409,
            "The card number is in use.",
            "Ask anew under a new Idempotency-Key: another number is drawn.",
            "R67",
        ),
        Refusal(
            "store_already_linked",
            409,
            "The store is on the card already.",
            "Nothing is left to do.",
            "R20",
        ),
    ),
)

SETTING_UP = Section(
    "Programs, campaigns and rewards",
    (
        Refusal("campaign_unknown", 404, "There is no such version of a campaign.", "Look at id and version.", "R9"),
        Refusal(
            "effective_from_in_the_past",
            422,
            "It would begin before it is published.",
            "Leave `effective_from` out to begin at once.",
            "R9 R12",
        ),
        Refusal(
            "version_in_force",
            409,
            "The version is in force already.",
            "What has begun stays; publish another version.",
            "R9",
        ),
        Refusal(
            "last_day_too_early",
            422,
            "The last day is too early.",
            "After the end of a program customers have `notice_days` to redeem; a period ends no earlier than it begins.",
            "R12 R15 R41",
            ("notice_days",),
        ),
        Refusal(
            "date_out_of_range",
            422,
            "The date is too far away.",
            "Dates lie between the years `first` and `last`.",
            "R12",
            ("first", "last"),
        ),
        Refusal("names_missing", 422, "It has no name.", "Name it in one language at least.", "R9 R41"),
        Refusal(
            "expiry_too_long",
            422,
            "Points would last longer than points may.",
            "Let them last at most `months_most` months.",
            "R30 R32",
            ("months_most",),
        ),
        Refusal(
            "program_offers_nothing",
            422,
            "The program gives neither points nor stamps.",
            "Give it a rate or a stamp target.",
            "R11",
        ),
    ),
)

WORK = Section(
    "Birthdays",
    (
        Refusal("birthday_already_granted", 409, "This year's birthday has been granted.", "Nothing is due.", "R27"),
        Refusal("birthday_not_yet", 409, "The birthday has not come yet.", "It is granted on its day.", "R27 R74"),
        Refusal("birthday_not_offered", 409, "The program gives nothing for birthdays.", "Nothing is due.", "R11 R27"),
    ),
)
