"""Settings from the environment: all that is wrong is named at once, nothing is guessed, nothing secret is shown."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stampbook_messaging import settings
from stampbook_messaging.settings import Misconfigured, Variable, is_loopback, read, read_variables


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, str]:
    """All that a service with a schema needs."""
    seed = tmp_path / "seed.nk"
    seed.write_text("seed")
    seed.chmod(0o600)
    return {
        "STAMPBOOK_NATS_URL": "nats://nats.stampbook.lu:4222",
        "STAMPBOOK_NATS_SEED_FILE": str(seed),
        "STAMPBOOK_NATS_SERVER_NAME": "stampbook-1",
        "STAMPBOOK_DATABASE_URL": "postgresql://ledger:geheim@db.stampbook.lu/stampbook",
        "STAMPBOOK_HEALTH_ADDRESS": "127.0.0.1:9001",
        "STAMPBOOK_PUBLIC_URL": "https://stampbook.lu/",
    }


def problems(environ: dict[str, str], fields: dict[str, Variable] | None = None) -> list[str]:
    with pytest.raises(Misconfigured) as wrong:
        read(environ, "ledger", fields=fields or {})
    return wrong.value.problems


def test_a_whole_environment_is_read(whole: dict[str, str]) -> None:
    found = read(whole, "ledger", fields={"issuer": Variable("ISSUER", required=False, default="none")})
    messaging = found["messaging"]
    assert (messaging.health_address, messaging.public_url) == (("127.0.0.1", 9001), "https://stampbook.lu")
    assert (messaging.log_level, messaging.embedded, found["issuer"]) == ("info", False, "none")


def test_everything_missing_is_named_at_once() -> None:
    assert problems({}, {"own": Variable("STAMPBOOK_OWN")}) == [
        "STAMPBOOK_DATABASE_URL is missing",
        "STAMPBOOK_HEALTH_ADDRESS is missing",
        "STAMPBOOK_NATS_SEED_FILE is missing",
        "STAMPBOOK_NATS_SERVER_NAME is missing",
        "STAMPBOOK_NATS_URL is missing",
        "STAMPBOOK_OWN is missing",
        "STAMPBOOK_PUBLIC_URL is missing",
    ]


def test_missing_wrong_and_placeholder_stand_in_one_list(whole: dict[str, str]) -> None:
    whole |= {"STAMPBOOK_PUBLIC_URL": "https://example.com", "STAMPBOOK_HEALTH_ADDRESS": "here"}
    del whole["STAMPBOOK_NATS_SERVER_NAME"]
    assert problems(whole) == [
        "STAMPBOOK_HEALTH_ADDRESS is not host:port",
        "STAMPBOOK_NATS_SERVER_NAME is missing",
        "STAMPBOOK_PUBLIC_URL is still a placeholder",
    ]


def test_seals_go_into_a_folder_that_can_be_written_to(whole: dict[str, str], tmp_path: Path) -> None:
    assert read(whole, "ledger", fields={})["messaging"].seals_directory is None
    whole["STAMPBOOK_SEALS_DIRECTORY"] = str(tmp_path)
    assert read(whole, "ledger", fields={})["messaging"].seals_directory == tmp_path
    whole["STAMPBOOK_SEALS_DIRECTORY"] = str(tmp_path / "gone")
    assert problems(whole) == ["STAMPBOOK_SEALS_DIRECTORY names no folder that can be written to"]


PLACEHOLDERS = [
    "changeme",
    "CHANGE-ME",
    "replace_me",
    "your-secret",
    "<secret>",
    "...",
    "xxxx",
    "dummy",
    "smtp.example.org",
    "shop.invalid",
    "placeholder",
    "insert here",
]


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_a_placeholder_is_refused_like_a_missing_value(text: str) -> None:
    with pytest.raises(Misconfigured, match="OWN is still a placeholder"):
        read_variables({"OWN": text}, {"own": Variable("OWN")}, embedded=True)


@pytest.mark.parametrize("text", ["fashionhub.lu", "secret", "examples.lu", "younger-sister"])
def test_what_only_looks_like_a_placeholder_is_taken(text: str) -> None:
    assert read_variables({"OWN": text}, {"own": Variable("OWN")}, embedded=False) == {"own": text}


@pytest.mark.parametrize("variable", ["STAMPBOOK_NATS_URL", "STAMPBOOK_DATABASE_URL", "STAMPBOOK_PUBLIC_URL"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "shop.localhost", "127.8.9.10", "0.0.0.0"])
def test_an_address_of_this_machine_is_refused_outside_the_embedded_mode(
    whole: dict[str, str], variable: str, host: str
) -> None:
    scheme = whole[variable].split("://")[0]
    whole[variable] = f"{scheme}://{host}:4222"
    assert problems(whole) == [f"{variable} names this machine itself, which only the embedded mode may do"]
    assert read({**whole, "STAMPBOOK_EMBEDDED": "1"}, "ledger", fields={})["messaging"].embedded


@pytest.mark.parametrize("text", ["localhost", "localhost.", "a.localhost:80", "[::1]:1", "::1", "[::ffff:127.0.0.1]"])
def test_this_machine_is_known_by_all_its_names(text: str) -> None:
    assert is_loopback(text)


@pytest.mark.parametrize("text", ["stampbook.lu", "10.0.0.1:4222", "localhost.lu", "nats://db1", "", "[broken"])
def test_another_machine_is_another_machine(text: str) -> None:
    assert not is_loopback(text)


def test_several_servers_of_one_cluster_are_named_by_the_cluster(whole: dict[str, str]) -> None:
    del whole["STAMPBOOK_NATS_SERVER_NAME"]
    whole |= {"STAMPBOOK_NATS_URL": "nats://n1:4222, nats://n2:4222", "STAMPBOOK_NATS_CLUSTER_NAME": "stampbook"}
    messaging = read(whole, "ledger", fields={})["messaging"]
    assert messaging.nats_url == "nats://n1:4222,nats://n2:4222"
    assert (messaging.nats_server_name, messaging.nats_cluster_name) == (None, "stampbook")


def test_a_bus_is_known_by_one_name_only(whole: dict[str, str]) -> None:
    both = "STAMPBOOK_NATS_SERVER_NAME and STAMPBOOK_NATS_CLUSTER_NAME are both given"
    assert problems({**whole, "STAMPBOOK_NATS_CLUSTER_NAME": "stampbook"}) == [both]


def test_one_server_of_several_on_this_machine_is_refused_too(whole: dict[str, str]) -> None:
    whole["STAMPBOOK_NATS_URL"] = "nats://n1:4222,nats://localhost:4222"
    refusal = "STAMPBOOK_NATS_URL names this machine itself, which only the embedded mode may do"
    assert problems(whole) == [refusal]


def test_the_gateway_needs_no_database(whole: dict[str, str]) -> None:
    del whole["STAMPBOOK_DATABASE_URL"]
    assert read(whole, "gateway", fields={})["messaging"].database_url == ""


def test_a_seed_that_everybody_can_read_is_refused(whole: dict[str, str]) -> None:
    Path(whole["STAMPBOOK_NATS_SEED_FILE"]).chmod(0o644)
    assert problems(whole) == ["STAMPBOOK_NATS_SEED_FILE names a file that everybody on this machine can read"]


def test_a_password_shows_neither_in_the_settings_nor_in_a_problem(whole: dict[str, str]) -> None:
    assert "geheim" not in repr(read(whole, "ledger", fields={}))
    whole["STAMPBOOK_DATABASE_URL"] = "mysql://ledger:geheim@db.stampbook.lu/stampbook"
    assert "geheim" not in str(problems(whole))


def test_every_process_gets_a_name_of_its_own(whole: dict[str, str]) -> None:
    names = {read(whole, "ledger", fields={})["messaging"].instance for _ in range(3)}
    assert len(names) == 3
    assert read({**whole, "STAMPBOOK_INSTANCE": "one"}, "ledger", fields={})["messaging"].instance == "one"


@pytest.mark.parametrize(
    ("parse", "text", "why"),
    [
        (settings.number(1, 65535), "0", "is no number from 1 to 65535"),
        (settings.number(1, 65535), "1e3", "is no number from 1 to 65535"),
        (settings.hexadecimal(2), "abc", "is not 2 bytes in hexadecimal"),
        (settings.one_of("tls", "none"), "TLS", "is none of tls, none"),
        (settings.subject_token, "a.b", "may hold letters, digits, - and _ only"),
        (settings.file, "/nowhere", "names no file that can be read"),
        (settings.writable_file, "/nowhere/traces.json", "names a file in a folder that does not exist"),
        (settings.address, ":80", "is not host:port"),
        (settings.address, "host:99999", "is not host:port"),
        (settings.url("https"), "http://stampbook.lu", "is not an address that starts with https://"),
        (settings.Failpoints.parse, "here=explode", "is no plan for a failpoint"),
    ],
)
def test_a_value_of_another_form_says_which_form_is_meant(parse: Any, text: str, why: str) -> None:
    with pytest.raises(Misconfigured, match=why):
        read_variables({"OWN": text}, {"own": Variable("OWN", parse)}, embedded=True)


@given(st.text(max_size=60))
def test_no_text_whatever_upsets_the_reader(text: str) -> None:
    fields = {"url": Variable("URL", settings.url("nats"), outward=True), "at": Variable("AT", settings.address)}
    with pytest.raises(Misconfigured) as wrong:
        read_variables({"URL": text, "AT": ""}, fields, embedded=False)
    assert "AT is missing" in wrong.value.problems
