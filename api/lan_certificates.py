"""Certificates for one house without the internet: a small authority, and what the server shows.

Rule 1: the authority may speak for private addresses and local names only; whoever installs it
        trusts it with nothing else (RFC 5280 4.2.1.10).
Rule 2: what the server shows ends within 397 days, as browsers ask, and is made anew before that,
        or when the addresses changed. Devices trust the authority, so they notice nothing.
Rule 3: a key is in a file that its owner alone may read, and a file is there whole or not at all.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from api.setting_table import ConfigError

CA_FILE, SERVER_FILE = "authority.pem", "server.pem"
CA_LIFE = timedelta(days=3650)
SERVER_LIFE = timedelta(days=397)
RENEW_BEFORE = timedelta(days=30)
CLOCKS_APART = timedelta(hours=24)  # a tablet whose clock is behind is let in all the same
NAME_ENDINGS = ("local", "lan", "home.arpa", "internal", "localhost")
NETWORKS = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
        "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128",
    )
)  # fmt: skip

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Certificate:
    """A key with its certificate, and the file that holds both."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    path: Path

    @property
    def pem(self) -> bytes:
        """The certificate alone."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """SHA-256, as devices show it."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def may_vouch_for(address: Address) -> bool:
    """Whether the authority may speak for an address."""
    return any(address.version == one.version and address in one for one in NETWORKS)


def authority(folder: Path, called: str, now: datetime) -> Certificate:
    """The authority in a folder, made once. called: of this server, for people.

    Raises ConfigError when the file cannot be used.
    """
    path = folder / CA_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        _write(path, key, _authority_certificate(key, called, now), is_new=True)
    found = _read(path)
    if found.certificate.not_valid_after_utc <= now + SERVER_LIFE:
        raise ConfigError(
            f"The authority {path} ends soon; delete it to make another, and install that one on "
            f"the devices."
        )
    return found


def server_certificate(
    folder: Path,
    signer: Certificate,
    names: Sequence[str],
    addresses: Sequence[Address],
    now: datetime,
) -> Certificate:
    """What the server shows for these names and addresses: the one in the folder, or a new one.

    Raises ConfigError when the file cannot be used.
    """
    path = folder / SERVER_FILE
    if path.exists():
        found = _read(path)
        if _fits(found.certificate, signer, names, addresses, now):
            return found
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _server_certificate(key, signer, names, addresses, now)
    _write(path, key, certificate, is_new=False)
    return _read(path)


def _authority_certificate(
    key: ec.EllipticCurvePrivateKey, called: str, now: datetime
) -> x509.Certificate:
    name = _name(f"Mirepoix at {called}"[:64])
    permitted: list[x509.GeneralName] = [x509.DNSName(one) for one in NAME_ENDINGS]
    permitted += [x509.IPAddress(one) for one in NETWORKS]
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        _begun(name, key.public_key(), now, CA_LIFE)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _server_certificate(
    key: ec.EllipticCurvePrivateKey,
    signer: Certificate,
    names: Sequence[str],
    addresses: Sequence[Address],
    now: datetime,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key())
    return (
        _begun(_name(names[0][:64]), key.public_key(), now, SERVER_LIFE)
        .issuer_name(signer.certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_alternatives(names, addresses)), critical=False)
        .add_extension(issuer_key, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(signer.key, hashes.SHA256())
    )


def _begun(
    name: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    begin = now - CLOCKS_APART
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + life)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternatives(names: Iterable[str], addresses: Iterable[Address]) -> list[x509.GeneralName]:
    return [*map(x509.DNSName, names), *map(x509.IPAddress, addresses)]


def _fits(
    certificate: x509.Certificate,
    signer: Certificate,
    names: Sequence[str],
    addresses: Sequence[Address],
    now: datetime,
) -> bool:
    """Whether it is still the one to show: nothing is missing in it, and it does not end soon."""
    if certificate.not_valid_after_utc - RENEW_BEFORE <= now:
        return False
    try:
        certificate.verify_directly_issued_by(signer.certificate)
    except (ValueError, TypeError, InvalidSignature):  # of another authority
        return False
    shown = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    has_names = set(shown.get_values_for_type(x509.DNSName))
    has_addresses = {ip_address(str(one)) for one in shown.get_values_for_type(x509.IPAddress)}
    return has_names >= set(names) and has_addresses >= set(addresses)


def _write(
    path: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, *, is_new: bool
) -> None:
    """is_new: of two processes that make it at once, the first one's stays."""
    content = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            os.link(fresh, path)
            fresh.unlink()
        else:
            os.replace(fresh, path)
    except FileExistsError:
        fresh.unlink()
    except OSError as error:
        raise ConfigError(
            f"The certificate {path} cannot be written ({error.strerror}); "
            f"name a writable folder with --lan-folder."
        ) from None


def _read(path: Path) -> Certificate:
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise ConfigError(f"The key in {path} can be read by others; run: chmod 600 {path}")
        content = path.read_bytes()
        key = serialization.load_pem_private_key(content, None)
        certificate = x509.load_pem_x509_certificate(content)
    except (OSError, ValueError):
        raise ConfigError(f"{path} cannot be read; delete it to make another.") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ConfigError(f"{path} holds another kind of key; delete it to make another.")
    return Certificate(key, certificate, path)
