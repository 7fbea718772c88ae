"""The keys that tokens are signed with, and where they come from.

Rule 1: a key has exactly one algorithm, decided by us when the key is read, never by the token.
        That closes HS/RS confusion and `alg: none` (RFC 8725 2.1, 3.1).
Rule 2: a key id is compared with the ids we know and used for nothing else.
Rule 3: two of our own secrets may live at once, so that a change of secret drops nobody.
Rule 4: a JWKS file is read again when it changes; a broken new one leaves the old keys in force.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from api.config import Config
from api.setting_table import ConfigError

log = logging.getLogger(__name__)

HMAC = "HS256"
RSA_LEAST_BITS = 2048  # RFC 7518 3.3
SECRET_BYTES = 48

# (kty, crv) -> algorithm. Only asymmetric ones: "oct" in a public file would be a shared secret.
_ALGORITHMS: Mapping[tuple[Any, Any], str] = {
    ("RSA", None): "RS256",
    ("EC", "P-256"): "ES256",
    ("OKP", "Ed25519"): "EdDSA",
}
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "k"})


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a token may be signed with."""

    kid: str  # "" when the key set does not name it
    algorithm: str
    material: Any = field(repr=False)
    issuers: frozenset[str]  # the `iss` that this key may speak for


class JwksFile:
    """The public keys in one JSON Web Key Set file, as it is now."""

    def __init__(self, path: Path, issuers: Iterable[str]) -> None:
        """Read the file. Raises ConfigError when it cannot be used."""
        self._path = path
        self._issuers = frozenset(issuers)
        self._stamp = self._look()
        if self._stamp is None:
            raise ConfigError(f"The key set {path} cannot be read; check MIREPOIX_JWKS_FILE.")
        self._keys = _read_jwks(path, self._issuers)

    def keys(self) -> tuple[Key, ...]:
        """The keys; reads the file again if it changed since the last call."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp  # before reading: a broken file is reported once, not per token
            try:
                self._keys = _read_jwks(self._path, self._issuers)
            except ConfigError as error:
                log.error("key set refused: %s", error, extra={"action": "jwks_refused"})
            else:
                log.info("key set read", extra={"action": "jwks_read", "keys": len(self._keys)})
        return self._keys

    def _look(self) -> tuple[int, int, int] | None:
        """What changes when the file is edited or replaced; None when it is gone."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


class Keyring:
    """All keys that are accepted now; `signing` makes our own tokens."""

    def __init__(self, own: Iterable[Key], others: JwksFile | None = None) -> None:
        self._own = tuple(own)
        self._others = others

    @classmethod
    def from_config(cls, config: Config) -> Keyring:
        """Read or make the secret, and read the key set. Raises ConfigError."""
        issuers = frozenset({config.jwt_issuer, *config.jwt_issuers})
        current = config.jwt_secret or read_or_make_secret(config.secret_file)
        own = [secret_key(current, issuers)]
        if config.jwt_secret_previous is not None:
            own.append(secret_key(config.jwt_secret_previous, issuers))
        if config.jwks_file is None:
            return cls(own)
        return cls(own, JwksFile(config.jwks_file, config.jwt_issuers))

    @property
    def signing(self) -> Key:
        """The key our own tokens are signed with."""
        return self._own[0]

    def candidates(self, kid: str | None) -> tuple[Key, ...]:
        """The keys a token may be signed with.

        kid: from the token's header; None when it names none, then every key may be tried
        (an issuer that shares our secret need not know how we call it).
        """
        keys = self._own if self._others is None else self._own + self._others.keys()
        return keys if kid is None else tuple(key for key in keys if key.kid == kid)


def secret_key(secret: str, issuers: frozenset[str]) -> Key:
    """The HS256 key of a secret; its id follows from the secret, so that rotation needs no list."""
    kid = "hs-" + hashlib.sha256(b"mirepoix kid\0" + secret.encode()).hexdigest()[:12]
    return Key(kid, HMAC, secret.encode(), issuers)


def read_or_make_secret(path: Path) -> str:
    """The secret in `path`, made once, readable by its owner only. Raises ConfigError."""
    try:
        if not path.exists():
            _make_secret(path)
        return _read_secret(path)
    except OSError as error:
        raise ConfigError(
            f"The token secret {path} cannot be read or made ({error.strerror}); "
            f"make the folder writable or set MIREPOIX_JWT_SECRET."
        ) from None


def _make_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole and fails if the name is taken: two processes that start at once
        # end with the same secret, and nobody ever reads half of one.
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _read_secret(path: Path) -> str:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise ConfigError(
            f"The token secret {path} can be read by others; run: chmod 600 {path} "
            f"(or delete it, which ends all tokens)."
        )
    secret = path.read_text("ascii").strip()
    if len(secret) < 32:
        raise ConfigError(f"The token secret {path} is too short; delete it to make another.")
    return secret


def _read_jwks(path: Path, issuers: frozenset[str]) -> tuple[Key, ...]:
    try:
        entries = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])["keys"]
        usable = [one for one in entries if one.get("use", "sig") == "sig"]
        keys = tuple(_public_key(one, issuers) for one in usable)
    except ConfigError:
        raise
    except (OSError, msgspec.MsgspecError, LookupError, TypeError, AttributeError):
        raise ConfigError(f"{path} is no JSON Web Key Set; check MIREPOIX_JWKS_FILE.") from None
    named = [key.kid for key in keys if key.kid]
    if not keys or len(set(named)) != len(named):
        raise ConfigError(f"{path} must hold at least one key, and no `kid` twice.")
    return keys


def _public_key(entry: dict[str, Any], issuers: frozenset[str]) -> Key:
    kid = entry.get("kid", "")
    if not isinstance(kid, str):
        raise ConfigError("A `kid` in the key set is not text.")
    if not _PRIVATE_MEMBERS.isdisjoint(entry):
        raise ConfigError(f"Key {kid!r} in the key set is secret; export the public key only.")
    algorithm = _ALGORITHMS.get((entry.get("kty"), entry.get("crv")))
    if algorithm is None or entry.get("alg", algorithm) != algorithm:
        raise ConfigError(f"Key {kid!r} in the key set is for none of RS256, ES256 and EdDSA.")
    try:
        material = jwt.PyJWK(entry, algorithm).key
    except (jwt.PyJWTError, ValueError):
        raise ConfigError(f"Key {kid!r} in the key set is damaged.") from None
    if isinstance(material, RSAPublicKey) and material.key_size < RSA_LEAST_BITS:
        raise ConfigError(f"Key {kid!r} in the key set has less than {RSA_LEAST_BITS} bits.")
    return Key(kid, algorithm, material, issuers)
