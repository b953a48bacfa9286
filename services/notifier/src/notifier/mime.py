"""The bytes of a mail, with headers that no name can break out of.

Python's own message classes decode an encoded word that somebody put into a name, so that a line break hidden in it
becomes a header of its own; hence '=?' is split here, and the finished headers are read back and compared. The library
folds and encodes what people have named; the parts, whose headers never change, are put together here, because its
message objects cost ten times the rest of a mail.
"""

import re
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from notifier.rendering import Rendered
from stampbook_events.enrollment import Language

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Of a local part: signs that end an address or begin another, and what is read as an encoded word.
_NO_LOCAL_PART = re.compile(r"[\s<>()\[\]\\,;:@\"]|=\?")
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_ENVELOPE_MAX = 320

_HEADERS = sorted(
    (
        *(b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"Content-Language"),
        *(b"MIME-Version", b"Content-Type"),
    )
)
_HEADERS_WITH_REPLY_TO = sorted((*_HEADERS, b"Reply-To"))
_FOLDED = (b" ", b"\t")


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
    """Raises ``UnsafeHeader`` for a value with controls or an address that is none, and if the headers read otherwise."""
    smtputf8 = not (draft.recipient.address.isascii() and draft.sender.address.isascii())
    head = b"".join(
        (
            _named("From", draft.sender, smtputf8),
            f"To: {_address('To', draft.recipient)}\r\n".encode(),
            b"" if draft.reply_to is None else _named("Reply-To", draft.reply_to, smtputf8),
            _subject(draft.rendered.subject, smtputf8),
            f"Date: {format_datetime(draft.at)}\r\n"
            f"Message-ID: {message_id(draft.delivery_id, draft.sender.domain)}\r\n"
            "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
            f"Content-Language: {draft.language}\r\n".encode(),
        )
    )
    content = head + _body(draft)
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


@lru_cache(maxsize=256)
def _named(header: str, party: Party, smtputf8: bool) -> bytes:
    """Of those who write, who are few: a recipient's address is remembered nowhere."""
    return _folded(header, _address(header, party), smtputf8)


@lru_cache(maxsize=1024)
def _subject(subject: str, smtputf8: bool) -> bytes:
    return _folded("Subject", safe("Subject", subject), smtputf8)


def _folded(header: str, value: Any, smtputf8: bool) -> bytes:
    policy = SMTPUTF8 if smtputf8 else SMTP
    return policy.fold_binary(header, policy.header_factory(header, value))


def _body(draft: Draft) -> bytes:
    """Text and HTML, the HTML with its picture if there is one."""
    html = _text("html", draft.rendered.html)
    if draft.picture is not None:
        html = _multipart("related", draft.delivery_id, html, _inline(draft.picture, draft))
    return _multipart("alternative", draft.delivery_id, _text("plain", draft.rendered.text), html)


def _multipart(kind: str, delivery_id: UUID, *parts: bytes) -> bytes:
    # Quoted-printable has no '=_' and base64 no '_' at all: no part can hold this line.
    boundary = f"=_{kind}_{delivery_id.hex}"
    between = f"\r\n--{boundary}\r\n".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n'.encode()
    return b"".join((head, *(between + part for part in parts), f"\r\n--{boundary}--\r\n".encode()))


def _text(kind: str, text: str) -> bytes:
    lines = b"\r\n".join(text.encode().splitlines()) + b"\r\n"
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + b2a_qp(lines)


def _inline(picture: bytes, draft: Draft) -> bytes:
    head = (
        "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        'Content-Disposition: inline; filename="code.png"\r\n'
        f"Content-ID: <{code_id(draft.delivery_id, draft.sender.domain)}>\r\n\r\n"
    )
    return head.encode() + encodebytes(picture).replace(b"\n", b"\r\n")


def _check(content: bytes, draft: Draft) -> None:
    """Read the headers as a receiver will, and refuse them if they say more than they should."""
    if not content.count(b"\r\n") == content.count(b"\r") == content.count(b"\n"):
        raise UnsafeHeader("a line break of its own")
    head = content.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if not line.startswith(_FOLDED)]
    if sorted(names) != (_HEADERS if draft.reply_to is None else _HEADERS_WITH_REPLY_TO):
        raise UnsafeHeader("other headers than were set")
