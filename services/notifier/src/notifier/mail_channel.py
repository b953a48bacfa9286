"""The channel 'mail': one attempt to hand one mail to the mail server, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from notifier.domain.kinds import KINDS
from notifier.domain.masking import masked_address
from notifier.letters import Letters, NotFound, Recipient, Unwanted
from notifier.mime import Draft, Mail, Party, UnsafeHeader, code_id, compose
from notifier.qr import png_of
from notifier.rendering import Templates
from notifier.smtp import SmtpProvider
from notifier.store import statements as sql
from stampbook_events.notifier import MailFailed, MailInDoubt, MailSent, MailSuppressed
from stampbook_messaging.clock import Clock
from stampbook_messaging.keyring import Keyring
from stampbook_messaging.messages import Fact
from stampbook_messaging.protocols import Db, Delivery, Mark, Outcome
from stampbook_messaging.queries import QueryUnavailable

_ADDRESS_INDEX = "notifier/address"


@dataclass(slots=True, kw_only=True)
class MailChannel:
    """Several attempts run at once; those beyond the provider's connections wait for one with their mail written."""

    pool: Any
    clock: Clock
    letters: Letters
    templates: Templates
    provider: SmtpProvider
    keyring: Keyring
    name: str = "mail"
    concurrency: int = 8
    idempotent: bool = False
    in_order: bool = False

    async def deliver(self, delivery: Delivery, mark: Mark) -> Outcome:
        try:
            recipient = await self.letters.recipient(delivery)
            mail = await self._write(delivery, recipient)
        except Unwanted as unwanted:
            return Outcome(verdict="suppressed", reason=unwanted.reason)
        except NotFound as missing:
            return Outcome(verdict="missing", reason=missing.reason, host=missing.host)
        except QueryUnavailable as silent:
            return Outcome(verdict="ours", reason="query_unavailable", answer=str(silent))
        except UnsafeHeader as unsafe:
            return Outcome(verdict="dead", reason=f"unsafe_header {unsafe}")
        await self._note_address(delivery, recipient)
        return await self.provider.send(mail, mark)

    def resends_unknown(self, kind: str) -> bool:
        return KINDS[kind].resends_unknown

    def outcome_fact(self, delivery: Delivery, outcome: Outcome, state: str) -> Fact | None:
        about = {
            "delivery_id": delivery.id,
            "event_id": delivery.event_id,
            "customer_id": delivery.recipient,
            "kind": delivery.kind,
            "attempt": delivery.attempt,
        }
        event: msgspec.Struct
        if state == "sent":
            answer = {"host": outcome.host, "answer": outcome.answer}
            event = MailSent(**about, **answer, in_doubt_before=delivery.in_doubt)  # type: ignore[arg-type]
        elif state == "suppressed":
            event = MailSuppressed(**about, reason=outcome.reason)  # type: ignore[arg-type]
        elif state == "dead":
            event = MailFailed(**about, reason=outcome.reason)  # type: ignore[arg-type]
        elif outcome.verdict == "unknown":
            event = MailInDoubt(**about, reason=outcome.reason)  # type: ignore[arg-type]
        else:
            return None
        return Fact(aggregate=delivery.id, event=event)

    async def settle(self, db: Db, delivery: Delivery, outcome: Outcome) -> Outcome:  # noqa: ARG002  mails have no last word
        return outcome

    async def _write(self, delivery: Delivery, recipient: Recipient) -> Mail:
        settings = self.provider.settings
        letter = await self.letters.letter(delivery, recipient)
        sender = Party(address=settings.from_address, name=settings.from_name or letter.merchant_name)
        rendered = self.templates.render(letter, code_id(delivery.id, sender.domain))
        return compose(
            Draft(
                delivery_id=delivery.id,
                language=letter.language,
                sender=sender,
                recipient=Party(address=recipient.address),
                reply_to=None if settings.reply_to is None else Party(address=settings.reply_to),
                at=self.clock.now(),
                rendered=rendered,
                picture=None if letter.wallet_url is None else await png_of(letter.wallet_url),
            )
        )

    async def _note_address(self, delivery: Delivery, recipient: Recipient) -> None:
        """Before the mail leaves, so that one in doubt can be told apart, too: masked, and as a keyed hash."""
        index = self.keyring.index(_ADDRESS_INDEX, recipient.address.lower())
        await self.pool.execute(
            sql.PUT_ADDRESSED, delivery.id, delivery.merchant, masked_address(recipient.address), index
        )
