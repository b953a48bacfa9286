"""Events are CloudEvents in binary mode: attributes in the headers, the body stays as it is."""

import pytest

from stampbook_events.cloudevents import CloudEvent, NotACloudEvent, cloud_event, from_headers, to_headers
from stampbook_events.samples import sample_event

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ENVELOPE = sample_event("ledger.points_earned.v1")
HEADERS = to_headers(cloud_event(ENVELOPE, TRACE))


def test_the_attributes_are_the_envelopes() -> None:
    assert {
        "ce-specversion": "1.0",
        "ce-id": str(ENVELOPE.id),
        "ce-type": "ledger.points_earned.v1",
        "ce-source": "/stampbook/ledger",
        "ce-subject": str(ENVELOPE.aggregate),
        "ce-time": "2026-06-06T12:00:00.250000+00:00",
        "traceparent": TRACE,
    } == HEADERS


def test_what_was_written_is_read_back() -> None:
    assert from_headers(HEADERS) == cloud_event(ENVELOPE, TRACE)


def test_names_of_headers_may_come_in_any_case() -> None:
    assert from_headers({name.upper(): value for name, value in HEADERS.items()}) == cloud_event(ENVELOPE, TRACE)


def test_an_event_without_a_trace_has_no_traceparent() -> None:
    assert "traceparent" not in to_headers(cloud_event(ENVELOPE))


def test_optional_attributes_may_be_absent() -> None:
    bare = CloudEvent(id="1", type="t", source="/s")
    assert from_headers(to_headers(bare)) == bare


@pytest.mark.parametrize("name", ["ce-id", "ce-type", "ce-source", "ce-specversion"])
def test_a_required_attribute_cannot_be_missing(name: str) -> None:
    headers = {key: value for key, value in HEADERS.items() if key != name}
    with pytest.raises(NotACloudEvent, match=name):
        from_headers(headers)


@pytest.mark.parametrize(("name", "value"), [("ce-specversion", "0.3"), ("ce-time", "yesterday")])
def test_what_we_do_not_understand_is_no_cloud_event(name: str, value: str) -> None:
    with pytest.raises(NotACloudEvent, match=name):
        from_headers(HEADERS | {name: value})
