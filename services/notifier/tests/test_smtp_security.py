"""Logins and encryption: required as the settings say, and never done without."""

from pathlib import Path

import pytest
from certificates import authority_for
from conversations import HandClock, Marks, talking
from mail_samples import mail
from scripted_smtp import ScriptedSmtp

LOGIN = {"username": "stampbook"}


async def test_a_refused_login_is_our_trouble(tmp_path: Path) -> None:
    password = tmp_path / "word"
    password.write_text("sesame\n")
    server = ScriptedSmtp(says={"AUTH": "535 5.7.8 wrong"}, offers=("AUTH PLAIN",))
    async with talking(server, password_file=password, **LOGIN) as provider:
        outcome = await provider.send(mail(), Marks(server))
    assert (outcome.verdict, outcome.reason) == ("ours", "connect 535 5.7.8")


async def test_a_changed_password_holds_from_the_next_login(tmp_path: Path) -> None:
    password = tmp_path / "word"
    password.write_text("sesame")
    server, clock = ScriptedSmtp(offers=("AUTH PLAIN",)), HandClock()
    async with talking(server, clock, password_file=password, **LOGIN) as provider:
        for word in ("sesame", "poppy"):
            password.write_text(word)
            await provider.send(mail(), Marks(server))
            clock.seconds += 60
    logins = [line for line in server.heard if line.startswith("AUTH")]
    assert len(set(logins)) == 2


@pytest.mark.parametrize(("mode", "implicit"), [("starttls", False), ("tls", True)])
async def test_mail_goes_out_encrypted_to_a_server_that_proves_itself(
    tmp_path: Path, mode: str, *, implicit: bool
) -> None:
    serving, trusting = authority_for(tmp_path, "localhost")
    server = ScriptedSmtp(tls=serving, implicit_tls=implicit, offers=("STARTTLS",))
    async with talking(server, mode=mode, host="localhost", trusting=trusting) as provider:
        outcome = await provider.send(mail(), Marks(server))
    assert (outcome.verdict, len(server.taken)) == ("sent", 1)


@pytest.mark.parametrize(("mode", "implicit"), [("starttls", False), ("tls", True)])
async def test_a_server_that_cannot_prove_itself_gets_no_mail(tmp_path: Path, mode: str, *, implicit: bool) -> None:
    serving, _ = authority_for(tmp_path, "localhost")
    server = ScriptedSmtp(tls=serving, implicit_tls=implicit, offers=("STARTTLS",))
    async with talking(server, mode=mode, host="localhost") as provider:
        outcome = await provider.send(mail(), Marks(server))
    assert (outcome.verdict, outcome.reason) == ("ours", "connect tls_refused")
    assert "MAIL" not in server.verbs()


async def test_starttls_that_is_not_offered_is_not_done_without() -> None:
    server = ScriptedSmtp(offers=())
    async with talking(server, mode="starttls") as provider:
        outcome = await provider.send(mail(), Marks(server))
    assert (outcome.verdict, outcome.reason) == ("ours", "connect not_offered")
    assert "MAIL" not in server.verbs()
