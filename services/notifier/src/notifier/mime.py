"""The bytes of a mail, with headers that no name can break out of.

Python's own message classes decode an encoded word that somebody put into a name, so that a line break hidden in it
becomes a header of its own; hence '=?' is split here, and the finished bytes are read back and compared.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, compat32
from email.utils import format_datetime
from uuid import UUID

from notifier.rendering import Rendered
from stampbook_events.enrollment import Language

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Of a local part: signs that end an address or begin another, and what is read as an encoded word.
_NO_LOCAL_PART = re.compile(r"[\s<>()\[\]\\,;:@\"]|=\?")
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_BARE_BREAK = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_ENVELOPE_MAX = 320

_HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version")
_PART_HEADERS = frozenset(
    {
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
        "content-id",
        "mime-version",
    }
)


class UnsafeHeader(ValueError):
    """A value would not stay in its header; the message names the header, never the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who writes or is written to; the address stands in ASCII but for a local part that cannot."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail ready for the wire: the envelope is explicit, never read from the headers."""

    sender: str
    recipient: str
    smtputf8: bool
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a mail is made of. *picture* is the QR code that the HTML shows by ``code_id``."""

    delivery_id: UUID
    language: Language
    sender: Party
    recipient: Party
    reply_to: Party | None
    at: datetime
    rendered: Rendered
    picture: bytes | None


def message_id(delivery_id: UUID, domain: str) -> str:
    """The same for every attempt, so that a mail sent twice is recognised as one."""
    return f"<{delivery_id}@{domain}>"


def code_id(delivery_id: UUID, domain: str) -> str:
    return f"code.{delivery_id}@{domain}"


def compose(draft: Draft) -> Mail:
    """Raises ``UnsafeHeader`` for a value with controls or an address that is none, and if the bytes read otherwise."""
    smtputf8 = not (draft.recipient.address.isascii() and draft.sender.address.isascii())
    message = EmailMessage(policy=SMTPUTF8 if smtputf8 else SMTP)
    message["From"] = _address("From", draft.sender)
    message["To"] = _address("To", draft.recipient)
    if draft.reply_to is not None:
        message["Reply-To"] = _address("Reply-To", draft.reply_to)
    message["Subject"] = safe("Subject", draft.rendered.subject)
    message["Date"] = format_datetime(draft.at)
    message["Message-ID"] = message_id(draft.delivery_id, draft.sender.domain)
    message["Auto-Submitted"] = "auto-generated"
    _add_body(message, draft)
    message["Content-Language"] = draft.language  # after the body, which takes earlier Content- headers into its parts
    content = message.as_bytes()
    _check(content, draft)
    return Mail(sender=draft.sender.address, recipient=draft.recipient.address, smtputf8=smtputf8, content=content)


def safe(header: str, value: str) -> str:
    """The value as it may stand in a header: without controls, and with nothing that reads as an encoded word."""
    if _CONTROLS.search(value):
        raise UnsafeHeader(f"{header}: control characters")
    return value.replace("=?", "= ?")


def _address(header: str, party: Party) -> Address:
    """Nothing in an address is neutralised: it would be another address then."""
    if len(party.address) > _ENVELOPE_MAX:
        raise UnsafeHeader(f"{header}: too long")
    local, _, domain = party.address.rpartition("@")
    if not local or _CONTROLS.search(local) or _NO_LOCAL_PART.search(local) or not _DOMAIN.fullmatch(domain):
        raise UnsafeHeader(f"{header}: no address")
    name = safe(header, party.name)
    try:
        return Address(display_name=name, username=local, domain=domain)
    except (ValueError, IndexError) as reason:
        raise UnsafeHeader(f"{header}: {type(reason).__name__}") from None


def _add_body(message: EmailMessage, draft: Draft) -> None:
    message.set_content(draft.rendered.text, cte="quoted-printable")
    message.add_alternative(draft.rendered.html, subtype="html", cte="quoted-printable")
    if draft.picture is not None:
        html = message.get_payload(1)
        assert isinstance(html, EmailMessage)
        html.add_related(
            draft.picture,
            "image",
            "png",
            cid=f"<{code_id(draft.delivery_id, draft.sender.domain)}>",
            disposition="inline",
            filename="code.png",
        )


def _check(content: bytes, draft: Draft) -> None:
    """Read the bytes as a receiver will, and refuse them if they say more than they should."""
    if _BARE_BREAK.search(content):
        raise UnsafeHeader("a line break of its own")
    parsed = message_from_bytes(content, policy=compat32)
    expected = {*_HEADERS, "Content-Type"} | ({"Reply-To"} if draft.reply_to is not None else set())
    if sorted(parsed.keys()) != sorted(expected):
        raise UnsafeHeader("other headers than were set")
    for part in parsed.walk():
        if part is not parsed and not {name.lower() for name in part.keys()} <= _PART_HEADERS:  # noqa: SIM118
            raise UnsafeHeader("other headers than were set in a part")
