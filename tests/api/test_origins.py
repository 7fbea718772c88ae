"""Origins: exact comparison, with the lookalikes that defeat comparing strings."""

import pytest

from api.origins import Origin, Origins, is_loopback

GOOD = "https://good.example"

LOOKALIKES = [
    "null",
    "",
    "*",
    "https://good.example.evil.com",
    "https://evil.com/https://good.example",
    "https://evilgood.example",
    "https://good.example:8443",
    "https://good.example:443:443",
    "https://good.example/",
    "https://good.example?x",
    "https://good.example#x",
    "https://user@good.example",
    "https://good.example@evil.com",
    "https://good.example.",
    "http://good.example",
    "ftp://good.example",
    "https//good.example",
    "//good.example",
    "good.example",
    " https://good.example",
    "https://good.example\n",
    "https://good.example https://evil.com",
    "https://good.example, https://evil.com",
    "https://gооd.example",  # noqa: RUF001 (two Cyrillic letters)
    "https://good。example",
    "https://good.example:99999",
    "https://good.example:0",
    "https://[good.example]",
    "https://good.example%2eevil.com",
]


@pytest.mark.parametrize("sent", LOOKALIKES)
def test_a_lookalike_is_refused(sent: str) -> None:
    origins = Origins([GOOD], falls_back_to_host=True)
    assert not origins.allows(sent, scheme="https", host="menu.example")


@pytest.mark.parametrize("sent", [GOOD, "https://GOOD.example", "https://good.example:443"])
def test_another_spelling_of_the_same_origin_is_allowed(sent: str) -> None:
    assert Origins([GOOD]).allows(sent, scheme="http", host="inner:8000")


@pytest.mark.parametrize(
    ("sent", "scheme", "host", "is_allowed"),
    [
        ("http://menu.example:8000", "http", "menu.example:8000", True),
        ("http://MENU.example:8000", "http", "menu.EXAMPLE:8000", True),
        ("http://menu.example", "http", "menu.example:80", True),
        ("http://menu.example:8001", "http", "menu.example:8000", False),
        ("https://menu.example:8000", "http", "menu.example:8000", False),
        ("http://other.example:8000", "http", "menu.example:8000", False),
        ("http://[::1]:8000", "http", "[::1]:8000", True),
        ("http://menu.example", "http", "menu.example/", False),
        ("null", "http", "null", False),
    ],
)
def test_without_a_public_address_the_host_decides(
    sent: str, scheme: str, host: str, is_allowed: bool
) -> None:
    origins = Origins([], falls_back_to_host=True)
    assert origins.allows(sent, scheme=scheme, host=host) is is_allowed


def test_with_a_public_address_the_host_header_counts_for_nothing() -> None:
    assert not Origins([GOOD]).allows("http://evil.com", scheme="http", host="evil.com")


@pytest.mark.parametrize(
    ("sent", "is_allowed"),
    [
        ("http://localhost:5173", True),
        ("https://127.0.0.1:1", True),
        ("http://[::1]:3000", True),
        ("http://localhost.evil.com", False),
        ("http://127.0.0.1.evil.com", False),
        ("http://192.168.0.2:8000", False),
        ("null", False),
    ],
)
def test_dev_allows_any_page_of_this_machine_and_no_other(sent: str, is_allowed: bool) -> None:
    assert Origins([], is_dev=True).allows(sent, scheme="http", host="x") is is_allowed
    assert not Origins([]).allows(sent, scheme="http", host="x")


def test_an_origin_is_written_in_one_spelling() -> None:
    assert str(Origin.parse("HTTPS://A.Example:443")) == "https://a.example"
    assert str(Origin.parse("http://[::1]:8000")) == "http://[::1]:8000"


def test_loopback_is_known_by_name_and_by_number() -> None:
    assert all(map(is_loopback, ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]"]))
    assert not any(map(is_loopback, ["", "0.0.0.0", "::", "example.com", "128.0.0.1"]))
