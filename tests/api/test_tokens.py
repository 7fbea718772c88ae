"""Tokens: what is accepted, the many refusals, and changing keys without losing anybody."""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from api.config import Config
from api.keyring import Keyring, read_or_make_secret, secret_key
from api.setting_table import ConfigError
from api.tokens import TokenIssuer, TokenVerifier, claims_of, identity_of_claims
from collab.errors import TokenEnded
from collab.identity import Access, Identity, Role

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
SECRET = "a secret that is long enough for HS256"
OLD_SECRET = "another secret, used until last week!!"
ISSUER = "https://id.example"

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()
OTHER_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(key: Any, kid: str, **more: str) -> dict[str, Any]:
    algorithms = {
        rsa.RSAPrivateKey: RSAAlgorithm,
        ec.EllipticCurvePrivateKey: ECAlgorithm,
        ed25519.Ed25519PrivateKey: OKPAlgorithm,
    }
    algorithm = next(one for kind, one in algorithms.items() if isinstance(key, kind))
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, **more}


JWKS = [
    public_jwk(RSA_KEY, "rsa-1", alg="RS256", use="sig"),
    public_jwk(EC_KEY, "ec-1"),
    public_jwk(ED_KEY, "ed-1", alg="EdDSA"),
    public_jwk(OTHER_RSA_KEY, "for-encryption", use="enc"),
]


@pytest.fixture
def jwks_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": JWKS}))
    return path


@pytest.fixture
def config(jwks_file: Path) -> Config:
    return Config(
        jwt_secret=SECRET,
        jwt_secret_previous=OLD_SECRET,
        jwks_file=jwks_file,
        jwt_issuers=(ISSUER,),
    )


@pytest.fixture
def verifier(config: Config) -> TokenVerifier:
    return TokenVerifier(config, Keyring.from_config(config))


def claims(**changes: Any) -> dict[str, Any]:
    """Good claims; None takes one away."""
    start = int(NOW.timestamp())
    good = {
        "iss": "mirepoix",
        "aud": "mirepoix",
        "sub": "mai",
        "exp": start + 900,
        "restaurant": "asia",
        "roles": ["editor"],
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def own(headers: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token signed with our secret."""
    return jwt.encode(claims(**changes), SECRET, "HS256", headers)


def foreign(key: Any, algorithm: str, kid: str | None, **changes: Any) -> str:
    """A token of somebody else's app."""
    headers = None if kid is None else {"kid": kid}
    return jwt.encode(claims(iss=ISSUER) | changes, key, algorithm, headers)


def by_hand(header: object, payload: bytes, secret: bytes | None = SECRET.encode()) -> str:
    """A token that no library would make."""

    def part(raw: bytes) -> bytes:
        return base64.urlsafe_b64encode(raw).rstrip(b"=")

    signed = part(json.dumps(header).encode()) + b"." + part(payload)
    mark = b"" if secret is None else hmac.digest(secret, signed, hashlib.sha256)
    return (signed + b"." + part(mark)).decode()


def seconds(offset: float) -> float:
    return NOW.timestamp() + offset


RSA_PEM = RSA_KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
GOOD_BODY = json.dumps(claims()).encode()
HS = {"alg": "HS256", "typ": "JWT"}


def swap_payload(token: str) -> str:
    head, _, mark = token.split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(roles=["owner"])).encode()).rstrip(b"=")
    return ".".join([head, body.decode(), mark])


