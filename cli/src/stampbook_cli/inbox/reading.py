"""Reads a stored message leniently, so that even a broken one can be looked at."""

import re
from collections.abc import Mapping
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from urllib.parse import unquote

import msgspec

NEW_TAB = '<base target="_blank">'
HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
CID = re.compile(r"cid:([^\"'\s)>]+)", re.IGNORECASE)


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    content_id: str | None
    filename: str | None
    content_type: str
    content: bytes


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    headers: list[tuple[str, str]]
    text: str | None
    html: str | None
    attachments: list[Attachment]


def read_headers(source: bytes) -> list[tuple[str, str]]:
    return decoded_headers(BytesHeaderParser().parsebytes(source))


def header(headers: list[tuple[str, str]], name: str) -> str:
    """The first header of that name, decoded; empty when there is none."""
    return next((value for key, value in headers if key.lower() == name.lower()), "")


def read(source: bytes) -> Reading:
    message = message_from_bytes(source)
    bodies: dict[str, str] = {}
    attachments: list[Attachment] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        attached = part.get_content_disposition() == "attachment" or part.get_filename() is not None
        if kind in {"text/plain", "text/html"} and not attached and kind not in bodies:
            bodies[kind] = text_of(part)
        else:
            attachments.append(attachment_of(part))
    return Reading(
        headers=decoded_headers(message),
        text=bodies.get("text/plain"),
        html=bodies.get("text/html"),
        attachments=attachments,
    )


def with_attachment_links(html: str, urls: Mapping[str, str]) -> str:
    """Replace each cid: reference by the address of its attachment; an unknown one stays, to be seen as broken."""
    return CID.sub(lambda found: urls.get(unquote(found.group(1)), found.group(0)), html)


def with_outside_links(html: str) -> str:
    """Let links open a tab of their own: inside the sandboxed frame they would lead nowhere."""
    marked, count = HEAD.subn(lambda found: found.group(0) + NEW_TAB, html, count=1)
    return marked if count else NEW_TAB + html


def decoded_headers(message: Message) -> list[tuple[str, str]]:
    return [(name, decoded(str(value))) for name, value in message.raw_items()]


def decoded(value: str) -> str:
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", value.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    try:
        return str(make_header(decode_header(unfolded)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return unfolded  # A broken encoded word is shown as it was sent.


def text_of(part: Message) -> str:
    content = content_of(part)
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def content_of(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def attachment_of(part: Message) -> Attachment:
    content_id = part.get("Content-ID")
    filename = part.get_filename()
    return Attachment(
        content_id=None if content_id is None else str(content_id).strip().strip("<>"),
        filename=None if filename is None else decoded(filename),
        content_type=part.get_content_type(),
        content=content_of(part),
    )
