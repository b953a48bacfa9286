"""Host names."""

import pytest

from gateway.door.hosts import Hosts

LOCAL = Hosts("http://localhost:8080")
PUBLIC = Hosts("https://stampbook.lu")


@pytest.mark.parametrize(
    ("host", "subdomain"),
    [
        ("localhost:8080", ""),
        ("127.0.0.1:8080", ""),
        ("[::1]:8080", ""),
        ("fashionhub.localhost:8080", "fashionhub"),
        ("FashionHub.LOCALHOST", "fashionhub"),
        ("fashionhub.localhost.", "fashionhub"),
        ("a.b.localhost", None),
        ("-x.localhost", None),
        ("evil.test", None),
        ("localhost.evil.test", None),
        ("", None),
    ],
)
def test_a_host_is_the_platforms_a_stores_or_not_ours(host: str, subdomain: str | None) -> None:
    assert LOCAL.subdomain(host) == subdomain


def test_the_public_platform_does_not_answer_to_loopback() -> None:
    assert PUBLIC.subdomain("127.0.0.1") is None
    assert PUBLIC.subdomain("shop.stampbook.lu") == "shop"


def test_a_stores_address_is_made_from_our_own() -> None:
    assert LOCAL.origin("shop") == "http://shop.localhost:8080"
    assert PUBLIC.origin("shop") == "https://shop.stampbook.lu"
    assert PUBLIC.origin("") == "https://stampbook.lu"
