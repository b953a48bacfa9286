"""Spans of commands in a batch: one per sampled command, so that a trace leads from the door to the event."""

from __future__ import annotations

from dataclasses import dataclass, field

from opentelemetry.trace import Span, SpanKind

from stampbook_messaging.messages import Received
from stampbook_messaging.telemetry import context_from, traceparent_of, tracer


@dataclass(slots=True)
class CommandSpans:
    _open: list[Span] = field(default_factory=list)

    def start(self, received: Received) -> str | None:
        """Begin the span of one command; returns the traceparent its events carry on. Unsampled ones pass through."""
        if received.traceparent is None or not received.traceparent.endswith("-01"):
            return received.traceparent
        span = tracer().start_span(
            f"process {received.envelope.type}",
            context=context_from(received.traceparent),
            kind=SpanKind.CONSUMER,
            attributes={
                "messaging.system": "nats",
                "messaging.operation.name": "process",
                "messaging.operation.type": "process",
                "messaging.destination.name": f"cmd.{received.envelope.type.split('.')[0]}",
                "messaging.message.id": str(received.envelope.id),
                "messaging.message.conversation_id": str(received.envelope.correlation),
                "messaging.nats.sequence": received.seq,
                "stampbook.partition": received.partition,
            },
        )
        self._open.append(span)
        return traceparent_of(span)

    def end(self) -> None:
        for span in self._open:
            span.end()
