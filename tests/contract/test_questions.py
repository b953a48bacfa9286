"""What the gateway asks the ledger and reads of its answers is what the ledger takes and gives, field by field."""

import msgspec
import pytest

from gateway import histories, offers, questions, reports
from ledger.queries import explained, offer_views, report_views, statements, views
from ledger.queries import questions as asked

ASKED = (
    (histories.AskStatement, asked.AskStatement),
    (histories.AskCardAsOf, asked.AskCardAsOf),
    (histories.AskExplanation, asked.AskExplanation),
    (offers.AskOffers, asked.AskOffers),
    (offers.AskOffer, asked.AskOffer),
    (questions.AskCard, asked.AskCard),
    (questions.AskCardByNumber, asked.AskCardByNumber),
    (questions.AskCardsOf, asked.AskCardsOf),
    (questions.AskCards, asked.AskCards),
    (reports.AskLiability, asked.AskLiability),
    (reports.AskPeriod, asked.AskPeriod),
    (reports.AskCohorts, asked.AskCohorts),
)
ANSWERED = (
    (histories.StatementPage, statements.Statement),
    (histories.StatementEntry, statements.Entry),
    (histories.CardAsOf, views.CardThen),
    (histories.OpenReward, views.OpenReward),
    (histories.OpenReservation, views.OpenReservation),
    (histories.OpenLot, views.OpenLot),
    (histories.LedgerWholeCard, views.WholeCard),
    (questions.LedgerCard, views.CardView),
    (histories.Explanation, explained.Explanation),
    (histories.ExplanationPart, explained.Part),
    (histories.ExplanationChange, explained.Change),
    (histories.ExplanationStep, explained.Step),
    (histories.PurchaseReckoned, explained.PurchaseReckoned),
    (histories.RefundReckoned, explained.RefundReckoned),
    (offers.ProgramPage, offer_views.ProgramHistories),
    (offers.ProgramOffered, offer_views.ProgramHistory),
    (offers.PublishedProgram, offer_views.ProgramVersion),
    (offers.CampaignPage, offer_views.CampaignHistories),
    (offers.CampaignOffered, offer_views.CampaignHistory),
    (offers.PublishedCampaign, offer_views.CampaignVersion),
    (offers.RewardPage, offer_views.RewardHistories),
    (offers.RewardOffered, offer_views.RewardHistory),
    (offers.PublishedReward, offer_views.RewardVersion),
    (reports.LiabilityReport, report_views.LiabilityReport),
    (reports.Liability, report_views.Owed),
    (reports.StoreLiability, report_views.StoreOwed),
    (reports.ProgramLiability, report_views.ProgramOwed),
    (reports.BreakageReport, report_views.PeriodReport),
    (reports.RollForward, report_views.Moved),
    (reports.StoreRollForward, report_views.StoreMoved),
    (reports.ProgramRollForward, report_views.ProgramMoved),
    (reports.CohortReport, report_views.CohortReport),
    (reports.Cohort, report_views.CohortShown),
    (reports.StoreCohorts, report_views.StoreCohorts),
    (reports.ProgramCohorts, report_views.ProgramCohorts),
)


def fields(kind: type[msgspec.Struct]) -> dict[str, bool]:
    """Each with whether it may be missing."""
    return {field.encode_name: field.required for field in msgspec.structs.fields(kind)}


@pytest.mark.parametrize(("question", "taken"), ASKED, ids=lambda kind: kind.__name__)
def test_a_question_has_the_words_that_the_ledger_takes(
    question: type[msgspec.Struct], taken: type[msgspec.Struct]
) -> None:
    assert fields(question) == fields(taken)


@pytest.mark.parametrize(("read", "given"), ANSWERED, ids=lambda kind: kind.__name__)
def test_an_answer_is_read_as_the_ledger_gives_it(read: type[msgspec.Struct], given: type[msgspec.Struct]) -> None:
    assert set(fields(read)) == set(fields(given))


@pytest.mark.parametrize(("read", "given"), ANSWERED, ids=lambda kind: kind.__name__)
def test_what_may_be_missing_of_an_answer_is_not_demanded(
    read: type[msgspec.Struct], given: type[msgspec.Struct]
) -> None:
    assert not given.__struct_config__.omit_defaults or fields(read) == fields(given)
