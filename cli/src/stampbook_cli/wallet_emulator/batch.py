"""Batches of calls in both dialects seen in the wild: parts of application/http, and parts of plain JSON. Pure."""

from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec

from stampbook_cli.wallet_emulator.refusals import invalid
from stampbook_cli.wallet_emulator.surface import Answer, Call

PARTS_MAX = 1000
BOUNDARY = "batch_of_the_wallet_emulator"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    content_id: str | None
    call: Call


def parse(content_type: str, body: bytes, authorization: str | None) -> list[Part]:
    """The calls of a batch; one without its own authorization takes that of the whole."""
    try:
        message = BytesParser().parsebytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
    except MessageError:
        raise invalid("The batch cannot be read.") from None
    parts = message.get_payload()
    if not message.is_multipart() or not isinstance(parts, list):
        raise invalid("A batch must be multipart/mixed.")
    if not 1 <= len(parts) <= PARTS_MAX:
        raise invalid(f"A batch holds 1 to {PARTS_MAX} calls.")
    return [part_of(part, authorization) for part in parts if isinstance(part, Message)]


def part_of(part: Message, authorization: str | None) -> Part:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        raise invalid("A part of the batch holds no request.")
    request_line, _, rest = payload.lstrip().replace(b"\r\n", b"\n").partition(b"\n")
    words = request_line.decode("latin-1").split()
    if len(words) not in {2, 3}:
        raise invalid("A part of the batch does not begin with a request line.")
    inner = BytesParser().parsebytes(rest)
    content = inner.get_payload(decode=True)
    target = urlsplit(words[1])
    call = Call(
        method=words[0].upper(),
        path=target.path,
        query=target.query,
        body=content if isinstance(content, bytes) else b"",
        authorization=inner.get("Authorization", authorization),
    )
    content_id = part.get("Content-ID")
    return Part(content_id=None if content_id is None else str(content_id), call=call)


def render(answers: list[tuple[Part, Answer]]) -> tuple[str, bytes]:
    """The content type and body of a batch's answer, in the order of its calls."""
    chunks = [chunk(part, answer) for part, answer in answers]
    return f"multipart/mixed; boundary={BOUNDARY}", b"".join([*chunks, f"--{BOUNDARY}--\r\n".encode()])


def chunk(part: Part, answer: Answer) -> bytes:
    content = msgspec.json.encode(answer.body)
    lines = [f"--{BOUNDARY}", "Content-Type: application/http"]
    if part.content_id is not None:
        lines.append("Content-ID: <response-" + part.content_id.removeprefix("<"))
    lines += ["", f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += ["Content-Type: application/json; charset=UTF-8", f"Content-Length: {len(content)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + content + b"\r\n"
