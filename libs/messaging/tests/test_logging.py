"""Logs: one JSON object a line, without personal data, and never in the way of what they report."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from stampbook_messaging import logging as stampbook_logging
from stampbook_messaging.logging import configure_logging, get_logger
from stampbook_messaging.redaction import MASK
from stampbook_messaging.telemetry import context_from, span

log = get_logger("test")
Said = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def said() -> Iterator[Said]:
    before, stream = dict(stampbook_logging._settings), io.StringIO()
    configure_logging("ledger", "one", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    stampbook_logging._settings.update(before)


def test_a_line_says_who_speaks_and_what_happened(said: Said) -> None:
    log.warning("relay.doubt", partition=3, reason="no answer")
    (line,) = said()
    assert line.pop("ts").endswith("+00:00")
    assert line == {
        "level": "warning",
        "event": "relay.doubt",
        "service": "ledger",
        "instance": "one",
        "module": "test",
        "partition": 3,
        "reason": "no answer",
    }


def test_what_is_below_the_level_is_not_said(said: Said) -> None:
    log.debug("worker.batch", size=1)
    assert said() == []


@pytest.mark.parametrize("name", ["ts", "level", "service", "instance", "trace_id", "module", "name", "msg", "args"])
def test_any_name_may_be_a_field_and_replaces_none_of_the_lines_own(said: Said, name: str) -> None:
    log.info("test.field", **{name: "mine"})
    (line,) = said()
    assert (line["service"], line["instance"], line["level"]) == ("ledger", "one", "info")
    assert "log_failed" not in line


def test_personal_fields_and_addresses_are_masked(said: Said) -> None:
    log.info("mail.sent", email="anna@example.lu", detail="to anna@example.lu", payload={"first_name": "Anna"})
    (line,) = said()
    assert (line["email"], line["detail"], line["payload"]) == (MASK, f"to {MASK}", {"first_name": MASK})


def test_an_exception_leaves_its_place_and_not_its_text(said: Said) -> None:
    try:
        raise ValueError("anna@example.lu")
    except ValueError:
        log.exception("mail.failed")
    (line,) = said()
    assert line["error"].startswith("ValueError at test_logging.py:")
    assert "anna" not in json.dumps(line)


class Unspeakable:
    def __str__(self) -> str:
        raise RuntimeError("no words")


def test_a_log_that_fails_still_says_what_happened(said: Said) -> None:
    log.error("worker.fenced", culprit=Unspeakable())
    (line,) = said()
    assert (line["event"], line["level"], line["service"]) == ("worker.fenced", "error", "ledger")
    assert line["log_failed"].startswith("RuntimeError at ")


def test_a_failing_log_does_not_hide_the_failure_it_reports(said: Said) -> None:
    def work() -> None:
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            log.exception("worker.bug", culprit=Unspeakable())
            raise

    with pytest.raises(ZeroDivisionError):
        work()
    assert said()[0]["event"] == "worker.bug"


def test_a_closed_pipe_does_not_stop_the_work() -> None:
    program = (
        "from stampbook_messaging.logging import get_logger\n"
        "import sys, os\n"
        "sys.stderr.close()\n"
        "get_logger('x').error('worker.fenced')\n"
        "print('went on')"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, "went on")


def test_a_line_in_a_trace_bears_its_ids(said: Said) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with span("test", context=context_from(traceparent)):
        log.info("test.traced")
    assert said()[0]["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


def test_a_value_that_is_no_json_is_written_as_text(said: Said) -> None:
    log.info("test.value", one={1, 2}, two=bytes(3), three=1 + 2j)
    (line,) = said()
    assert (line["one"], line["two"], line["three"]) == ([1, 2], "<3 bytes>", "(1+2j)")
