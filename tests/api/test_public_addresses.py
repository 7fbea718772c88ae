"""Only the public internet may be called, however the address is written."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from api.public_addresses import NotPublic, PublicResolver, is_public, url_problem

PRIVATE = [
    "127.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "fec0::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::10.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_address_outside_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://hooks.example.com/a?b=c", None),
        ("http://8.8.8.8:8080/", None),
        ("http://127.0.0.1/", "reach"),
        ("http://[::1]:80/", "reach"),
        ("http://[::ffff:127.0.0.1]/", "reach"),
        ("ftp://example.com/", "https"),
        ("file:///etc/passwd", "https"),
        ("javascript:alert(1)", "https"),
        ("https:///path", "https"),
        ("/path", "https"),
        ("http://exa mple.com/", "https"),
        ("http://example.com:99999/", "https"),
        ("https://me:secret@example.com/", "password"),
        ("https://example.com/" + "x" * 2000, "https"),
    ],
)
def test_addresses_of_webhooks_are_looked_at(url: str, words: str | None) -> None:
    problem = url_problem(url, allows_private=False)
    assert problem is None if words is None else problem is not None and words in problem


def test_private_addresses_may_be_allowed() -> None:
    assert url_problem("http://127.0.0.1/", allows_private=True) is None
    assert url_problem("ftp://127.0.0.1/", allows_private=True) is not None


# Names as the C library understands them: all of these are 127.0.0.1.
@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
async def test_name_of_a_private_address_is_refused(host: str) -> None:
    resolver = PublicResolver(allows_private=False)
    with pytest.raises(NotPublic):
        await resolver.resolve(host, 80, socket.AF_INET)
    await resolver.close()
    resolver = PublicResolver(allows_private=True)
    found = await resolver.resolve(host, 80, socket.AF_INET)
    assert {one["host"] for one in found} == {"127.0.0.1"}
    await resolver.close()


async def test_only_the_public_addresses_of_a_name_are_used(monkeypatch: Any) -> None:
    def answers(*_: Any) -> Any:
        kind = socket.AF_INET, socket.SOCK_STREAM, 6, ""
        return [(*kind, (address, 80)) for address in ("10.0.0.1", "8.8.8.8", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    resolver = PublicResolver(allows_private=False)
    assert [one["host"] for one in await resolver.resolve("mixed.example", 80)] == ["8.8.8.8"]
    await resolver.close()
