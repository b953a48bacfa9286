"""What falls due by the clock (R74). Each has a fixed id, so that it is done once, whoever sends it and how often."""

from datetime import date
from uuid import UUID

import msgspec


class BookDue(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.book_due.v1"):
    """Reservations, rewards, points and the program of one card: book whatever has ended by now, in the order of R75."""

    card_id: UUID


class GrantBirthday(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.grant_birthday.v1"):
    """The birthday that falls on *day* (R27); enrollment knows the date and the consent, and sends it."""

    customer_id: UUID
    program_id: UUID
    day: date


class WarnOfExpiry(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.warn_of_expiry.v1"):
    """Tell which points end soon, if any were not told of yet (R38)."""

    card_id: UUID
