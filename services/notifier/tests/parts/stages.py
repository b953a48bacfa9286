"""A shop that is known, a channel of real parts, and everybody it talks to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import uuid4

from happenings import Shop
from mail_samples import ANNA
from other_services import Others
from scripted_smtp import ScriptedSmtp

from notifier.mail_channel import MailChannel
from stampbook_events.enrollment import Contact
from stampbook_messaging.protocols import Delivery, Outcome


@dataclass(slots=True)
class Stage:
    shop: Shop
    channel: MailChannel
    others: Others
    server: ScriptedSmtp
    marks: list[int] = field(default_factory=list)

    async def mark(self) -> None:
        self.marks.append(len(self.server.taken))

    async def send(self, kind: str = "enrollment", **payload: object) -> Outcome:
        return await self.channel.deliver(self.delivery(kind, **payload), self.mark)

    def delivery(self, kind: str = "enrollment", **payload: object) -> Delivery:
        shop = self.shop
        where = {"card_id": str(shop.card), "store_id": str(shop.store), "program_id": str(shop.program)}
        return Delivery(
            id=uuid4(),
            merchant=shop.merchant,
            consumer="notifier",
            event_id=uuid4(),
            channel="mail",
            kind=kind,
            recipient=shop.customer,
            payload={**where, **payload},
            attempt=1,
            deadline=datetime.now(UTC) + timedelta(days=4),
            correlation=uuid4(),
            in_doubt=False,
            traceparent=None,
            lease_token=uuid4(),
            late=False,
        )

    def mail(self) -> EmailMessage:
        message = message_from_bytes(self.server.taken[-1].content, policy=default)
        assert isinstance(message, EmailMessage)
        return message


def contact(**fields: Any) -> Contact:
    person = {"email": ANNA, "first_name": "Anna", "surname": "Schmit", "phone": "+352621123456"}
    return Contact(customer_id=uuid4(), language="lb", birthday="1990-12-31", **{**person, **fields})


def text_of(mail: EmailMessage) -> Sequence[str]:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).splitlines()
