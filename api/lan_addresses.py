"""Under which names and addresses this machine is found in its own network."""

from __future__ import annotations

import re
import socket
from ipaddress import ip_address

from api.lan_certificates import NAME_ENDINGS, Address, may_vouch_for

# Nothing is sent to these: connecting a UDP socket only asks which own address would be used.
_ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def lan_name(text: str | None) -> str | None:
    """A local name in full: `menu` is `menu.local` (multicast DNS). None: it is no local name.

    text: None is the name of this machine; one that cannot be a host's becomes `mirepoix.local`.
    """
    wanted = socket.gethostname().partition(".")[0] if text is None else text
    name = wanted.strip().rstrip(".").lower()
    if "." not in name and name != "localhost":
        name += ".local"
    labels = name.split(".")
    is_host = len(name) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    is_local = any(name == one or name.endswith(f".{one}") for one in NAME_ENDINGS)
    if is_host and is_local:
        return name
    return "mirepoix.local" if text is None else None


def lan_addresses() -> list[Address]:
    """The private addresses of this machine, the one that others most likely reach first.

    May wait for a name server: call it in a thread.
    """
    found: dict[Address, None] = {}
    for family, elsewhere in _ELSEWHERE:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((elsewhere, 9))
            except OSError:
                continue  # no network of this kind
            found[ip_address(probe.getsockname()[0].partition("%")[0])] = None
    try:
        own = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)
    except OSError:
        own = []  # the machine does not know its own name
    for answer in own:
        found[ip_address(str(answer[4][0]).partition("%")[0])] = None
    return [
        one for one in found if may_vouch_for(one) and not one.is_loopback and not one.is_link_local
    ]
