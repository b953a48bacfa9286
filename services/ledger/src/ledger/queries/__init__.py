"""What the ledger tells others about cards and programs, each merchant about its own alone."""

from typing import Any

from ledger.queries.cards import CardQueries
from ledger.queries.explanations import ExplanationQueries
from ledger.queries.offers import OfferQueries
from ledger.queries.past import PastQueries
from ledger.queries.reports import ReportQueries
from ledger.queries.statements import StatementQueries
from stampbook_messaging.clock import Clock
from stampbook_messaging.queries import Answers


def answers(pool: Any, clock: Clock) -> Answers:
    """Every question by its name."""
    return {
        **CardQueries(pool, clock).answers(),
        **PastQueries(pool, clock).answers(),
        **StatementQueries(pool).answers(),
        **ExplanationQueries(pool, clock).answers(),
        **OfferQueries(pool, clock).answers(),
        **ReportQueries(pool, clock).answers(),
    }