BAD_TOKENS: dict[str, tuple[Callable[[], str], str]] = {
    "empty": (lambda: "", "malformed_token"),
    "words": (lambda: "let me in", "malformed_token"),
    "two parts": (lambda: own().rpartition(".")[0], "malformed_token"),
    "not ascii": (lambda: own() + "é", "malformed_token"),
    "huge": (lambda: own(name="x" * 9000), "malformed_token"),
    "padding bits": (lambda: own()[:-1] + ("B" if own()[-1] != "B" else "C"), "*"),
    "header is a list": (lambda: by_hand([], GOOD_BODY), "malformed_token"),
    "kid is a number": (lambda: by_hand({**HS, "kid": 1}, GOOD_BODY), "malformed_token"),
    "unknown critical header": (
        lambda: by_hand({**HS, "crit": ["x"], "x": 1}, GOOD_BODY), "malformed_token"
    ),
    "detached payload": (
        lambda: by_hand({**HS, "b64": False, "crit": ["b64"]}, GOOD_BODY), "malformed_token"
    ),
    "alg none": (lambda: by_hand({"alg": "none"}, GOOD_BODY, None), "alg_not_allowed"),
    "alg None": (lambda: by_hand({"alg": "nOnE"}, GOOD_BODY, None), "alg_not_allowed"),
    "alg missing": (lambda: by_hand({"typ": "JWT"}, GOOD_BODY), "alg_not_allowed"),
    "alg is a list": (lambda: by_hand({"alg": ["HS256"]}, GOOD_BODY), "alg_not_allowed"),
    "HS512": (lambda: jwt.encode(claims(), SECRET * 2, "HS512"), "alg_not_allowed"),
    "HS256 with the RSA key as secret, its kid": (
        lambda: by_hand({**HS, "kid": "rsa-1"}, GOOD_BODY, RSA_PEM), "alg_not_allowed"
    ),
    "HS256 with the RSA key as secret, no kid": (
        lambda: by_hand(HS, GOOD_BODY, RSA_PEM), "bad_signature"
    ),
    "RS512 with the RS256 key": (lambda: foreign(RSA_KEY, "RS512", "rsa-1"), "alg_not_allowed"),
    "ES256 under the id of the RSA key": (
        lambda: foreign(EC_KEY, "ES256", "rsa-1"), "alg_not_allowed"
    ),
    "kid of nobody": (lambda: own({"kid": "nobody"}), "unknown_key"),
    "kid is a path": (lambda: own({"kid": "../../../../dev/null"}), "unknown_key"),
    "kid is SQL": (lambda: own({"kid": "x' UNION SELECT 'k"}), "unknown_key"),
    "kid empty": (lambda: own({"kid": ""}), "unknown_key"),
    "key for encryption": (
        lambda: foreign(OTHER_RSA_KEY, "RS256", "for-encryption"), "unknown_key"
    ),
    "another secret": (lambda: jwt.encode(claims(), "z" * 40, "HS256"), "bad_signature"),
    "empty signature": (lambda: by_hand(HS, GOOD_BODY, None), "bad_signature"),
    "payload exchanged": (lambda: swap_payload(own()), "bad_signature"),
    "key of another RSA pair": (lambda: foreign(OTHER_RSA_KEY, "RS256", "rsa-1"), "bad_signature"),
    "key in its own header": (
        lambda: jwt.encode(
            claims(), OTHER_RSA_KEY, "RS256", {"jwk": public_jwk(OTHER_RSA_KEY, "x")}
        ),
        "bad_signature",
    ),
    "wrong audience": (lambda: own(aud="other"), "wrong_audience"),
    "audiences without ours": (lambda: own(aud=["a", "b"]), "wrong_audience"),
    "audience by prefix": (lambda: own(aud="mirepoix2"), "wrong_audience"),
    "wrong issuer": (lambda: own(iss="https://evil.example"), "wrong_issuer"),
    "foreign key that says it is us": (
        lambda: foreign(RSA_KEY, "RS256", "rsa-1", iss="mirepoix"), "wrong_issuer"
    ),
    "expired": (lambda: own(exp=seconds(-1)), "token_expired"),
    "expires now": (lambda: own(exp=seconds(0)), "token_expired"),
    "not yet": (lambda: own(nbf=seconds(31)), "not_yet_valid"),
    "made in the future": (lambda: own(iat=seconds(31)), "not_yet_valid"),
    "lives for ever": (lambda: own(exp=seconds(86_400 * 365)), "too_long_lived"),
    "near the end of a long life": (
        lambda: own(exp=seconds(60), iat=seconds(60 - 86_400 * 2)), "too_long_lived"
    ),
    "exp in the year 10000": (lambda: own(exp=1e300), "malformed_claims"),
    "exp is text": (lambda: own(exp="tomorrow"), "malformed_claims"),
    "exp is true": (lambda: own(exp=True), "malformed_claims"),
    "no exp": (lambda: own(exp=None), "malformed_claims"),
    "no aud": (lambda: own(aud=None), "malformed_claims"),
    "no iss": (lambda: own(iss=None), "malformed_claims"),
    "no sub": (lambda: own(sub=None), "malformed_claims"),
    "no restaurant": (lambda: own(restaurant=None), "malformed_claims"),
    "empty sub": (lambda: own(sub=""), "malformed_claims"),
    "newline in the name": (lambda: own(name="a\nb"), "malformed_claims"),
    "newline at the end of sub": (lambda: own(sub="mai\n"), "malformed_claims"),
    "restaurant is a path": (lambda: own(restaurant="../roma"), "malformed_claims"),
    "several restaurants": (lambda: own(restaurant=["asia", "roma"]), "malformed_claims"),
    "unknown role": (lambda: own(roles=["god"]), "malformed_claims"),
    "roles is text": (lambda: own(roles="owner"), "malformed_claims"),
    "menus is a list": (lambda: own(menus=["m"]), "malformed_claims"),
    "unknown access": (lambda: own(menus={"m": "admin"}), "malformed_claims"),
    "too many menus": (lambda: own(menus={str(n): "read" for n in range(101)}), "malformed_claims"),
    "payload is no JSON": (lambda: by_hand(HS, b"\xff\xfe"), "malformed_claims"),
    "payload is a list": (lambda: by_hand(HS, b"[]"), "malformed_claims"),
    "payload is deep": (lambda: by_hand(HS, b"[" * 3000), "malformed_claims"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
@pytest.mark.parametrize("name", BAD_TOKENS)
def test_a_bad_token_is_refused_with_its_reason(name: str, verifier: TokenVerifier) -> None:
    make, reason = BAD_TOKENS[name]
    token = make()
    with pytest.raises(TokenEnded) as caught:
        verifier.verify(token, NOW)
    assert reason in ("*", caught.value.reason)
    assert caught.value.__cause__ is None
    assert not token or token not in str(caught.value)


def test_every_claim_reaches_the_identity(verifier: TokenVerifier) -> None:
    token = own(
        name="Mai",
        roles=["translator", "waiter"],
        menus={"lunch": "read", "frei/1 ä": "write"},
        locales=["de"],
        stations=["expo"],
        table="7",
        order="o-1",
        jti="t-1",
        aud=["other", "mirepoix"],
        email="mai@example.com",
    )
    assert verifier.verify(token, NOW) == Identity(
        user_id="mai",
        name="Mai",
        restaurant_id="asia",
        roles=frozenset({Role.TRANSLATOR, Role.WAITER}),
        menus={"lunch": Access.READ, "frei/1 ä": Access.WRITE},
        locales=("de",),
        stations=("expo",),
        table="7",
        order="o-1",
        token_id="t-1",
        expires_at=NOW + timedelta(seconds=900),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": seconds(0.5)},
        {"nbf": seconds(30)},
        {"iat": seconds(29), "exp": seconds(86_400)},
        {"exp": seconds(86_400)},
        {"iss": ISSUER},
    ],
)
def test_a_token_at_the_edge_is_accepted(changes: dict[str, Any], verifier: TokenVerifier) -> None:
    assert verifier.verify(own(**changes), NOW).user_id == "mai"


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"),
    [
        (RSA_KEY, "RS256", "rsa-1"),
        (EC_KEY, "ES256", "ec-1"),
        (ED_KEY, "EdDSA", "ed-1"),
        (RSA_KEY, "RS256", None),
        (ED_KEY, "EdDSA", None),
    ],
)
def test_a_foreign_token_is_accepted(
    key: Any, algorithm: str, kid: str | None, verifier: TokenVerifier
) -> None:
    assert verifier.verify(foreign(key, algorithm, kid), NOW).restaurant_id == "asia"


