"""HTTPS in one's own network (`--lan-tls`): certificates that renew themselves, and what to open.

Tablets give a page its offline store only when its address is secure, so a house without a domain
needs this. The certificates: api/lan_certificates.py; how a device comes to trust them:
api/lan_setup.py.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TextIO

import segno

from api.config import Config
from api.lan_addresses import lan_addresses, lan_name
from api.lan_certificates import Address, Certificate, authority, server_certificate
from api.setting_table import ConfigError

CHECK_SECONDS = 300.0
LOOPBACK = (ip_address("127.0.0.1"), ip_address("::1"))

log = logging.getLogger("mirepoix.lan")


class LanTls:
    """The certificates of one server, and the TLS context that shows them. Make it with `open`."""

    def __init__(
        self,
        folder: Path,
        name: str,
        utc: Callable[[], datetime],
        find_addresses: Callable[[], Sequence[Address]] = lan_addresses,
    ) -> None:
        """Make or read everything. May wait for a name server. Raises ConfigError."""
        self.name = name
        self._folder = folder
        self._utc = utc
        self._find_addresses = find_addresses
        self.addresses: tuple[Address, ...] = ()
        self.authority: Certificate = authority(folder, name, utc())
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._shown: Certificate | None = None
        self.renew()

    @classmethod
    def open(cls, config: Config, utc: Callable[[], datetime]) -> LanTls:
        """As the settings say. Raises ConfigError."""
        name = lan_name(config.lan_name)
        if name is None:
            raise ConfigError(
                f"--lan-name must be a name in your own network, such as menu or menu.local; "
                f"{config.lan_name!r} is not."
            )
        return cls(config.certificate_folder, name, utc)

    def renew(self) -> bool:
        """Show another certificate if it is time, or the addresses changed; whether it did.

        May wait for a name server. Raises ConfigError; the one before is shown on.
        """
        self.addresses = tuple(self._find_addresses())
        names = list(dict.fromkeys((self.name, "localhost")))
        wanted = [*self.addresses, *LOOPBACK]
        found = server_certificate(self._folder, self.authority, names, wanted, self._utc())
        if self._shown is not None and self._shown.certificate == found.certificate:
            return False
        self._shown = found
        self.context.load_cert_chain(found.path)  # for connections from now on
        return True

    async def keep(self) -> None:
        """Renew in time, for ever. Safe to cancel."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                if await asyncio.to_thread(self.renew):
                    log.info("certificate renewed", extra={"action": "lan_renewed"})
            except ConfigError as error:
                # Must go on: the certificate before is good for a month, and tried again soon.
                log.error("certificate not renewed: %s", error, extra={"action": "lan_failed"})

    def url(self, port: int) -> str:
        """What people open; by address, because not every device resolves local names."""
        return f"https://{_host(self.addresses[0] if self.addresses else self.name)}:{port}"

    def named_url(self, port: int) -> str:
        """The same by name."""
        return f"https://{self.name}:{port}"

    def setup_url(self, port: int) -> str:
        """Where a device learns to trust the server."""
        return f"http://{_host(self.addresses[0] if self.addresses else self.name)}:{port}/"


def say_where(lan: LanTls, port: int, setup_port: int, out: TextIO | None = None) -> None:
    """Print what to open, as a QR code too when it goes to a screen."""
    shown = sys.stdout if out is None else out
    print(
        f"In your network: {lan.url(port)}/ and {lan.named_url(port)}/\n"
        f"Set each device up once (it learns to trust this server): {lan.setup_url(setup_port)}\n"
        f"Fingerprint of its authority (SHA-256): {lan.authority.fingerprint}",
        file=shown,
        flush=True,
    )
    if shown.isatty() and (shown.encoding or "").lower().replace("-", "") == "utf8":
        segno.make(lan.setup_url(setup_port), error="m", micro=False).terminal(shown, compact=True)
        shown.flush()


def _host(place: Address | str) -> str:
    text = str(place)
    return f"[{text}]" if ":" in text else text
