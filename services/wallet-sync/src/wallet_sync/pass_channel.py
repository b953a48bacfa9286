"""The channel 'pass': brings one pass to what its card shows now, whatever it showed before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import msgspec

from stampbook_events.enrollment import Contact
from stampbook_events.wallet import PassFailed, PassUpdated
from stampbook_messaging.messages import Fact
from stampbook_messaging.protocols import Delivery, Mark, Outcome
from stampbook_messaging.queries import Queries, QueryRefused, QueryUnavailable
from stampbook_messaging.sealing import ReplyKey
from wallet_sync.domain.passes import Pass, Program, account_name, loyalty_class, loyalty_object, object_id
from wallet_sync.google_wallet import ClassMissing, GoogleWallet, WalletTrouble
from wallet_sync.store import passes

CLASS, OBJECT = "loyaltyClass", "loyaltyObject"
_VERDICTS = {"transient": "retry", "ours": "ours", "refused": "dead"}


class AskContact(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    customer_id: UUID
    reply_key: bytes


class Box(msgspec.Struct, frozen=True, kw_only=True):
    box: bytes


@dataclass(slots=True, kw_only=True)
class PassChannel:
    """Idempotent: what is sent is absolute, so an attempt of unknown end is simply made again."""

    pool: Any
    queries: Queries
    wallet: GoogleWallet
    default_logo: str
    name: str = "pass"
    concurrency: int = 4
    idempotent: bool = True
    in_order: bool = False

    def resends_unknown(self, kind: str) -> bool:
        return bool(kind)

    async def deliver(self, delivery: Delivery, mark: Mark) -> Outcome:
        card = await passes.pass_of(self.pool, delivery.merchant, delivery.recipient)
        if card is None:
            return Outcome(verdict="missing", reason="pass_unknown")
        found = await passes.program_of(self.pool, delivery.merchant, card.program_id, self.default_logo)
        if found is None:
            return Outcome(verdict="missing", reason="program_unknown")
        try:
            name = await self._account_name(delivery.merchant, card.customer_id)
            await mark()
            await self._bring(*found, loyalty_object(self.wallet.issuer_id, card, name), created=card.created)
        except QueryUnavailable as silent:
            return Outcome(verdict="ours", reason="contact_unavailable", answer=str(silent))
        except QueryRefused as refused:
            return Outcome(verdict="missing", reason="contact_unknown", answer=refused.code)
        except WalletTrouble as trouble:
            return Outcome(
                verdict=_VERDICTS[trouble.kind],
                reason=trouble.kind,
                host=self.wallet.api_url,
                answer=str(trouble),
                retry_after=trouble.retry_after,
            )
        return Outcome(verdict="sent", host=self.wallet.api_url, answer=f"version {card.wanted}", sent=card)

    async def settle(self, db: Any, delivery: Delivery, outcome: Outcome) -> Outcome:
        """Note what the wallet has; if the card has moved on meanwhile, go again."""
        if outcome.verdict != "sent":
            return outcome
        shown: Pass = outcome.sent
        wanted = await passes.acknowledge(db, delivery.merchant, delivery.recipient, shown.wanted)
        return replace(outcome, verdict="again") if wanted > shown.wanted else outcome

    def outcome_fact(self, delivery: Delivery, outcome: Outcome, state: str) -> Fact | None:
        target = object_id(self.wallet.issuer_id, delivery.recipient)
        if outcome.verdict in {"sent", "again"}:
            shown: Pass = outcome.sent
            event: msgspec.Struct = PassUpdated(
                delivery_id=delivery.id,
                card_id=delivery.recipient,
                object_id=target,
                ledger_version=shown.wanted,
                attempt=delivery.attempt,
                points=shown.points,
                stamps=shown.stamps if shown.stamp_target is not None else None,
            )
            return Fact(aggregate=delivery.recipient, event=event)
        if state == "dead":
            event = PassFailed(
                delivery_id=delivery.id,
                card_id=delivery.recipient,
                object_id=target,
                attempt=delivery.attempt,
                reason=outcome.answer or outcome.reason,
            )
            return Fact(aggregate=delivery.recipient, event=event)
        return None

    async def _account_name(self, merchant: UUID, customer_id: UUID) -> str | None:
        key = ReplyKey()
        request = AskContact(merchant=merchant, customer_id=customer_id, reply_key=key.public)
        reply = await self.queries.ask("enrollment", "contact", request, Box)
        contact = msgspec.json.decode(key.open(reply.box), type=Contact)
        return account_name(contact.first_name, contact.surname)

    async def _bring(self, program: Program, acknowledged: int, body: dict[str, Any], *, created: bool) -> None:
        """Class first, then object. A class that was acknowledged and is not there is simply made again."""
        await self._ensure_class(program, acknowledged)
        try:
            await self._put(body, created=created)
        except ClassMissing:
            await self._ensure_class(program, 0)
            await self._put(body, created=created)

    async def _ensure_class(self, program: Program, acknowledged: int) -> None:
        """The class follows the program's version in force; one call reaches every holder of a pass."""
        if acknowledged == program.version:
            return
        body = loyalty_class(self.wallet.issuer_id, program)
        if not await self.wallet.insert(CLASS, body):
            await self.wallet.patch(CLASS, body)
        await passes.class_acknowledged(self.pool, program.merchant, program.program_id, program.version)

    async def _put(self, body: dict[str, Any], *, created: bool) -> None:
        """Insert what is new, patch what is there; either may turn out to be the other."""
        if created and await self.wallet.patch(OBJECT, body):
            return
        if not await self.wallet.insert(OBJECT, body) and not await self.wallet.patch(OBJECT, body):
            raise WalletTrouble("transient", "the object is there and is not")