def test_a_token_without_an_id_can_still_be_named_and_two_differ(verifier: TokenVerifier) -> None:
    one, other = own(), own(sub="lan")
    ids = [verifier.verify(token, NOW).token_id for token in (one, one, other)]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].startswith("sha256:")
    assert one not in ids[0]


def test_minted_tokens_are_accepted_and_mean_the_same(config: Config) -> None:
    keyring = Keyring.from_config(config)
    identity = Identity(
        "mai", "Mai", "asia", frozenset({Role.GUEST}), {"m": Access.READ}, table="7"
    )
    token = TokenIssuer(config, keyring).mint(identity, 60, NOW)
    found = TokenVerifier(config, keyring).verify(token, NOW)
    assert (found.user_id, found.roles, found.menus) == ("mai", identity.roles, identity.menus)
    assert found.expires_at == NOW + timedelta(seconds=60)
    assert found.token_id and found.table == "7"
    again = TokenIssuer(config, keyring).mint(found, 60, NOW)
    assert TokenVerifier(config, keyring).verify(again, NOW).token_id == found.token_id


@pytest.mark.parametrize("ttl_seconds", [0, -1, 24 * 3600 + 1, float("nan")])
def test_a_token_of_a_wrong_life_is_not_minted(config: Config, ttl_seconds: float) -> None:
    issuer = TokenIssuer(config, Keyring.from_config(config))
    with pytest.raises(ValueError, match="at most 24 hours"):
        issuer.mint(Identity("mai", None, "asia"), ttl_seconds, NOW)


