"""Who really asks: X-Forwarded-* is believed exactly as far as trusted proxies wrote it."""

from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request

from api.forwarding import Asked, asked, client_address

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("::1"))


@pytest.mark.parametrize(
    ("peer", "lines", "address"),
    [
        ("203.0.113.9", ["1.1.1.1"], "203.0.113.9"),  # not a proxy of ours: a lie
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),  # the left one was typed
        ("10.0.0.1", ["1.1.1.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1", "203.0.113.9", "10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["1.1.1.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1, <script>, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["203.0.113.9:5555"], "203.0.113.9"),
        ("::1", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("", ["1.1.1.1"], ""),
    ],
)
def test_the_client_is_the_rightmost_untrusted_address(
    peer: str, lines: list[str], address: str
) -> None:
    assert client_address(peer, lines, TRUSTED) == address


def test_scheme_and_host_come_from_the_nearest_trusted_proxy() -> None:
    headers = {
        "Host": "inner:8000",
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Proto": "http, HTTPS",
        "X-Forwarded-Host": "evil.com, menu.example",
    }
    request = make_mocked_request("GET", "/", headers).clone(remote="10.0.0.1")
    assert asked(request, TRUSTED) == Asked("203.0.113.9", "https", "menu.example")
    assert asked(request, ()) == Asked("10.0.0.1", "http", "inner:8000")
