"""The join form's token."""

import places
import pytest
from worlds import StandingClock

from gateway.command_ids import CommandIds
from gateway.form_token import FormTokens


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def tokens(clock: StandingClock) -> FormTokens:
    return FormTokens(CommandIds(bytes(range(32))), clock)


def test_a_token_tells_when_the_form_was_handed_out(tokens: FormTokens, clock: StandingClock) -> None:
    given = tokens.issue(places.HUB)
    clock.pass_by(90)
    at = tokens.issued_at(places.HUB, given.token, given.key)
    assert at is not None
    assert (clock.now() - at).total_seconds() == 90


def test_a_token_is_good_for_a_day(tokens: FormTokens, clock: StandingClock) -> None:
    given = tokens.issue(places.HUB)
    clock.pass_by(24 * 3600 + 1)
    assert tokens.issued_at(places.HUB, given.token, given.key) is None


def test_a_token_of_another_store_or_key_is_none(tokens: FormTokens) -> None:
    given = tokens.issue(places.HUB)
    assert tokens.issued_at(places.OUTLET, given.token, given.key) is None
    assert tokens.issued_at(places.HUB, given.token, given.key + "x") is None


@pytest.mark.parametrize("token", ["", ".", "zz.zz", "1234.", "é.é", "a" * 5000])
def test_rubbish_is_no_token(tokens: FormTokens, token: str) -> None:
    assert tokens.issued_at(places.HUB, token, "key") is None


def test_every_form_has_a_key_of_its_own(tokens: FormTokens) -> None:
    assert len({tokens.issue(places.HUB).key for _ in range(20)}) == 20


def test_a_form_for_a_test_customer_says_so_and_no_other_does(tokens: FormTokens) -> None:
    test, other = tokens.issue(places.HUB, test=True), tokens.issue(places.HUB)
    assert tokens.is_test(places.HUB, test.token, test.key)
    assert tokens.issued_at(places.HUB, test.token, test.key) is not None
    assert not tokens.is_test(places.HUB, other.token, other.key)
    assert not tokens.is_test(places.OUTLET, test.token, test.key)
