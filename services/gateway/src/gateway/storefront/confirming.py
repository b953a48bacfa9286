"""The card's link is in mails alone: whoever opens it has the mailbox, and so the address is confirmed (R25)."""

from __future__ import annotations

from gateway.api.context import request_id_of
from gateway.problems import Refused
from gateway.questions import CardLinkTarget
from gateway.storefront.context import Asked, front_of
from gateway.submitting import Sending
from stampbook_events import Actor
from stampbook_events.enrollment import ConfirmEmail
from stampbook_events.registry import tag_of
from stampbook_messaging.logging import get_logger

log = get_logger(__name__)


async def confirm(request: Asked, target: CardLinkTarget) -> None:
    """The page is shown in any case: what cannot be stored now will be when the link is opened again."""
    parts, command = front_of(request).parts, ConfirmEmail(customer_id=target.customer_id)
    who = str(target.customer_id)
    sending = Sending(
        id=parts.ids.command_id(target.merchant, who, "confirm email", who),
        command=command,
        merchant=target.merchant,
        actor=Actor(kind="customer", id=who),
        correlation=request_id_of(request),
        fingerprint=parts.ids.fingerprint(tag_of(ConfirmEmail), command),
        keys=(target.customer_id,),
    )
    try:
        await parts.submitter.submit(sending, 0)
    except Refused as refused:
        log.warning("confirm_email.not_stored", code=refused.code)
