"""Traces: written as OTLP JSON lines when a file is configured, next to free when not; contexts travel in headers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags, Tracer

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

HEADER = "traceparent"
_FLUSH_MILLISECONDS = 5_000
_NAME = "stampbook"


class Telemetry:
    """The trace output of one process. ``close`` writes what is still in memory."""

    def __init__(self, provider: TracerProvider | None) -> None:
        self._provider = provider

    async def close(self) -> None:
        if self._provider is not None:
            provider, self._provider = self._provider, None
            await asyncio.to_thread(_flush, provider)
            _active.clear()


_active: list[Tracer] = []
_silent = trace.NoOpTracer()


def start_telemetry(service: str, instance: str, traces_file: Path | None) -> Telemetry:
    """Write spans to *traces_file*; without one spans are made by a tracer that does nothing but hand contexts on."""
    if traces_file is None:
        return Telemetry(None)
    from opentelemetry.exporter.otlp.json.file import FileSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased

    from stampbook_messaging.sampling import TRACES_PER_SECOND, AtMost

    resource = Resource({"service.namespace": "stampbook", "service.name": service, "service.instance.id": instance})
    sampler = ParentBased(AtMost(TRACES_PER_SECOND, time.monotonic))  # who goes on with a trace goes on with its choice
    provider = TracerProvider(resource=resource, sampler=sampler, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(FileSpanExporter(traces_file)))
    _active[:] = [provider.get_tracer(_NAME)]
    return Telemetry(provider)


def _flush(provider: TracerProvider) -> None:
    provider.force_flush(_FLUSH_MILLISECONDS)
    provider.shutdown()


def tracer() -> Tracer:
    return _active[0] if _active else _silent


def traceparent_of(span: Span) -> str | None:
    """The W3C form of *span*'s context; None when there is no trace."""
    context = span.get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def current_traceparent() -> str | None:
    return traceparent_of(trace.get_current_span())


def context_from(traceparent: str | None) -> Context:
    """The context that *traceparent* names; an empty one for none or for rubbish, never the current one."""
    parsed = _parse(traceparent) if traceparent else None
    if parsed is None:
        return Context()
    return trace.set_span_in_context(NonRecordingSpan(parsed), Context())


def _parse(traceparent: str) -> SpanContext | None:
    parts = traceparent.split("-")
    if len(parts) < 4 or [len(part) for part in parts[:4]] != [2, 32, 16, 2] or parts[0] == "ff":
        return None
    with suppress(ValueError):
        context = SpanContext(
            int(parts[1], 16), int(parts[2], 16), is_remote=True, trace_flags=TraceFlags(int(parts[3], 16))
        )
        return context if context.is_valid else None
    return None


def inject(headers: dict[str, str]) -> dict[str, str]:
    """*headers* with the current trace context added, if there is one."""
    traceparent = current_traceparent()
    return headers | {HEADER: traceparent} if traceparent is not None else headers


def extract(headers: dict[str, str] | None) -> Context:
    return context_from((headers or {}).get(HEADER))


@contextmanager
def span(
    name: str, *, context: Context | None = None, kind: SpanKind = SpanKind.INTERNAL, **attributes: str | int | bool
) -> Iterator[Span]:
    """A current span that notes the type of what was raised in it, never its text, which could be personal.

    Attribute names are written with ``__`` for their dots: ``stampbook__channel="mail"``.
    """
    named = {attribute.replace("__", "."): value for attribute, value in attributes.items()}
    with tracer().start_as_current_span(
        name, context=context, kind=kind, attributes=named, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except BaseException as trouble:
            failed(current, type(trouble).__name__)
            raise


def failed(current: Span, error_type: str) -> None:
    current.set_attribute("error.type", error_type)
    current.set_status(StatusCode.ERROR)
