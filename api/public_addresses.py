"""Where a server that is told to call somebody may call: public addresses only.

A webhook's address is typed by a user. Without this rule it reaches what only the server can
reach: its own loopback, the neighbours in its network, a cloud's metadata service.
Rule: the addresses that are checked are the ones that are connected to. A name is resolved once,
by the resolver that the connector uses, so it cannot mean something else a moment later.
"""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

URL_LIMIT_CHARACTERS = 2000
THREADS = 16
EXAMPLE = "https://example.com/hook"
# The last four bytes of these are an IPv4 address to which a gateway passes the packets on.
_IPV4_INSIDE = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))


class NotPublic(OSError):
    """The address is not one that anybody on the internet could call."""


def is_public(address: str) -> bool:
    """Whether an IP address, as text, is one of the public internet."""
    found = ip_address(address.partition("%")[0])
    inside = _ipv4_inside(found) if isinstance(found, IPv6Address) else None
    if inside is not None:
        return is_public(str(inside))
    return found.is_global and not (
        found.is_multicast or found.is_reserved or _is_site_local(found)
    )


def url_problem(text: str, *, allows_private: bool) -> str | None:
    """What an address to call must be instead; None when it may be called.

    A name that stands for a private address is noticed only when it is called.
    """
    try:
        url = URL(text)
    except ValueError:
        return f"an address like {EXAMPLE}"
    is_odd = len(text) > URL_LIMIT_CHARACTERS or not text.isprintable() or " " in text
    if is_odd or url.scheme not in ("http", "https") or not url.host:
        return f"an address like {EXAMPLE}"
    if url.user is not None or url.password is not None:
        return "an address without a user name and password in it"
    if allows_private or not is_literal_private(url.host):
        return None
    return "an address that the internet can reach"


def is_literal_private(host: str) -> bool:
    """Whether a host is written as an IP address that is not public."""
    try:
        return not is_public(host)
    except ValueError:
        return False


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses; raises NotPublic when a name has no other."""

    def __init__(self, *, allows_private: bool) -> None:
        """allows_private: pass every address on."""
        self._allows_private = allows_private
        # Of its own: a name server that hangs must not take the threads that others wait for.
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="resolver")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses to connect to. Raises OSError. Safe to cancel."""
        look_up = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
        answers = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        found = [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, proto, _, address in answers
        ]
        public = [one for one in found if self._allows_private or is_public(one["host"])]
        if found and not public:
            raise NotPublic("the name stands for an address that is not public")
        return public

    async def close(self) -> None:
        """Let the threads end. What is being looked up is forgotten."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _ipv4_inside(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if any(address in network for network in _IPV4_INSIDE):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _is_site_local(address: IPv4Address | IPv6Address) -> bool:
    return isinstance(address, IPv6Address) and address.is_site_local
