"""Settings are complete or refused, all problems at once, and say where each came from."""

from pathlib import Path

import pytest

from notifier.settings import Settings, in_force
from stampbook_messaging.settings import Misconfigured


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "secret"
    secret.write_text("sesame")
    secret.chmod(0o600)
    return {
        "STAMPBOOK_EMBEDDED": "1",
        "STAMPBOOK_NATS_URL": "nats://127.0.0.1:4222",
        "STAMPBOOK_NATS_SEED_FILE": str(secret),
        "STAMPBOOK_NATS_SERVER_NAME": "stampbook-1",
        "STAMPBOOK_DATABASE_URL": "postgresql://notifier:x@127.0.0.1:5432/stampbook",
        "STAMPBOOK_HEALTH_ADDRESS": "127.0.0.1:9000",
        "STAMPBOOK_PUBLIC_URL": "http://localhost:8080",
        "STAMPBOOK_KEYRING_FILE": str(secret),
        "STAMPBOOK_SMTP_HOST": "smtp.post.lu",
        "STAMPBOOK_SMTP_PORT": "587",
        "STAMPBOOK_SMTP_MODE": "starttls",
        "STAMPBOOK_SMTP_USERNAME": "stampbook",
        "STAMPBOOK_SMTP_PASSWORD_FILE": str(secret),
        "STAMPBOOK_SMTP_FROM_ADDRESS": "cards@stampbook.lu",
    }


def problems_of(environ: dict[str, str]) -> list[str]:
    with pytest.raises(Misconfigured) as refusal:
        Settings.from_environ(environ)
    return refusal.value.problems


def test_what_is_complete_is_taken(environ: dict[str, str]) -> None:
    smtp = Settings.from_environ(environ).smtp
    assert (smtp.provider, smtp.mode, smtp.password()) == ("smtp.post.lu:587", "starttls", "sesame")


def test_everything_missing_is_named_at_once(environ: dict[str, str]) -> None:
    for name in ("HOST", "PORT", "MODE", "FROM_ADDRESS"):
        del environ[f"STAMPBOOK_SMTP_{name}"]
    del environ["STAMPBOOK_KEYRING_FILE"]
    assert problems_of(environ) == [
        "STAMPBOOK_KEYRING_FILE is missing",
        "STAMPBOOK_SMTP_FROM_ADDRESS is missing",
        "STAMPBOOK_SMTP_HOST is missing",
        "STAMPBOOK_SMTP_MODE is missing",
        "STAMPBOOK_SMTP_PORT is missing",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOST", "smtp.example.com"),
        ("HOST", "mail.invalid"),
        ("USERNAME", "changeme"),
        ("FROM_ADDRESS", "no-reply@example.org"),
        ("FROM_NAME", "<your shop>"),
        ("REPLY_TO", "you@your-domain.lu"),
    ],
)
def test_a_placeholder_is_refused_like_a_missing_value(environ: dict[str, str], name: str, value: str) -> None:
    problems = problems_of({**environ, f"STAMPBOOK_SMTP_{name}": value})
    assert problems == [f"STAMPBOOK_SMTP_{name} is still a placeholder"]


@pytest.mark.parametrize("word", ["", "changeme\n", "password"])
def test_a_placeholder_for_a_password_is_refused(environ: dict[str, str], word: str) -> None:
    Path(environ["STAMPBOOK_SMTP_PASSWORD_FILE"]).write_text(word)
    assert problems_of(environ) == ["STAMPBOOK_SMTP_PASSWORD_FILE holds a placeholder"]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("MODE", "ssl", "is none of starttls, tls, none"),
        ("MODE", "none", "none sends in clear, which only a server on this machine may be sent"),
        ("PORT", "0", "is no number from 1 to 65535"),
        ("FROM_ADDRESS", "cards", "is not a mail address"),
        ("FROM_ADDRESS", "cards@stampbook.lu\nBcc: a@b.lu", "is not a mail address"),
        ("REPLY_TO", "a@b.lu, c@d.lu", "is not a mail address"),
        ("FROM_NAME", "Shop\nBcc: a@b.lu", "holds name: control characters"),
    ],
)
def test_what_cannot_be_is_refused(environ: dict[str, str], name: str, value: str, problem: str) -> None:
    problems = problems_of({**environ, f"STAMPBOOK_SMTP_{name}": value})
    assert problems == [f"STAMPBOOK_SMTP_{name} {problem}"]


def test_in_clear_only_to_this_machine(environ: dict[str, str]) -> None:
    here = {**environ, "STAMPBOOK_SMTP_HOST": "127.0.0.1", "STAMPBOOK_SMTP_MODE": "none"}
    assert Settings.from_environ(here).smtp.mode == "none"


@pytest.mark.parametrize("name", ["USERNAME", "PASSWORD_FILE"])
def test_half_a_login_is_none(environ: dict[str, str], name: str) -> None:
    del environ[f"STAMPBOOK_SMTP_{name}"]
    (problem,) = problems_of(environ)
    assert "go together" in problem


def test_the_password_is_no_part_of_what_is_printed(environ: dict[str, str]) -> None:
    assert "sesame" not in repr(Settings.from_environ(environ))


def test_a_domain_beyond_ascii_is_written_as_dns_knows_it(environ: dict[str, str]) -> None:
    environ["STAMPBOOK_SMTP_FROM_ADDRESS"] = "Cards@Kéis.LU"
    assert Settings.from_environ(environ).smtp.from_address == "Cards@xn--kis-bma.lu"


def test_each_setting_says_where_it_came_from(environ: dict[str, str]) -> None:
    origins = Settings.from_environ(environ).smtp.origins
    assert (origins["host"], origins["reply_to"]) == ("environment", "default")
    assert set(origins) == {
        "host",
        "port",
        "mode",
        "username",
        "password_file",
        "from_address",
        "from_name",
        "reply_to",
    }


def test_the_first_source_wins_and_says_so() -> None:
    first, second = {"STAMPBOOK_SMTP_HOST": "a.lu"}, {"STAMPBOOK_SMTP_HOST": "b.lu", "STAMPBOOK_SMTP_PORT": "25"}
    variables, origins = in_force([("environment", first), ("default", second)])
    assert (variables["STAMPBOOK_SMTP_HOST"], variables["STAMPBOOK_SMTP_PORT"]) == ("a.lu", "25")
    assert (origins["host"], origins["port"]) == ("environment", "default")
