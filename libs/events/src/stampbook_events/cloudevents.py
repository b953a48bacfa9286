"""Events as CloudEvents 1.0 in binary mode: attributes in the headers, the body stays the event's own bytes."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from stampbook_events.envelope import EventEnvelope
from stampbook_events.registry import service_of

SPECVERSION = "1.0"
_REQUIRED = ("ce-id", "ce-type", "ce-source", "ce-specversion")


class NotACloudEvent(ValueError):
    """A required attribute is missing or is none that we know."""


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True):
    """*subject* is the aggregate, *time* when it was recorded; *traceparent* is the W3C header, beside the attributes."""

    id: str
    type: str
    source: str
    subject: str | None = None
    time: datetime | None = None
    traceparent: str | None = None


def source_of(event_type: str) -> str:
    """``ledger.points_earned.v1`` → ``/stampbook/ledger``; with the id it names an event world-wide."""
    return f"/stampbook/{service_of(event_type)}"


def cloud_event(envelope: EventEnvelope, traceparent: str | None = None) -> CloudEvent:
    return CloudEvent(
        id=str(envelope.id),
        type=envelope.type,
        source=source_of(envelope.type),
        subject=str(envelope.aggregate),
        time=envelope.recorded_at,
        traceparent=traceparent,
    )


def to_headers(event: CloudEvent) -> dict[str, str]:
    headers = {
        "ce-specversion": SPECVERSION,
        "ce-id": event.id,
        "ce-type": event.type,
        "ce-source": event.source,
    }
    if event.subject is not None:
        headers["ce-subject"] = event.subject
    if event.time is not None:
        headers["ce-time"] = event.time.isoformat()
    if event.traceparent is not None:
        headers["traceparent"] = event.traceparent
    return headers


def from_headers(headers: Mapping[str, str]) -> CloudEvent:
    """The attributes in *headers*, whatever the case of their names; raises ``NotACloudEvent``."""
    lower = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in _REQUIRED if not lower.get(name)]
    if missing:
        raise NotACloudEvent(f"without {', '.join(missing)}")
    if lower["ce-specversion"] != SPECVERSION:
        raise NotACloudEvent(f"ce-specversion is {lower['ce-specversion']!r}, not {SPECVERSION!r}")
    return CloudEvent(
        id=lower["ce-id"],
        type=lower["ce-type"],
        source=lower["ce-source"],
        subject=lower.get("ce-subject"),
        time=_time(lower.get("ce-time")),
        traceparent=lower.get("traceparent"),
    )


def _time(text: str | None) -> datetime | None:
    try:
        return None if text is None else msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        raise NotACloudEvent(f"ce-time is {text!r}, no RFC 3339 time") from None
