"""One trace from the door to the row: the transaction of a batch belongs to the first command and links the others."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from stampbook_events import Actor, CommandEnvelope
from stampbook_messaging import telemetry
from stampbook_messaging.messages import Received
from stampbook_messaging.spans import CommandSpans


@pytest.fixture
def finished() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    before = list(telemetry._active)
    telemetry._active[:] = [provider.get_tracer("test")]
    yield exporter
    telemetry._active[:] = before


def taken(trace: str, flags: str = "01") -> Received:
    envelope = CommandEnvelope(
        id=uuid4(),
        type="ledger.earn_points.v1",
        merchant=uuid4(),
        actor=Actor(kind="service", id="test"),
        correlation=uuid4(),
        fingerprint=b"",
        data=msgspec.Raw(b"{}"),
    )
    parent = f"00-{trace}-00f067aa0ba902b7-{flags}"
    return Received(
        envelope=envelope, command=None, partition=1, seq=1, recorded_at=datetime.now(UTC), traceparent=parent
    )


def test_a_batch_is_one_transaction_in_the_first_trace_linked_to_the_others(finished: InMemorySpanExporter) -> None:
    spans = CommandSpans()
    carried = [spans.start(taken(f"{n:032x}")) for n in (1, 2, 3)]
    spans.end()
    (transaction,) = [span for span in finished.get_finished_spans() if span.name == "TRANSACTION"]
    assert f"{transaction.context.trace_id:032x}" == f"{1:032x}"
    assert {f"{link.context.trace_id:032x}" for link in transaction.links} == {f"{n:032x}" for n in (2, 3)}
    assert transaction.attributes["db.operation.batch.size"] == 3
    assert [text.split("-")[1] for text in carried] == [f"{n:032x}" for n in (1, 2, 3)]


def test_what_is_not_sampled_passes_through_without_a_span(finished: InMemorySpanExporter) -> None:
    spans, received = CommandSpans(), taken(f"{7:032x}", flags="00")
    assert spans.start(received) == received.traceparent
    spans.end()
    assert finished.get_finished_spans() == ()
