"""HTTPS in one's own network: real handshakes, renewal, and who may read the keys."""

from __future__ import annotations

import asyncio
import io
import plistlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from cryptography import x509

from api.config import Config
from api.lan import LanTls, say_where
from api.lan_addresses import lan_addresses, lan_name
from api.lan_certificates import (
    CA_FILE,
    SERVER_FILE,
    Address,
    authority,
    may_vouch_for,
    server_certificate,
)
from api.lan_setup import place_for, setting_up, setup_app
from api.setting_table import ConfigError

NOW = datetime.now(UTC).replace(microsecond=0)
HOME: list[Address] = [ip_address("192.168.7.20"), ip_address("fd00::7")]


def lan(folder: Path, at: Callable[[], datetime] = lambda: NOW) -> LanTls:
    return LanTls(folder, "menu.local", at, lambda: HOME)


@asynccontextmanager
async def listening(tls: LanTls) -> AsyncIterator[int]:
    """A server that shows the certificate; its port."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls.context)
    async with server:
        yield server.sockets[0].getsockname()[1]


def trusting(pem: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem.decode())
    return context


def shake_hands(port: int, context: ssl.SSLContext, name: str) -> bytes:
    """Connect as somebody who typed `name`; the certificate that was shown."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        shown = secure.getpeercert(binary_form=True)
        assert shown is not None
        return shown


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "192.168.7.20", "fd00::7", "::1", "menu.local", "localhost"]
)
async def test_device_that_trusts_the_authority_connects_by_address_and_by_name(
    tmp_path: Path, name: str
) -> None:
    tls = lan(tmp_path)
    async with listening(tls) as port:
        await asyncio.to_thread(shake_hands, port, trusting(tls.authority.pem), name)


@pytest.mark.parametrize("name", ["other.local", "192.168.7.21", "menu.example"])
async def test_name_that_is_not_the_servers_is_refused(tmp_path: Path, name: str) -> None:
    tls = lan(tmp_path)
    async with listening(tls) as port:
        with pytest.raises(ssl.SSLCertVerificationError, match=r"mismatch|not valid for"):
            await asyncio.to_thread(shake_hands, port, trusting(tls.authority.pem), name)


async def test_device_that_trusts_another_authority_does_not_connect(tmp_path: Path) -> None:
    tls, other = lan(tmp_path / "a"), lan(tmp_path / "b")
    async with listening(tls) as port:
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.to_thread(shake_hands, port, trusting(other.authority.pem), "menu.local")


@pytest.mark.parametrize(
    ("names", "addresses"),
    [(["bank.example"], []), (["menu.local"], [ip_address("203.0.113.9")])],
)
async def test_authority_is_believed_about_nothing_outside_the_house(
    tmp_path: Path, names: list[str], addresses: list[Address]
) -> None:
    tls = lan(tmp_path)
    found = server_certificate(tmp_path, tls.authority, names, addresses, NOW)
    tls.context.load_cert_chain(found.path)
    async with listening(tls) as port:
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
            await asyncio.to_thread(shake_hands, port, trusting(tls.authority.pem), names[0])


async def test_new_certificate_is_shown_without_a_restart_and_devices_trust_it(
    tmp_path: Path,
) -> None:
    now = NOW
    tls = lan(tmp_path, lambda: now)
    async with listening(tls) as port:
        trust = trusting(tls.authority.pem)
        before = await asyncio.to_thread(shake_hands, port, trust, "menu.local")
        assert tls.renew() is False
        tls_addresses = [*HOME, ip_address("10.0.0.5")]
        tls._find_addresses = lambda: tls_addresses
        assert tls.renew() is True
        after = await asyncio.to_thread(shake_hands, port, trust, "10.0.0.5")
    assert before != after


def test_certificate_ends_within_397_days_and_is_renewed_a_month_before(tmp_path: Path) -> None:
    moments = [NOW]
    tls = lan(tmp_path, lambda: moments[-1])
    first = x509.load_pem_x509_certificate((tmp_path / SERVER_FILE).read_bytes())
    life = first.not_valid_after_utc - first.not_valid_before_utc
    assert life <= timedelta(days=397)
    moments.append(first.not_valid_after_utc - timedelta(days=31))
    assert tls.renew() is False
    moments.append(first.not_valid_after_utc - timedelta(days=29))
    assert tls.renew() is True
    second = x509.load_pem_x509_certificate((tmp_path / SERVER_FILE).read_bytes())
    assert second.not_valid_after_utc > first.not_valid_after_utc


def test_everything_stays_over_a_restart(tmp_path: Path) -> None:
    first, second = lan(tmp_path), lan(tmp_path)
    assert first.authority.fingerprint == second.authority.fingerprint
    assert first._shown is not None and second._shown is not None
    assert first._shown.certificate == second._shown.certificate


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    lan(tmp_path)
    for name in (CA_FILE, SERVER_FILE):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == [CA_FILE, SERVER_FILE]


@pytest.mark.parametrize("name", [CA_FILE, SERVER_FILE])
def test_key_that_others_may_read_or_that_is_damaged_is_refused(tmp_path: Path, name: str) -> None:
    lan(tmp_path)
    (tmp_path / name).chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        lan(tmp_path)
    (tmp_path / name).chmod(0o600)
    (tmp_path / name).write_text("nonsense")
    with pytest.raises(ConfigError, match="delete it to make another"):
        lan(tmp_path)


def test_authority_that_ends_soon_is_refused_with_a_sentence(tmp_path: Path) -> None:
    lan(tmp_path)
    with pytest.raises(ConfigError, match="ends soon"):
        authority(tmp_path, "menu.local", NOW + timedelta(days=3400))


