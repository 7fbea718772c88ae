"""JSON Web Tokens: making ours, checking everybody's, and the claims they carry.

Rule 1: the algorithm comes from the key (api/keyring.py); the header may only agree with it.
Rule 2: nothing of a token is believed before its signature is checked.
Rule 3: `aud`, `iss`, `exp`, `sub` and `restaurant` must be there. `exp` is exact, without leeway:
        live sockets close at `exp`, so leeway at the door would only make them come back. An
        issuer's clock may be ahead by the configured skew (`nbf`, `iat`).
Rule 4: an error says which rule was broken, never what was in the token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

import jwt
import msgspec

from api.config import Config
from api.keyring import Key, Keyring
from collab.errors import TokenEnded
from collab.identity import Access, Identity, Role

TOKEN_LIMIT_CHARACTERS = 8 * 1024  # longer than any header line that aiohttp lets through

# With a restaurant id and a slash in front it still fits a column of 255.
Line = Annotated[str, msgspec.Meta(max_length=180, pattern=r"^[^\x00-\x1f\x7f]+\Z")]
DocumentName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._~-]{1,64}\Z")]
Few = msgspec.Meta(max_length=100)
Instant = Annotated[float, msgspec.Meta(ge=0, le=253_402_300_799)]  # the last second of 9999


class PersonClaims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a token or ticket says about somebody. Unknown claims are ignored (RFC 7519 4)."""

    sub: Line
    name: Line | None = None
    restaurant: Id | None = None
    roles: Annotated[tuple[Role, ...], Few] = ()
    menus: Annotated[dict[DocumentName, Access], Few] = {}
    locales: Annotated[tuple[Line, ...], Few] = ()
    stations: Annotated[tuple[Line, ...], Few] = ()
    table: Line | None = None
    order: Line | None = None
    jti: Line | None = None
    exp: Instant | None = None


class TokenClaims(PersonClaims, frozen=True, kw_only=True, omit_defaults=True):
    """What a token must say."""

    iss: str
    aud: str | list[str]
    restaurant: Id
    exp: Instant
    nbf: Instant | None = None
    iat: Instant | None = None


class TokenIssuer:
    """Makes our own tokens: HS256 with the newest secret."""

    def __init__(self, config: Config, keyring: Keyring) -> None:
        self._keyring = keyring
        self._issuer = config.jwt_issuer
        self._audience = config.jwt_audience
        self._longest_seconds = config.max_token_hours * 3600

    def invite(self, identity: Identity, ttl_seconds: float, now: datetime) -> str:
        """Make an invitation: good for nothing but being redeemed, once, for a token.

        It needs no store, so `mirepoix invite` works while a server owns the database file.
        Arguments and errors as for `mint`.
        """
        return self._sign(identity, invite_audience(self._audience), ttl_seconds, now)

    def mint(self, identity: Identity, ttl_seconds: float, now: datetime) -> str:
        """Make a token for `identity`.

        It keeps the identity's token id, so that revoking a token also ends what was made of it;
        an identity without one gets a new id.
        ttl_seconds: > 0 and at most MIREPOIX_MAX_TOKEN_HOURS. now: aware, UTC.
        Raises ValueError for another life, or for the developer, who needs no token.
        """
        return self._sign(identity, self._audience, ttl_seconds, now)

    def _sign(self, identity: Identity, audience: str, ttl_seconds: float, now: datetime) -> str:
        if not 0 < ttl_seconds <= self._longest_seconds:
            hours = self._longest_seconds / 3600
            raise ValueError(f"A token must live more than 0 and at most {hours:g} hours.")
        if identity.restaurant_id is None:
            raise ValueError("A token is for one restaurant.")
        issued = int(now.timestamp())
        claims = claims_of(identity) | {
            "iss": self._issuer,
            "aud": audience,
            "iat": issued,
            "exp": issued + max(1, round(ttl_seconds)),
            "jti": identity.token_id or str(uuid4()),
        }
        key = self._keyring.signing
        return jwt.encode(claims, key.material, key.algorithm, {"kid": key.kid})


