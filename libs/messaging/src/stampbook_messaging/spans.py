"""Spans of commands in a batch: one per sampled command, so that a trace leads from the door to the event.

The transaction they share is a span of its own, in the trace of the first and linked to all the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from opentelemetry.trace import Span, SpanKind, set_span_in_context

from stampbook_messaging.messages import Received
from stampbook_messaging.telemetry import context_from, traceparent_of, tracer


@dataclass(slots=True)
class CommandSpans:
    _open: list[Span] = field(default_factory=list)
    _transaction: Span | None = None

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
        self._share(span, received.envelope.type.split(".")[0])
        return traceparent_of(span)

    def _share(self, span: Span, schema: str) -> None:
        if self._transaction is None:
            self._transaction = tracer().start_span(
                "TRANSACTION",
                context=set_span_in_context(span),
                kind=SpanKind.CLIENT,
                attributes=transaction_of(schema),
            )
        else:
            self._transaction.add_link(span.get_span_context())

    def end(self) -> None:
        if self._transaction is not None:
            self._transaction.set_attribute("db.operation.batch.size", len(self._open))
            self._transaction.end()
        for span in self._open:
            span.end()


def transaction_of(schema: str) -> dict[str, str]:
    """What the conventions want to know of a transaction."""
    return {"db.system.name": "postgresql", "db.namespace": schema, "db.operation.name": "TRANSACTION"}