def test_server_certificate_of_another_authority_is_made_anew(tmp_path: Path) -> None:
    lan(tmp_path)
    (tmp_path / CA_FILE).unlink()
    tls = lan(tmp_path)
    assert tls._shown is not None
    tls._shown.certificate.verify_directly_issued_by(tls.authority.certificate)


def test_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises((ConfigError, OSError)):
        lan(tmp_path / "file")


async def test_certificate_that_cannot_be_renewed_leaves_the_old_one_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.lan.CHECK_SECONDS", 0.01)
    tls = lan(tmp_path)
    (tmp_path / SERVER_FILE).write_text("nonsense")
    async with listening(tls) as port:
        keeping = asyncio.create_task(tls.keep())
        await asyncio.sleep(0.1)
        assert not keeping.done()
        await asyncio.to_thread(shake_hands, port, trusting(tls.authority.pem), "menu.local")
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


# -- names and addresses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("menu", "menu.local"),
        ("Menu.Local.", "menu.local"),
        ("pos.lan", "pos.lan"),
        ("a.b.home.arpa", "a.b.home.arpa"),
        ("localhost", "localhost"),
        ("menu.example", None),
        ("-menu", None),
        ("me nu", None),
        ("menü", None),
        ("", None),
    ],
)
def test_name_is_one_of_the_local_network(typed: str, name: str | None) -> None:
    assert lan_name(typed) == name


@pytest.mark.parametrize(
    ("host", "name"), [("bar-1.example.org", "bar-1.local"), ("under_score", "mirepoix.local")]
)
def test_without_a_name_the_machine_has_its_own(
    monkeypatch: pytest.MonkeyPatch, host: str, name: str
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    assert lan_name(None) == name


def test_only_private_addresses_are_named() -> None:
    for one in lan_addresses():
        assert may_vouch_for(one) and not one.is_loopback
    assert not may_vouch_for(ip_address("203.0.113.9"))
    assert not may_vouch_for(ip_address("2001:db8::1"))


# -- setting a device up -----------------------------------------------------------------------


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    async with TestClient(TestServer(setup_app(lan(tmp_path), 8000))) as client:
        yield client


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
async def test_page_explains_downloads_and_leads_to_the_secure_address(page, language):
    answer = await page.get("/", headers={"Accept-Language": language})
    text = await answer.text()
    assert f'<html lang="{language}">' in text
    assert "https://192.168.7.20:8000/" in text and "https://menu.local:8000/" in text
    assert "<svg" in text and "/ca.crt" in text and "/ca.mobileconfig" in text


async def test_authority_comes_as_a_certificate_and_as_a_profile(page, tmp_path):
    answer = await page.get("/ca.crt")
    assert answer.content_type == "application/x-x509-ca-cert"
    content = await answer.read()
    assert content == lan(tmp_path).authority.pem
    assert b"PRIVATE" not in content
    answer = await page.get("/ca.mobileconfig")
    profile = plistlib.loads(await answer.read())
    assert profile["PayloadContent"][0]["PayloadContent"] == content


async def test_page_is_all_there_is_without_tls(page):
    for path in ("/kitchen", "/api/v1/me", "/enter"):
        answer = await page.get(path, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (302, "/")
    assert (await page.post("/enter", data={"ticket": "x"})).status == 405


async def test_page_is_served_beside_the_server_as_long_as_that_runs(tmp_path: Path) -> None:
    async with setting_up(lan(tmp_path), "127.0.0.1", 0, 8000) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /ca.crt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"BEGIN CERTIFICATE" in await reader.read()
        writer.close()
        await writer.wait_closed()
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)


def test_addresses_are_printed_and_a_code_only_on_a_screen(tmp_path: Path) -> None:
    with terminal() as screen:
        say_where(lan(tmp_path), 8000, 8001, screen)
        shown = screen.getvalue()
    file = io.StringIO()
    say_where(lan(tmp_path), 8000, 8001, file)
    for said in (shown, file.getvalue()):
        assert "https://192.168.7.20:8000/" in said and "http://192.168.7.20:8001/" in said
        assert lan(tmp_path).authority.fingerprint in said
    assert "\u2588" in shown and "\u2588" not in file.getvalue()


@contextmanager
def terminal() -> Iterator[io.StringIO]:
    class Screen(io.StringIO):
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

    yield Screen()


# -- settings ----------------------------------------------------------------------------------


def test_settings_say_where_to_listen_and_keep_things() -> None:
    config = Config(lan_tls=True, database="/data/a.db")
    assert (config.listen_host, config.setup_port) == (None, 8001)
    assert config.certificate_folder == Path("/data/lan-tls")
    assert replace(config, host="192.168.7.20").listen_host == "192.168.7.20"
    assert replace(config, lan_http_port=8080).setup_port == 8080
    assert replace(config, port=0).setup_port == 0
    assert Config(host="127.0.0.1").listen_host == "127.0.0.1"
    assert place_for(None, 0) == "0.0.0.0" and place_for(None, 1) is None


@pytest.mark.parametrize("other", [{"dev": True}, {"public_url": "https://menu.example"}])
def test_lan_tls_does_not_go_with_everything(other: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="--lan-tls"):
        Config(lan_tls=True, **other)


def test_name_that_is_not_local_stops_the_start(tmp_path: Path) -> None:
    config = Config(lan_tls=True, lan_name="menu.example", lan_folder=tmp_path)
    with pytest.raises(ConfigError, match="--lan-name"):
        LanTls.open(config, lambda: NOW)
