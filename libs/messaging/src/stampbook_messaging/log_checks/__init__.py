"""Whether a log is whole, equal to its stream, every command in it answered once and every delivery on its way."""

from stampbook_messaging.log_checks.alive import check_alive
from stampbook_messaging.log_checks.check import SHOWN, Check
from stampbook_messaging.log_checks.commands import check_commands, check_effects
from stampbook_messaging.log_checks.cursor import rows, side_by_side
from stampbook_messaging.log_checks.deliveries import CONSUMED, check_completeness, check_ends
from stampbook_messaging.log_checks.finding import Finding
from stampbook_messaging.log_checks.log import LogReport, check_log, report_log
from stampbook_messaging.log_checks.stream import check_stream

__all__ = [
    "CONSUMED",
    "SHOWN",
    "Check",
    "Finding",
    "LogReport",
    "check_alive",
    "check_commands",
    "check_completeness",
    "check_effects",
    "check_ends",
    "check_log",
    "check_stream",
    "report_log",
    "rows",
    "side_by_side",
]