class TokenVerifier:
    """Turns a token into an `Identity`."""

    def __init__(self, config: Config, keyring: Keyring) -> None:
        self._keyring = keyring
        self._audience = config.jwt_audience
        self._skew_seconds = config.token_clock_skew_seconds
        self._longest_seconds = config.max_token_hours * 3600
        self._signatures = jwt.PyJWS(["HS256", "RS256", "ES256", "EdDSA"])

    def verify(self, token: str, now: datetime) -> Identity:
        """Check a token.

        token: compact serialization. now: aware, UTC.
        Raises TokenEnded; its reason is one of malformed_token, alg_not_allowed, unknown_key,
        bad_signature, malformed_claims, wrong_audience, wrong_issuer, not_yet_valid,
        token_expired, too_long_lived.
        """
        return self._verify(token, self._audience, now)

    def verify_invite(self, invite: str, now: datetime) -> Identity:
        """Check an invitation; that it was not used yet is for the caller to see.

        Raises TokenEnded as `verify` does.
        """
        return self._verify(invite, invite_audience(self._audience), now)

    def _verify(self, token: str, audience: str, now: datetime) -> Identity:
        payload, key = self._check_signature(token)
        try:
            claims = msgspec.json.decode(payload, type=TokenClaims)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            # Without the cause: msgspec's sentence may quote a value.
            raise TokenEnded(
                "The token lacks a claim, or one has the wrong form.", reason="malformed_claims"
            ) from None
        self._check_addressee(claims, audience, key)
        self._check_times(claims, now.timestamp())
        token_id = claims.jti or _fingerprint(token)
        return _identity(claims, token_id, claims.exp)

    def _check_signature(self, token: str) -> tuple[bytes, Key]:
        kid, algorithm = self._read_header(token)
        known = self._keyring.candidates(kid)
        if not known:
            raise TokenEnded("The token is signed with an unknown key.", reason="unknown_key")
        fitting = [key for key in known if key.algorithm == algorithm]
        if not fitting:
            raise TokenEnded("The token's algorithm is not allowed.", reason="alg_not_allowed")
        for key in fitting:
            try:
                checked = self._signatures.decode_complete(token, key.material, [key.algorithm])
            except jwt.InvalidSignatureError:
                continue
            except (jwt.PyJWTError, ValueError):
                raise _malformed() from None
            return checked["payload"], key
        raise TokenEnded("The token's signature is wrong.", reason="bad_signature")

    def _read_header(self, token: str) -> tuple[str | None, str]:
        if not token.isascii() or len(token) > TOKEN_LIMIT_CHARACTERS:
            raise _malformed()
        try:
            header = self._signatures.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError):
            raise _malformed() from None
        algorithm = header.get("alg")
        if not isinstance(algorithm, str):
            raise TokenEnded("The token's algorithm is not allowed.", reason="alg_not_allowed")
        return header.get("kid"), algorithm

    def _check_addressee(self, claims: TokenClaims, audience: str, key: Key) -> None:
        audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
        if audience not in audiences:
            raise TokenEnded("The token is for another service.", reason="wrong_audience")
        if claims.iss not in key.issuers:
            raise TokenEnded("The token's issuer is not accepted.", reason="wrong_issuer")

    def _check_times(self, claims: TokenClaims, now_seconds: float) -> None:
        if now_seconds >= claims.exp:
            raise TokenEnded("The token has expired; sign in again.", reason="token_expired")
        starts = [start for start in (claims.nbf, claims.iat) if start is not None]
        if any(start > now_seconds + self._skew_seconds for start in starts):
            raise TokenEnded("The token is not valid yet.", reason="not_yet_valid")
        # Without `iat` and `nbf` only the rest of its life is known.
        if claims.exp - min([now_seconds, *starts]) > self._longest_seconds + self._skew_seconds:
            raise TokenEnded("The token lives longer than allowed.", reason="too_long_lived")


def invite_audience(audience: str) -> str:
    """The `aud` of invitations, so that one can never pass as a token."""
    return f"{audience}/invite"


def claims_of(identity: Identity) -> dict[str, Any]:
    """An identity as claims, ready for JSON: what a ticket or a token carries."""
    expires_at = identity.expires_at
    claims = PersonClaims(
        sub=identity.user_id,
        name=identity.name,
        restaurant=identity.restaurant_id,
        roles=tuple(sorted(identity.roles)),
        menus=dict(identity.menus),
        locales=identity.locales,
        stations=identity.stations,
        table=identity.table,
        order=identity.order,
        jti=identity.token_id or None,
        exp=None if expires_at is None else expires_at.timestamp(),
    )
    plain: dict[str, Any] = msgspec.to_builtins(claims)
    return plain


def identity_of_claims(claims: Mapping[str, object]) -> Identity:
    """The identity that `claims_of` wrote down; for our own tickets only, nothing is verified.

    Raises TokenEnded when the claims do not have the form.
    """
    try:
        person = msgspec.convert(claims, PersonClaims)
    except msgspec.ValidationError:
        raise TokenEnded("The ticket is damaged.", reason="malformed_claims") from None
    return _identity(person, person.jti or "", person.exp)


def _identity(claims: PersonClaims, token_id: str, expires: float | None) -> Identity:
    return Identity(
        user_id=claims.sub,
        name=claims.name,
        restaurant_id=claims.restaurant,
        roles=frozenset(claims.roles),
        menus=claims.menus,
        locales=claims.locales,
        stations=claims.stations,
        table=claims.table,
        order=claims.order,
        token_id=token_id,
        expires_at=None if expires is None else datetime.fromtimestamp(expires, UTC),
    )


def _fingerprint(token: str) -> str:
    """A token id for a token without `jti`, so that it can be revoked too.

    Over the signed part only: the same ES256 signature has two valid spellings (s and n-s).
    """
    signed = token.rpartition(".")[0]
    return "sha256:" + hashlib.sha256(signed.encode()).hexdigest()[:32]


def _malformed() -> TokenEnded:
    return TokenEnded("That is not a token.", reason="malformed_token")