def test_the_developer_gets_no_token(config: Config) -> None:
    with pytest.raises(ValueError, match="one restaurant"):
        TokenIssuer(config, Keyring.from_config(config)).mint(Identity.developer(), 60, NOW)


def test_changing_the_secret_drops_nobody_while_both_live() -> None:
    before = Config(jwt_secret=OLD_SECRET)
    during = Config(jwt_secret=SECRET, jwt_secret_previous=OLD_SECRET)
    after = Config(jwt_secret=SECRET)
    rings = {name: Keyring.from_config(one) for name, one in
             {"before": before, "during": during, "after": after}.items()}  # fmt: skip
    person = Identity("mai", None, "asia", frozenset({Role.EDITOR}))
    old = TokenIssuer(before, rings["before"]).mint(person, 600, NOW)
    new = TokenIssuer(during, rings["during"]).mint(person, 600, NOW)
    both = TokenVerifier(during, rings["during"])
    assert both.verify(old, NOW).user_id == both.verify(new, NOW).user_id == "mai"
    assert TokenVerifier(after, rings["after"]).verify(new, NOW).user_id == "mai"
    with pytest.raises(TokenEnded) as caught:
        TokenVerifier(after, rings["after"]).verify(old, NOW)
    assert caught.value.reason == "unknown_key"
    unnamed = jwt.encode(claims(), OLD_SECRET, "HS256")  # an app that shares the secret, no kid
    assert both.verify(unnamed, NOW).user_id == "mai"


def test_a_changed_key_set_counts_at_once(verifier: TokenVerifier, jwks_file: Path) -> None:
    new_token = foreign(OTHER_RSA_KEY, "RS256", "rsa-2")
    with pytest.raises(TokenEnded):
        verifier.verify(new_token, NOW)
    replace(jwks_file, {"keys": [*JWKS, public_jwk(OTHER_RSA_KEY, "rsa-2")]})
    assert verifier.verify(new_token, NOW).user_id == "mai"
    assert verifier.verify(foreign(EC_KEY, "ES256", "ec-1"), NOW).user_id == "mai"

    replace(jwks_file, {"keys": [JWKS[0]]})
    with pytest.raises(TokenEnded) as caught:
        verifier.verify(new_token, NOW)
    assert caught.value.reason == "unknown_key"


def test_a_broken_key_set_leaves_the_old_keys_and_is_reported_once(
    verifier: TokenVerifier, jwks_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jwks_file.write_text("{")
    for _ in range(3):
        assert verifier.verify(foreign(EC_KEY, "ES256", "ec-1"), NOW).user_id == "mai"
    jwks_file.unlink()
    assert verifier.verify(foreign(EC_KEY, "ES256", "ec-1"), NOW).user_id == "mai"
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]


