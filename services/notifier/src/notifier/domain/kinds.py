"""The kinds of mail: what each is for, how long it is worth sending and whether it may go out twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from stampbook_events.notifier import MailKind

MailClass = Literal["essential", "service", "opt_in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """*resends_unknown*: a second copy does no harm, so a mail whose end is unknown is sent once more.

    *offers_wallet*: it shows the way to the wallet, by link and QR code, where there is one.

    *once_in*: within that time of one that was demanded, the same recipient gets no other.

    *written*: it has its texts. Of a kind that has none every row is born suppressed, as ``no_template``.
    """

    name: MailKind
    mail_class: MailClass
    lives_for: timedelta
    resends_unknown: bool = True
    offers_wallet: bool = False
    once_in: timedelta | None = None
    written: bool = True


KINDS: Mapping[str, Kind] = {
    "enrollment": Kind(name="enrollment", mail_class="essential", lives_for=timedelta(days=4), offers_wallet=True),
    "welcome_bonus": Kind(name="welcome_bonus", mail_class="service", lives_for=timedelta(days=4)),
    "card_link": Kind(
        name="card_link", mail_class="essential", lives_for=timedelta(days=1), once_in=timedelta(hours=1)
    ),
    "reward_ready": Kind(name="reward_ready", mail_class="service", lives_for=timedelta(days=4), written=False),
    "redemption_receipt": Kind(
        name="redemption_receipt", mail_class="service", lives_for=timedelta(days=1), written=False
    ),
    "points_expiring": Kind(name="points_expiring", mail_class="service", lives_for=timedelta(days=4), written=False),
    "points_expired": Kind(name="points_expired", mail_class="service", lives_for=timedelta(days=4), written=False),
    "birthday": Kind(name="birthday", mail_class="opt_in", lives_for=timedelta(days=1), written=False),
}

WRITTEN: tuple[MailKind, ...] = tuple(kind.name for kind in KINDS.values() if kind.written)
