"""What is not voided and not refunded."""

from gateway.refusals.refusal import Refusal, Section

UNDOING = Section(
    "Voids and refunds",
    (
        Refusal(
            "operation_unknown",
            404,
            "There is no such operation.",
            "Look at the operation's id. `linked_to` names a refusal for a frozen card or a revoked device.",
            "R6 R65",
        ),
        Refusal(
            "not_voidable",
            422,
            "This kind of operation cannot be voided.",
            "Voids, refunds, expiry and reservations stay; release a reservation instead.",
            "R52",
        ),
        Refusal("already_voided", 409, "It has been voided.", "There is nothing left to take back.", "R52 R53"),
        Refusal(
            "has_refunds",
            409,
            "A part of it has been refunded.",
            "Refund the rest instead of voiding it.",
            "R52",
        ),
        Refusal(
            "void_not_allowed",
            403,
            "Your role does not reach so far.",
            "Staff void what their own store did today, store managers what it did in 90 days, owners anything; sending "
            "again what was held up needs a manager.",
            "R61 R65",
        ),
        Refusal(
            "receipt_unknown",
            404,
            "Nothing is recorded under this receipt.",
            "Say which store printed it (`sold_by`) and, where numbers start again, on which day (`receipt_day`).",
            "R6 R53",
            ("receipt",),
        ),
        Refusal(
            "currency_mismatch",
            422,
            "The purchase was in another currency.",
            "Refund in the one that `currency` names.",
            "R53",
            ("currency",),
        ),
        Refusal(
            "refund_already_recorded",
            409,
            "This refund has been recorded.",
            "Another refund of the receipt needs its own number.",
            "R53",
            ("refund_number",),
        ),
        Refusal(
            "refund_exceeds_purchase",
            422,
            "This is more than is left of the purchase.",
            "Refund at most what `left` says, in minor units.",
            "R53 R54",
            ("left",),
        ),
    ),
)
