"""Settings: one table, flags over variables, and one sentence for every mistake."""

from dataclasses import FrozenInstanceError, fields
from ipaddress import ip_network
from pathlib import Path

import pytest

from api.config import Config, settings, settings_markdown
from api.setting_table import ConfigError

SECRET = "x" * 40


def test_nothing_given_means_the_defaults() -> None:
    assert Config.from_environ({}) == Config()
    assert Config().commit_interval_ms == 10
    assert Config().host == "127.0.0.1"


def test_other_variables_are_none_of_our_business() -> None:
    assert Config.from_environ({"PATH": "/bin", "mirepoix_port": "1"}) == Config()


def test_a_flag_wins_over_a_variable_and_a_missing_flag_does_not() -> None:
    environ = {"MIREPOIX_PORT": "9000", "MIREPOIX_HOST": "127.0.0.2"}
    config = Config.from_environ(environ, {"port": "9100", "host": None})
    assert (config.port, config.host) == (9100, "127.0.0.2")


@pytest.mark.parametrize(
    ("variable", "raw", "name", "value"),
    [
        ("MIREPOIX_DEV", "yes", "dev", True),
        ("MIREPOIX_DEV", "0", "dev", False),
        ("MIREPOIX_DOCUMENT_LIMIT_BYTES", "1MiB", "document_limit_bytes", 1 << 20),
        ("MIREPOIX_OUTBOX_LIMIT_BYTES", "65536", "outbox_limit_bytes", 65536),
        ("MIREPOIX_PUBLIC_URL", "https://menu.example/a/", "public_url", "https://menu.example/a"),
        ("MIREPOIX_REDIS", "redis://:pw@cache:6379/0", "redis", "redis://:pw@cache:6379/0"),
        ("MIREPOIX_ALLOWED_ORIGINS", "HTTPS://A.example:443, http://b", "allowed_origins",
         ("https://a.example", "http://b")),
        ("MIREPOIX_TRUSTED_PROXIES", "10.0.0.0/8,::1", "trusted_proxies",
         (ip_network("10.0.0.0/8"), ip_network("::1"))),
        ("MIREPOIX_JWT_SECRET_FILE", "/run/secret", "jwt_secret_file", Path("/run/secret")),
        ("MIREPOIX_JWT_ISSUERS", "https://id.example/,other", "jwt_issuers",
         ("https://id.example/", "other")),
        ("MIREPOIX_LOG_LEVEL", "Warning", "log_level", "warning"),
        ("MIREPOIX_DATABASE", "postgresql+asyncpg://me:pw@db/menus", "database",
         "postgresql+asyncpg://me:pw@db/menus"),
    ],
)  # fmt: skip
def test_a_variable_is_read(variable: str, raw: str, name: str, value: object) -> None:
    assert getattr(Config.from_environ({variable: raw}), name) == value


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"MIREPOIX_PROT": "1"}, ["MIREPOIX_PROT is not a setting", "did you mean MIREPOIX_PORT?"]),
        ({"MIREPOIX_": "1"}, ["is not a setting"]),
        ({"MIREPOIX_ZZZZZZ": "1"}, ["`mirepoix settings` lists them."]),
        ({"MIREPOIX_PORT": "http"}, ["MIREPOIX_PORT must be a whole number", "'http' is not"]),
        ({"MIREPOIX_PORT": "65536"}, ["from 0 to 65535"]),
        ({"MIREPOIX_PORT": "-1"}, ["from 0 to 65535"]),
        ({"MIREPOIX_PORT": "٣"}, ["from 0 to 65535"]),
        ({"MIREPOIX_PORT": ""}, ["from 0 to 65535"]),
        ({"MIREPOIX_DEV": "maybe"}, ["yes or no"]),
        ({"MIREPOIX_MAX_TOKEN_HOURS": "nan"}, ["a number from"]),
        ({"MIREPOIX_MAX_TOKEN_HOURS": "inf"}, ["a number from"]),
        ({"MIREPOIX_TOKEN_CLOCK_SKEW_SECONDS": "31"}, ["a number from 0 to 30"]),
        ({"MIREPOIX_DOCUMENT_LIMIT_BYTES": "8MB"}, ["plain or like 8MiB"]),
        ({"MIREPOIX_REDIS": "http://cache"}, ["rediss://host"]),
        ({"MIREPOIX_REDIS": "redis://cache:port"}, ["rediss://host"]),
        ({"MIREPOIX_PUBLIC_URL": "menu.example.com"}, ["https://menu.example.com"]),
        ({"MIREPOIX_PUBLIC_URL": "https://me@menu.example"}, ["https://menu.example.com"]),
        ({"MIREPOIX_PUBLIC_URL": "https://menu.example/?a"}, ["https://menu.example.com"]),
        ({"MIREPOIX_ALLOWED_ORIGINS": "https://a.example/path"}, ["https://menu.example.com"]),
        ({"MIREPOIX_ALLOWED_ORIGINS": "*"}, ["list of origins"]),
        ({"MIREPOIX_TRUSTED_PROXIES": "10.0.0.1/8"}, ["10.0.0.0/8"]),
        ({"MIREPOIX_DATABASE": "mysql://db/menus"}, ["postgresql+asyncpg://"]),
        ({"MIREPOIX_DATABASE": "sqlite:///"}, ["sqlite:///PATH"]),
        ({"MIREPOIX_LOG_LEVEL": "loud"}, ["one of debug"]),
        ({"MIREPOIX_HOST": "a\nb"}, ["on one line"]),
        ({"MIREPOIX_JWKS_FILE": "keys.json"}, ["MIREPOIX_JWT_ISSUERS"]),
        ({"MIREPOIX_FRAME_LIMIT_BYTES": "1MiB"}, ["larger than MIREPOIX_DOCUMENT_LIMIT_BYTES"]),
        ({"MIREPOIX_HANG_SECONDS": "1"}, ["larger than MIREPOIX_PING_SECONDS"]),
    ],
)  # fmt: skip
def test_a_mistake_gets_one_sentence(environ: dict[str, str], words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        Config.from_environ(environ)
    sentence = str(caught.value)
    assert all(word in sentence for word in words), sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.5", "menu.example.com", ""])
def test_dev_listens_on_this_machine_only(host: str) -> None:
    with pytest.raises(ConfigError, match="--dev"):
        Config(dev=True, host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_dev_accepts_each_spelling_of_this_machine(host: str) -> None:
    assert Config(dev=True, host=host).dev


def test_a_bad_flag_is_named_as_it_was_typed() -> None:
    with pytest.raises(ConfigError, match=r"^--commit-interval-ms must be a whole number"):
        Config.from_environ({}, {"commit_interval_ms": "soon"})


def test_secrets_never_show() -> None:
    config = Config(
        jwt_secret=SECRET,
        jwt_secret_previous="y" * 40,
        database="postgresql+asyncpg://me:hunter2@db/menus",
        redis="redis://:hunter2@cache",
    )
    assert not any(word in repr(config) for word in (SECRET, "y" * 40, "hunter2"))
    with pytest.raises(ConfigError) as caught:
        Config.from_environ({"MIREPOIX_JWT_SECRET": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_config_cannot_be_changed() -> None:
    for name in ("port", "host"):
        with pytest.raises(FrozenInstanceError):
            setattr(Config(), name, 1)
    assert not hasattr(Config(), "__dict__")


@pytest.mark.parametrize(
    ("database", "path", "secret_file"),
    [
        ("data/menus.db", "data/menus.db", "data/jwt-secret"),
        ("sqlite:///data/menus.db", "data/menus.db", "data/jwt-secret"),
        ("sqlite:////srv/menus.db", "/srv/menus.db", "/srv/jwt-secret"),
        ("postgresql+asyncpg://db/menus", None, "var/jwt-secret"),
    ],
)
def test_the_secret_lies_beside_the_database(
    database: str, path: str | None, secret_file: str
) -> None:
    config = Config(database=database)
    assert config.database_path == (None if path is None else Path(path))
    assert config.secret_file == Path(secret_file)


def test_every_setting_is_in_the_table_with_a_sentence_and_reads_its_own_default() -> None:
    table = list(settings())
    assert [one.name for one in table] == [one.name for one in fields(Config)]
    for one in table:
        assert one.about.endswith("."), one.name
        if isinstance(one.default, str | int | float | bool):
            assert one.read(str(one.default), one.name) == one.default


def test_the_page_of_settings_has_a_row_for_each_and_no_secret() -> None:
    page = settings_markdown()
    assert all(f"`{one.variable}`" in page for one in settings())
    assert len(page.splitlines()) == len(list(settings())) + 2
