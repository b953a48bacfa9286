"""The keyring: what it wraps opens with the same words beside it, and its file is held to its form."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stampbook_messaging.keyring import Keyring, KeyringBroken, Undecryptable


def key(filling: int) -> str:
    return base64.b64encode(bytes([filling]) * 32).decode()


WHOLE: dict[str, Any] = {"kek": {"old": key(1), "new": key(2)}, "current": "new", "index": key(3)}


def keyring(path: Path, **changed: Any) -> Keyring:
    file = path / "keyring.json"
    file.write_text(json.dumps({**WHOLE, **changed}))
    return Keyring.from_file(file)


@pytest.fixture(scope="session")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return keyring(tmp_path_factory.mktemp("keyring"))


@given(plain=st.binary(max_size=200), aad=st.binary(max_size=50))
def test_what_was_wrapped_opens_with_the_same_words_beside_it(ring: Keyring, plain: bytes, aad: bytes) -> None:
    assert ring.unwrap(ring.wrap(plain, aad), aad) == plain


def test_what_belongs_to_one_customer_does_not_open_for_another(ring: Keyring) -> None:
    with pytest.raises(Undecryptable):
        ring.unwrap(ring.wrap(b"data key", b"anna"), b"ben")


def test_an_older_key_still_opens_and_a_new_wrap_bears_the_current_ones_id(ring: Keyring, tmp_path: Path) -> None:
    old = keyring(tmp_path, current="old").wrap(b"data key", b"anna")
    assert ring.unwrap(old, b"anna") == b"data key"
    assert (Keyring.key_id_of(old), Keyring.key_id_of(ring.wrap(b"", b""))) == ("old", "new")


def test_a_key_that_is_gone_is_named(ring: Keyring, tmp_path: Path) -> None:
    old = keyring(tmp_path, current="old").wrap(b"data key", b"anna")
    with pytest.raises(Undecryptable, match="'old' is not in the keyring"):
        keyring(tmp_path, kek={"new": key(2)}).unwrap(old, b"anna")


def test_a_wrap_cannot_be_relabelled_as_another_keys(ring: Keyring) -> None:
    with pytest.raises(Undecryptable):
        ring.unwrap(ring.wrap(b"data key", b"anna").replace(b"new", b"old", 1), b"anna")


@pytest.mark.parametrize("blob", [b"", b"\x05ab", b"\x02\xff\xff", b"\x03new", b"\x03new" + bytes(40)])
def test_rubbish_is_undecryptable_and_nothing_worse(ring: Keyring, blob: bytes) -> None:
    with pytest.raises(Undecryptable):
        ring.unwrap(blob, b"anna")


@given(st.binary(max_size=80))
def test_no_bytes_whatever_upset_the_keyring(ring: Keyring, blob: bytes) -> None:
    with pytest.raises(Undecryptable):
        ring.unwrap(blob, b"")


def test_a_look_up_hash_depends_on_purpose_value_and_key(ring: Keyring, tmp_path: Path) -> None:
    found = ring.index("mail", "anna@example.lu")
    assert found == ring.index("mail", "anna@example.lu")
    others = [ring.index("phone", "anna@example.lu"), ring.index("mail", "ben@example.lu"), ring.index("mai", "lanna")]
    assert found not in [*others, keyring(tmp_path, index=key(4)).index("mail", "anna@example.lu")]


def test_keys_do_not_show_themselves(ring: Keyring) -> None:
    assert repr(ring) == "Keyring(current='new')"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"current": "lost"}, "'lost' is not in it"),
        ({"index": "AAAA"}, "index has 3 bytes instead of 32"),
        ({"kek": {"new": "no base64!"}}, "kek new is not base64"),
        ({"kek": {"new": key(1), "": key(2)}}, "a key id is empty"),
        ({"kek": []}, "cannot be read"),
        ({"more": 1}, "cannot be read"),
    ],
)
def test_a_broken_file_says_what_is_wrong_with_it(tmp_path: Path, changed: dict[str, Any], why: str) -> None:
    with pytest.raises(KeyringBroken, match=why) as broken:
        keyring(tmp_path, **changed)
    assert key(1) not in str(broken.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeyringBroken, match="cannot be read"):
        Keyring.from_file(tmp_path / "none.json")
