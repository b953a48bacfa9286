"""Trace contexts travel in headers; rubbish in one never breaks a message, and no error text gets into a span."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace

from stampbook_messaging.telemetry import (
    context_from,
    current_traceparent,
    extract,
    inject,
    span,
    start_telemetry,
    traceparent_of,
)

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
async def traces(tmp_path: Path) -> AsyncIterator[Any]:
    telemetry = start_telemetry("ledger", "one", tmp_path / "traces.json")

    async def written() -> list[dict[str, Any]]:
        await telemetry.close()
        lines = [json.loads(line) for line in (tmp_path / "traces.json").read_text().splitlines()]
        scopes = [scope for line in lines for one in line["resourceSpans"] for scope in one["scopeSpans"]]
        return [found for scope in scopes for found in scope["spans"]]

    yield written
    await telemetry.close()


def test_a_context_comes_out_as_it_went_in() -> None:
    with span("test", context=context_from(PARENT)):
        assert inject({"a": "b"}) == {"a": "b", "traceparent": PARENT}


def test_without_a_trace_no_header_is_added() -> None:
    assert current_traceparent() is None
    assert inject({"a": "b"}) == {"a": "b"}


@pytest.mark.parametrize(
    "rubbish",
    [
        None,
        "",
        "rubbish",
        "00-0-0-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319z-b7ad6b7169203331-01",
    ],
)
def test_rubbish_is_no_context_and_no_trouble(rubbish: str | None) -> None:
    assert traceparent_of(trace.get_current_span(context_from(rubbish))) is None


@given(st.text(max_size=80))
def test_no_header_whatever_upsets_a_message(text: str) -> None:
    found = traceparent_of(trace.get_current_span(extract({"traceparent": text})))
    assert found is None or len(found) == 55


def test_a_message_without_a_context_does_not_join_the_current_trace() -> None:
    with span("outer", context=context_from(PARENT)):
        assert traceparent_of(trace.get_current_span(context_from(None))) is None


async def test_a_span_joins_the_trace_of_its_message(traces: Any) -> None:
    with span("apply", context=context_from(PARENT), stampbook__channel="mail") as current:
        carried = traceparent_of(current)
    (found,) = await traces()
    assert found["parentSpanId"].lower() == "b7ad6b7169203331"
    assert carried == f"00-{found['traceId']}-{found['spanId']}-01".lower()
    assert found["attributes"] == [{"key": "stampbook.channel", "value": {"stringValue": "mail"}}]


async def test_a_failed_span_tells_the_type_of_the_trouble_and_not_its_text(traces: Any) -> None:
    with pytest.raises(ValueError, match="anna"), span("apply"):
        raise ValueError("anna@example.lu")
    (found,) = await traces()
    assert "anna" not in json.dumps(found)
    assert {"key": "error.type", "value": {"stringValue": "ValueError"}} in found["attributes"]


async def test_what_was_not_sampled_is_not_written(traces: Any) -> None:
    with span("apply", context=context_from(PARENT[:-1] + "0")):
        pass
    with span("seen"):
        pass
    assert [found["name"] for found in await traces()] == ["seen"]
