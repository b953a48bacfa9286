"""What the inbox tells about a message, as JSON; the pages show the same."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from stampbook_cli.inbox.mailbox import Envelope, Mailbox
from stampbook_cli.inbox.reading import header, read, read_headers


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """*from* and *to* are those of the envelope: where the mail really came from and went to."""

    id: str
    sender: str = msgspec.field(name="from")
    to: list[str]
    subject: str
    received_at: datetime
    message_id: str
    size: int


class AttachmentView(msgspec.Struct, frozen=True, kw_only=True):
    content_id: str | None
    filename: str | None
    content_type: str
    size: int
    url: str


class MessageDetail(MessageView, frozen=True, kw_only=True):
    helo: str
    headers: list[tuple[str, str]]
    text: str | None
    html: str | None
    attachments: list[AttachmentView]


class Views:
    """Remembers the headers of what it has shown: messages never change."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._seen: dict[str, MessageView] = {}

    def listed(self, to: str | None = None, since: datetime | None = None) -> Iterator[MessageView]:
        """Newest first; *to* is a whole address of the envelope, *since* excludes its own instant."""
        if since is not None and since.tzinfo is None:
            since = since.replace(tzinfo=UTC)
        for envelope in self._mailbox.newest_first():
            if since is not None and envelope.received_at <= since:
                continue
            if to is None or to.casefold() in {recipient.casefold() for recipient in envelope.rcpt_tos}:
                yield self._view(envelope)

    def detail(self, message_id: str) -> MessageDetail:
        envelope = self._mailbox.envelope(message_id)
        reading = read(self._mailbox.source(message_id))
        attachments = [
            AttachmentView(
                content_id=attachment.content_id,
                filename=attachment.filename,
                content_type=attachment.content_type,
                size=len(attachment.content),
                url=attachment_url(message_id, number),
            )
            for number, attachment in enumerate(reading.attachments)
        ]
        return MessageDetail(
            **msgspec.structs.asdict(view_of(envelope, reading.headers)),
            helo=envelope.helo,
            headers=reading.headers,
            text=reading.text,
            html=reading.html,
            attachments=attachments,
        )

    def forget(self) -> None:
        self._seen.clear()

    def _view(self, envelope: Envelope) -> MessageView:
        if envelope.id not in self._seen:
            self._seen[envelope.id] = view_of(envelope, read_headers(self._mailbox.source(envelope.id)))
        return self._seen[envelope.id]


def attachment_url(message_id: str, number: int) -> str:
    return f"/messages/{message_id}/attachments/{number}"


def view_of(envelope: Envelope, headers: list[tuple[str, str]]) -> MessageView:
    return MessageView(
        id=envelope.id,
        sender=envelope.mail_from,
        to=envelope.rcpt_tos,
        subject=header(headers, "Subject"),
        received_at=envelope.received_at,
        message_id=header(headers, "Message-ID"),
        size=envelope.size,
    )
