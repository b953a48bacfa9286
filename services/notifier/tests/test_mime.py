"""No name and no address can add to a mail's headers or its recipients."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import compat32, default

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_samples import ANNA, DELIVERY, PLAIN, SENDER, draft

from notifier.mime import Mail, Party, UnsafeHeader, compose, message_id
from notifier.rendering import Rendered

HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
}
ENCODED_WORDS = [
    "=?UTF-8?Q?a=0ABcc:_evil@x.lu?=",
    "=?utf-8?b?YQpCY2M6IGV2aWxAeC5sdQ==?=",
    "=?UTF-8?Q?a=0D=0ABcc:_evil@x.lu?= =?UTF-8?Q?=0AX-Evil:_1?=",
    'Shop" <evil@x.lu>, "b',
    "Shop, evil@x.lu",
    "a=?b?=?UTF-8?Q?=0ABcc:_evil@x.lu?=",
    "Ünïcode =?UTF-8?Q?a=0ABcc:_evil@x.lu?= " + "x" * 90,
]
CONTROLS = [
    "Shop\r\nBcc: evil@x.lu",
    "Shop\nBcc: evil@x.lu",
    "Shop\rBcc: x",
    "Shop\x00",
    "Shop\u2028Bcc: x",
    "\x85",
    "\ud800",
]
BAD_ADDRESSES = [
    "anna@kaart.lu, evil@x.lu",
    "anna@kaart.lu\r\nBcc: evil@x.lu",
    "anna@kaart.lu> SIZE=1",
    '"anna evil@x.lu"@kaart.lu',
    "=?UTF-8?Q?a=0A?=@kaart.lu",
    "an na@kaart.lu",
    "anna",
    "@kaart.lu",
    "anna@",
    "anna@kääart.lu",
    "anna@kaart.lu\n",
    "a" * 400 + "@kaart.lu",
]


def with_name(name: str) -> Mail:
    text = Rendered(subject=name, html="<p>Hello</p>", text="Hello\n")
    return compose(replace(draft(text), sender=Party(address=SENDER.address, name=name)))


def headers_of(mail: Mail) -> set[str]:
    """As the oldest and as the newest reader sees them."""
    old, new = (message_from_bytes(mail.content, policy=policy) for policy in (compat32, default))
    assert sorted(old.keys()) == sorted(new.keys())
    assert len(old.keys()) == len(set(old.keys()))
    return set(new.keys())


@pytest.mark.parametrize("name", ENCODED_WORDS)
def test_an_encoded_word_in_a_name_stays_text(name: str) -> None:
    mail = with_name(name)
    assert headers_of(mail) == HEADERS
    read = message_from_bytes(mail.content, policy=default)
    assert [address.addr_spec for address in read["From"].addresses] == [SENDER.address]
    assert read["Subject"] == name.replace("=?", "= ?")


@pytest.mark.parametrize("name", CONTROLS)
def test_a_name_with_controls_is_refused_without_being_repeated(name: str) -> None:
    with pytest.raises(UnsafeHeader) as refusal:
        with_name(name)
    assert "evil" not in str(refusal.value)


@given(st.text(max_size=120))
def test_no_name_whatever_adds_a_header(name: str) -> None:
    try:
        mail = with_name(name)
    except UnsafeHeader:
        return
    assert headers_of(mail) == HEADERS


@pytest.mark.parametrize("address", BAD_ADDRESSES)
@pytest.mark.parametrize("field", ["sender", "recipient", "reply_to"])
def test_an_address_that_is_more_or_less_than_one_is_refused(field: str, address: str) -> None:
    with pytest.raises(UnsafeHeader) as refusal:
        compose(replace(draft(PLAIN), **{field: Party(address=address)}))
    assert "evil" not in str(refusal.value)


@given(st.text(max_size=40))
def test_whatever_the_address_there_is_one_recipient(local: str) -> None:
    address = f"{local}@kaart.lu"
    try:
        mail = compose(replace(draft(PLAIN), recipient=Party(address=address)))
    except UnsafeHeader:
        return
    read = message_from_bytes(mail.content, policy=default)
    told = [one.addr_spec.encode("utf-8", "surrogateescape").decode() for one in read["To"].addresses]
    assert told in ([address], [f'"{local}"@kaart.lu'])


def test_the_envelope_is_told_and_not_read_from_the_headers() -> None:
    mail = compose(draft(PLAIN))
    assert (mail.sender, mail.recipient, mail.smtputf8) == (SENDER.address, ANNA, False)


def test_an_address_beyond_ascii_asks_for_smtputf8() -> None:
    mail = compose(replace(draft(PLAIN), recipient=Party(address="zoé@kaart.lu")))
    assert mail.smtputf8
    assert b"To: zo\xc3\xa9@kaart.lu" in mail.content


def test_answers_go_where_the_settings_say() -> None:
    mail = compose(replace(draft(PLAIN), reply_to=Party(address="shop@fashion.lu")))
    assert headers_of(mail) == HEADERS | {"Reply-To"}


def test_a_mail_has_the_same_id_however_often_it_is_made() -> None:
    ids = {message_from_bytes(compose(draft(PLAIN)).content)["Message-ID"] for _ in range(3)}
    assert ids == {message_id(DELIVERY, "stampbook.lu")}
