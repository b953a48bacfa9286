"""Logs: one JSON object a line on standard error, with trace ids and without personal data."""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO, cast

import msgspec
import structlog
from opentelemetry import trace

from stampbook_messaging.redaction import redact, where

Level = Literal["debug", "info", "warning", "error"]
_SEVERITY: dict[str, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_OWN = ("ts", "level", "event", "service", "instance", "trace_id", "span_id")

_settings: dict[str, Any] = {"service": "", "instance": "", "threshold": _SEVERITY["info"], "stream": None}
_encoder = msgspec.json.Encoder(enc_hook=str)


def configure_logging(service: str, instance: str, level: Level = "info", *, stream: TextIO | None = None) -> None:
    """Say who is speaking and from which level on; without it logs are written all the same, nameless, from info on."""
    _settings.update(service=service, instance=instance, threshold=_SEVERITY[level], stream=stream)


class Logger(structlog.BoundLoggerBase):
    """``log.warning("relay.doubt", reason=…)``: an event is a constant ``noun.verb``; any field name is allowed."""

    def debug(self, event: str, /, **fields: Any) -> None:
        self._say("debug", event, fields)

    def info(self, event: str, /, **fields: Any) -> None:
        self._say("info", event, fields)

    def warning(self, event: str, /, **fields: Any) -> None:
        self._say("warning", event, fields)

    def error(self, event: str, /, **fields: Any) -> None:
        self._say("error", event, fields)

    def exception(self, event: str, /, **fields: Any) -> None:
        """An error with the type and place of the exception being handled; its text may be personal and stays out."""
        trouble = sys.exc_info()[1]
        self._say("error", event, fields | ({"error": where(trouble)} if trouble is not None else {}))

    def _say(self, level: Level, event: str, fields: dict[str, Any]) -> None:
        if _SEVERITY[level] < _settings["threshold"]:
            return
        try:
            own = {f"{name}_" if name in _OWN else name: value for name, value in fields.items()}
            (line,), _ = self._process_event(level, event, own)
            self._logger.msg(line)
        except Exception as trouble:  # noqa: BLE001  a log that fails must never hide what it was to report
            _write(_last_resort(level, event, trouble))


def _last_resort(level: str, event: str, trouble: BaseException) -> str:
    line = {
        "ts": _now(),
        "level": level,
        "event": str(event),
        "service": _settings["service"],
        "log_failed": where(trouble),
    }
    return _encoder.encode(line).decode()


class StandardError:
    """Looked up at each line, so that whoever redirects standard error gets the lines."""

    def msg(self, line: str) -> None:
        _write(line)


def _write(line: str) -> None:
    stream = _settings["stream"] or sys.stderr
    try:
        stream.write(line + "\n")
        stream.flush()
    except (OSError, ValueError):
        return  # Nobody can read us any more: a closed pipe must not stop the work.


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _identify(_: Any, level: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
    line: dict[str, Any] = {
        "ts": _now(),
        "level": level,
        "event": fields.pop("event", ""),
        "service": _settings["service"],
        "instance": _settings["instance"],
    }
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        line |= {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
    return {**line, **fields}


def redact_fields(_: Any, __: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
    own = {name: fields[name] for name in _OWN if name in fields}
    rest = {name: value for name, value in fields.items() if name not in _OWN}
    return {**own, **redact(rest)}


def _render(_: Any, __: str, fields: MutableMapping[str, Any]) -> str:
    return _encoder.encode(fields).decode()


structlog.configure(
    processors=[_identify, redact_fields, _render],
    wrapper_class=Logger,
    logger_factory=lambda *_: StandardError(),
    cache_logger_on_first_use=True,
)


def get_logger(name: str) -> Logger:
    return cast("Logger", structlog.get_logger(module=name))
