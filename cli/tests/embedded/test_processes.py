"""How many processes of a service are asked for, and what they are called."""

import pytest

from stampbook_cli.embedded.conditions import UnusableSetting
from stampbook_cli.embedded.processes import parse_processes, process_names, service_of_process
from stampbook_cli.embedded.settings import SERVICE_NAMES


def test_nothing_said_is_one_of_each() -> None:
    assert [process_names(service, parse_processes(None)) for service in SERVICE_NAMES] == [
        [service] for service in SERVICE_NAMES
    ]


def test_a_number_is_for_every_service() -> None:
    assert parse_processes("2") == dict.fromkeys(SERVICE_NAMES, 2)


def test_some_services_may_have_more_than_others() -> None:
    counted = parse_processes("ledger=4, gateway=2")
    assert process_names("ledger", counted) == ["ledger", "ledger-2", "ledger-3", "ledger-4"]
    assert process_names("gateway", counted) == ["gateway", "gateway-2"]
    assert process_names("notifier", counted) == ["notifier"]


@pytest.mark.parametrize("text", ["0", "9", "many", "ledger=", "ledger=0", "printer=2", "2,3", "=2"])
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(UnusableSetting, match="--processes"):
        parse_processes(text)


def test_a_process_knows_its_service() -> None:
    for name in ("ledger", "ledger-2", "wallet-emulator"):
        assert service_of_process(name) == name.removesuffix("-2")
