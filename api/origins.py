"""Which web pages may talk to us: exact comparison of parsed origins, never of strings.

Browsers send `Origin` with every WebSocket and every write, and pages cannot forge it; native
clients mostly send none. Comparing prefixes or suffixes is how lookalikes get in
(`https://good.evil.com`, `https://good.com.evil.com`), so scheme, host and port must be equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}

# Only what browsers serialize: scheme://host[:port], nothing behind it (RFC 6454 6.2). Hosts are
# ASCII there (punycode), so a Unicode lookalike does not even parse.
_FORM = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port, in canonical spelling: lower case, the port always written."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Origin | None:
        """Read one serialized origin; None for `null`, for paths, users, spaces and the like."""
        if _FORM.fullmatch(text) is None:
            return None
        try:
            parts = urlsplit(text.lower())
            port = DEFAULT_PORTS.get(parts.scheme) if parts.port is None else parts.port
        except ValueError:
            return None
        if not port or not parts.hostname or parts.scheme not in DEFAULT_PORTS:
            return None
        return cls(parts.scheme, parts.hostname, port)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        suffix = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{suffix}"

    @property
    def is_loopback(self) -> bool:
        """Whether the page was served by this machine."""
        return is_loopback(self.host)


class Origins:
    """The allow-list.

    allowed: origins as text, already checked. is_dev: any loopback page is welcome too.
    falls_back_to_host: no public address is known, so a page of the address that the request
    was sent to (its Host header) counts as ours. Pages cannot forge Host either; who can forge
    both is no browser, and has no victim's cookie.
    """

    def __init__(
        self, allowed: Iterable[str], *, is_dev: bool = False, falls_back_to_host: bool = False
    ) -> None:
        self._allowed = frozenset(filter(None, map(Origin.parse, allowed)))
        self._is_dev = is_dev
        self._falls_back_to_host = falls_back_to_host

    def allows(self, sent: str, *, scheme: str, host: str) -> bool:
        """Whether a page of origin `sent` may connect.

        sent: the Origin header as it came. scheme, host: of the request, host with its port.
        """
        origin = Origin.parse(sent)
        if origin is None:
            return False
        if origin in self._allowed:
            return True
        if self._is_dev and origin.is_loopback:
            return True
        return self._falls_back_to_host and origin == Origin.parse(f"{scheme}://{host}")


def is_loopback(host: str) -> bool:
    """Whether an address or a name means this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