def replace(path: Path, key_set: dict[str, Any]) -> None:
    """As an operator's tool would: a new file under the old name."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(key_set))
    fresh.replace(path)


PRIVATE = json.loads(RSAAlgorithm.to_jwk(RSA_KEY))
SMALL = public_jwk(rsa.generate_private_key(public_exponent=65537, key_size=1024), "small")
P384 = public_jwk(ec.generate_private_key(ec.SECP384R1()), "p384")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no JSON Web Key Set"),
        ("[]", "no JSON Web Key Set"),
        ('{"keys": 1}', "no JSON Web Key Set"),
        ('{"keys": ["a"]}', "no JSON Web Key Set"),
        ("{}", "no JSON Web Key Set"),
        ('{"keys": []}', "at least one key"),
        (json.dumps({"keys": [JWKS[0], JWKS[0]]}), "no `kid` twice"),
        (json.dumps({"keys": [PRIVATE]}), "is secret"),
        ('{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "s"}]}', "is secret"),
        (json.dumps({"keys": [SMALL]}), "less than 2048 bits"),
        (json.dumps({"keys": [P384]}), "none of RS256"),
        (json.dumps({"keys": [{**JWKS[0], "alg": "RS512"}]}), "none of RS256"),
        (json.dumps({"keys": [{**JWKS[0], "kid": 7}]}), "not text"),
        (json.dumps({"keys": [{**JWKS[1], "x": "AAAA"}]}), "damaged"),
    ],
)
def test_an_unusable_key_set_stops_the_start(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=words):
        Keyring.from_config(Config(jwt_secret=SECRET, jwks_file=path, jwt_issuers=(ISSUER,)))


def test_a_missing_key_set_stops_the_start(tmp_path: Path) -> None:
    config = Config(jwt_secret=SECRET, jwks_file=tmp_path / "no", jwt_issuers=(ISSUER,))
    with pytest.raises(ConfigError, match="cannot be read"):
        Keyring.from_config(config)


def test_a_secret_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "var" / "jwt-secret"
    secret = read_or_make_secret(path)
    assert len(secret) >= 60
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_or_make_secret(path) == secret
    assert [one.name for one in path.parent.iterdir()] == ["jwt-secret"]


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "jwt-secret"
    read_or_make_secret(path)
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_or_make_secret(path)


def test_a_cut_secret_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "jwt-secret"
    path.touch(0o600)
    with pytest.raises(ConfigError, match="too short"):
        read_or_make_secret(path)


def test_a_secret_that_cannot_be_made_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="set MIREPOIX_JWT_SECRET"):
        read_or_make_secret(tmp_path / "file" / "jwt-secret")


def test_keys_never_show(config: Config) -> None:
    assert SECRET not in repr(secret_key(SECRET, frozenset({"mirepoix"})))
    assert (
        hashlib.sha256(SECRET.encode()).hexdigest()[:12]
        not in Keyring.from_config(config).signing.kid
    )


def test_a_ticket_carries_the_whole_identity() -> None:
    identity = Identity(
        "mai", "Mai", "asia", frozenset({Role.KITCHEN}), {"m": Access.READ}, ("de",), ("expo",),
        "7", "o-1", "t-1", NOW,
    )  # fmt: skip
    assert identity_of_claims(json.loads(json.dumps(claims_of(identity)))) == identity
    assert identity_of_claims(claims_of(Identity.developer())).restaurant_id is None


@pytest.mark.parametrize("damaged", [{}, {"sub": 1}, {"sub": "mai", "roles": ["god"]}])
def test_a_damaged_ticket_is_refused(damaged: dict[str, object]) -> None:
    with pytest.raises(TokenEnded, match="damaged"):
        identity_of_claims(damaged)


def test_the_umask_does_not_matter(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        read_or_make_secret(tmp_path / "jwt-secret")
    finally:
        os.umask(before)
    assert (tmp_path / "jwt-secret").stat().st_mode & 0o777 == 0o600
