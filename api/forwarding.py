"""Who really asks, when a reverse proxy stands in front.

The X-Forwarded-* headers are believed only from a trusted proxy, and only as far as trusted
proxies wrote them: each appends on the right, so the client is the right-most address that is
not a trusted proxy. Everything further left was typed by the client.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohttp import web

from api.config import Network

_Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Asked:
    """What the request looked like at the edge."""

    address: str  # of the client; "" when it came over a Unix socket
    scheme: str  # "http" or "https"
    host: str  # with the port, as the browser wrote it


def asked(request: web.BaseRequest, trusted: Sequence[Network]) -> Asked:
    """Read a request as the outermost trusted proxy saw it."""
    peer = request.remote or ""
    if not _is_trusted(_parse(peer), trusted):
        return Asked(_plain(peer), request.scheme, request.host)
    return Asked(
        client_address(peer, request.headers.getall("X-Forwarded-For", []), trusted),
        _last(request, "X-Forwarded-Proto") or request.scheme,
        _last(request, "X-Forwarded-Host") or request.host,
    )


def client_address(peer: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """The client's address.

    peer: other end of the TCP connection. forwarded_for: the X-Forwarded-For lines in order.
    """
    address = peer
    hops = [hop for line in forwarded_for for hop in line.split(",")]
    while hops and _is_trusted(_parse(address), trusted):
        hop = hops.pop().strip()
        if _parse(hop) is None:  # nonsense: the last address that made sense is as far as we know
            break
        address = hop
    return _plain(address)


def _last(request: web.BaseRequest, name: str) -> str:
    """The value that the nearest proxy wrote."""
    lines = request.headers.getall(name, [])
    return lines[-1].rpartition(",")[2].strip().lower() if lines else ""


def _parse(text: str) -> _Address | None:
    """An address; some proxies append the port, and IPv4 may come in IPv6 clothes."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _plain(text: str) -> str:
    address = _parse(text)
    return text if address is None else str(address)


def _is_trusted(address: _Address | None, trusted: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in trusted)
