"""What came of a mail, as the notifier publishes it: never an address, a name or a line of the text."""

from typing import Literal
from uuid import UUID

import msgspec

MailKind = Literal[
    "enrollment",
    "welcome_bonus",
    "card_link",
    "reward_ready",
    "redemption_receipt",
    "points_expiring",
    "points_expired",
    "birthday",
]


class MailSent(msgspec.Struct, frozen=True, kw_only=True, tag="notifier.mail_sent.v1"):
    """Accepted by *host*, which answered *answer* (addresses in it are masked)."""

    delivery_id: UUID
    event_id: UUID
    customer_id: UUID
    kind: str
    attempt: int
    host: str
    answer: str
    in_doubt_before: bool = False


class MailFailed(msgspec.Struct, frozen=True, kw_only=True, tag="notifier.mail_failed.v1"):
    """Dead: it will not be tried again by itself; somebody has to look."""

    delivery_id: UUID
    event_id: UUID
    customer_id: UUID
    kind: str
    attempt: int
    reason: str


class MailSuppressed(msgspec.Struct, frozen=True, kw_only=True, tag="notifier.mail_suppressed.v1"):
    """A positive fact speaks against sending: recent, off, test, erased, listed, no_address, card_closed, no_template.

    *no_template*: this release has no texts for such a mail, so that nobody is sent any.
    """

    delivery_id: UUID
    event_id: UUID
    customer_id: UUID
    kind: str
    attempt: int
    reason: str


class MailInDoubt(msgspec.Struct, frozen=True, kw_only=True, tag="notifier.mail_in_doubt.v1"):
    """The connection was lost after the final dot: the server may or may not have taken it."""

    delivery_id: UUID
    event_id: UUID
    customer_id: UUID
    kind: str
    attempt: int
    reason: str


NotifierEvent = MailSent | MailFailed | MailSuppressed | MailInDoubt
