"""What came of the examples' mails and pass."""

import msgspec

from stampbook_events import notifier, wallet
from stampbook_events.sample_data.cast import CARD, CUSTOMER, DELIVERY, EVENT, OBJECT, example

_MAIL = {"delivery_id": DELIVERY, "event_id": EVENT, "customer_id": CUSTOMER, "kind": "enrollment", "attempt": 1}
_PASS = {"delivery_id": DELIVERY, "card_id": CARD, "object_id": OBJECT, "attempt": 1}

EVENTS: tuple[msgspec.Struct, ...] = (
    example(notifier.MailSent, _MAIL, host="mail.fashiongroup.lu", answer="250 2.0.0 queued as 4F2A"),
    example(notifier.MailFailed, _MAIL, reason="550 5.1.1 no such mailbox"),
    example(notifier.MailSuppressed, _MAIL, reason="recent"),
    example(notifier.MailInDoubt, _MAIL, reason="connection lost after the final dot"),
    example(wallet.PassUpdated, _PASS, ledger_version=3, points=219, stamps=10),
    example(wallet.PassFailed, _PASS, reason="403 permission denied"),
)
