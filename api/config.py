"""Every setting of the server: one frozen object.

Each field of `Config` is the whole truth about one setting: default, parser, sentence, flag; how
they are read is in `api.setting_table`. A bad value stops the start with one sentence
(ConfigError). Secrets never show in `repr`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from api import setting_forms as forms
from api.origins import is_loopback
from api.setting_table import (
    PREFIX,
    ConfigError,
    Setting,
    markdown_of,
    read_given,
    rows_of,
    setting,
)

KIB = 1024
MIB = 1024 * KIB

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings, checked. Sizes in bytes, durations in seconds, unless the name says else.

    Raises ConfigError when two settings do not go together.
    """

    # Where it listens and what it stores
    host: str = setting("127.0.0.1", forms.text, "Address to listen on.", flag="ADDRESS")
    port: int = setting(
        8000, forms.whole(0, 65535), "Port to listen on; 0 takes a free one.", flag="PORT"
    )
    database: str = setting(
        "var/mirepoix.db",
        forms.database,
        "SQLite path, sqlite:///PATH or postgresql+asyncpg://USER:PASSWORD@HOST/NAME.",
        flag="DATABASE",
        secret=True,
    )
    dev: bool = setting(
        False,
        forms.yes_no,
        "For trying out, on this machine only: no token needed, any local page may connect.",
        flag="",
    )
    commit_interval_ms: int = setting(
        10, forms.whole(0, 10_000), "Least time between two commits.", flag="MS"
    )
    redis: str | None = setting(
        None,
        forms.url("redis", "rediss"),
        "Redis through which servers that share a PostgreSQL tell each other of new events.",
        flag="URL",
        secret=True,
    )
    trusted_proxies: tuple[Network, ...] = setting(
        (),
        forms.listed(forms.network),
        "Addresses or networks whose X-Forwarded-* headers are believed, with commas.",
        flag="NETWORKS",
    )
    public_url: str | None = setting(
        None,
        forms.web_address,
        "The address people type, when a reverse proxy stands in front.",
        flag="URL",
    )
    lan_tls: bool = setting(
        False,
        forms.yes_no,
        "HTTPS in your own network, with certificates that the server makes; devices need it to "
        "work offline.",
        flag="",
    )
    lan_name: str | None = setting(
        None,
        forms.text,
        "Name of this machine in your network, such as menu.local; with --lan-tls.",
        flag="NAME",
    )
    lan_folder: Path | None = setting(
        None,
        forms.path,
        "Folder of the certificates of --lan-tls; lan-tls beside the database when not set.",
        flag="FOLDER",
    )
    lan_http_port: int | None = setting(
        None,
        forms.whole(0, 65535),
        "Port of the page that sets devices up for --lan-tls; the one after --port when not set.",
        flag="PORT",
    )
    allowed_origins: tuple[str, ...] = setting(
        (),
        forms.listed(forms.origin),
        "Further web origins whose pages may connect, with commas.",
        flag="ORIGINS",
    )
    log_level: str = setting(
        "info", forms.one_of("debug", "info", "warning", "error"), "Least level that is logged."
    )

    pages: Path | None = setting(
        None, forms.path, "For developers of the pages: another folder of built pages."
    )

    # Tokens
    jwt_secret: str | None = setting(
        None,
        forms.secret(32),
        "HS256 secret of at least 32 characters; made once and kept in a file when not set.",
        secret=True,
    )
    jwt_secret_previous: str | None = setting(
        None,
        forms.secret(32),
        "The secret before the last change; its tokens are still accepted.",
        secret=True,
    )
    jwt_secret_file: Path | None = setting(
        None, forms.path, "File of the generated secret; beside the database when not set."
    )
    jwks_file: Path | None = setting(
        None,
        forms.path,
        "JSON Web Key Set with public keys (RS256, ES256, EdDSA) of somebody else's tokens.",
    )
    jwt_audience: str = setting("mirepoix", forms.text, "The `aud` that tokens must carry.")
    jwt_issuer: str = setting("mirepoix", forms.text, "The `iss` of the tokens we make.")
    jwt_issuers: tuple[str, ...] = setting(
        (), forms.listed(forms.text), "Other `iss` that are accepted, with commas."
    )
    max_token_hours: float = setting(
        24.0, forms.number(0.01, 24 * 366), "Longest life of a token, ours or another's."
    )
    browser_token_seconds: float = setting(
        900.0, forms.number(10, 86_400), "Life of the tokens we give to browsers."
    )
    token_clock_skew_seconds: float = setting(
        30.0, forms.number(0, 30), "How far an issuer's clock may be ahead of ours."
    )
    ticket_seconds: float = setting(
        30.0, forms.number(1, 600), "Life of a one-time ticket for a socket."
    )
    invite_seconds: float = setting(
        600.0, forms.number(60, 86_400), "Life of the one-time link for an owner."
    )
    revocation_refresh_seconds: float = setting(
        2.0, forms.number(0.05, 5), "How often revocations of other processes are read."
    )

    # Limits of what a client may send
    document_limit_bytes: int = setting(
        8 * MIB, forms.size(64 * KIB, 512 * MIB), "Largest document."
    )
    frame_limit_bytes: int = setting(
        9 * MIB, forms.size(64 * KIB, 513 * MIB), "Largest WebSocket frame; above the document."
    )
    photos_per_restaurant: int = setting(
        2000, forms.whole(0, 1_000_000), "Photos that one restaurant may have."
    )
    documents_per_socket: int = setting(
        20, forms.whole(1, 1000), "Documents that one Hocuspocus socket may hold open."
    )
    pre_auth_limit_bytes: int = setting(
        64 * KIB, forms.size(1 * KIB, 5 * MIB), "What a socket may send before it signed in."
    )
    pre_auth_messages: int = setting(
        16, forms.whole(1, 1000), "Messages a socket may send before it signed in."
    )
    pre_auth_seconds: float = setting(10.0, forms.number(0.1, 300), "Time a socket has to sign in.")
    frames_per_second: int = setting(
        1000, forms.whole(1, 1_000_000), "Frames read from one socket; the rest waits in TCP."
    )
    bytes_per_second: int = setting(
        4 * MIB, forms.size(64 * KIB, 1024 * MIB), "Bytes read from one socket a second."
    )
    overload_seconds: float = setting(
        60.0, forms.number(1, 3600), "Constant excess after which a socket is closed with 1013."
    )
    connections_per_ip: int = setting(1000, forms.whole(1, 1_000_000), "Sockets from one address.")
    connections_total: int = setting(10_000, forms.whole(1, 1_000_000), "Sockets in all.")

    # Slow and silent clients
    outbox_limit_bytes: int = setting(
        256 * KIB,
        forms.size(16 * KIB, 64 * MIB),
        "Unsent bytes at which a reader counts as slow and is caught up later.",
    )
    slow_reader_seconds: float = setting(
        30.0, forms.number(1, 600), "Time without progress after which a slow reader is closed."
    )
    keepalive_seconds: float = setting(
        15.0, forms.number(1, 300), "Time between two signs of life on a Yjs socket."
    )
    awareness_ttl_seconds: float = setting(
        30.0, forms.number(1, 600), "Silence after which a person is no longer shown."
    )
    awareness_grace_seconds: float = setting(
        3.0, forms.number(0, 60), "Time a person stays shown after the socket closed."
    )
    stale_session_seconds: float = setting(
        300.0, forms.number(10, 86_400), "Silence after which a stored session is offline."
    )

    # History and webhooks
    history_days: float = setting(
        90.0, forms.number(1, 36_500), "Days for which the history of menus is kept."
    )
    webhook_private_networks: bool = setting(
        False,
        forms.yes_no,
        "Webhooks may call addresses that are not public; under --dev they always may.",
    )

    # Guests
    guest_cache_seconds: float = setting(
        60.0,
        forms.number(0, 86_400),
        "How long browsers and proxies may show a published menu without asking again.",
    )

    # Life of rooms and of the process
    idle_evict_seconds: float = setting(
        30.0, forms.number(0, 86_400), "Time a document stays in memory after the last client."
    )
    save_pause_seconds: float = setting(
        5.0, forms.number(0.1, 300), "Time without a successful commit after which edits pause."
    )
    shutdown_seconds: float = setting(20.0, forms.number(1, 600), "Deadline of a graceful stop.")
    ping_seconds: float = setting(
        2.0, forms.number(0.05, 60), "How often the parent process pings the serving one."
    )
    hang_seconds: float = setting(
        10.0, forms.number(0.2, 600), "Time without an answer after which it is restarted."
    )

    def __post_init__(self) -> None:
        """Refuse settings that do not go together."""
        if self.dev and not is_loopback(self.host):
            raise ConfigError(
                f"--dev lets anyone in and so listens on this machine only; "
                f"use --host 127.0.0.1 or leave --dev out (host is {self.host})."
            )
        if self.lan_tls and self.dev:
            raise ConfigError(
                "--lan-tls opens the server to your network, and --dev lets anyone in; "
                "use one of them."
            )
        if self.lan_tls and self.public_url is not None:
            raise ConfigError(
                "--public-url says that a proxy stands in front, which then does HTTPS; "
                "leave --lan-tls out."
            )
        if self.jwks_file is not None and not self.jwt_issuers:
            raise ConfigError(
                f"{PREFIX}JWKS_FILE needs {PREFIX}JWT_ISSUERS: name the `iss` of those tokens."
            )
        if self.frame_limit_bytes <= self.document_limit_bytes:
            raise ConfigError(
                f"{PREFIX}FRAME_LIMIT_BYTES must be larger than {PREFIX}DOCUMENT_LIMIT_BYTES, "
                f"so that one frame can bring a whole document."
            )
        if self.hang_seconds <= self.ping_seconds:
            raise ConfigError(f"{PREFIX}HANG_SECONDS must be larger than {PREFIX}PING_SECONDS.")

    @classmethod
    def from_environ(
        cls, environ: Mapping[str, str], arguments: Mapping[str, str | bool | None] | None = None
    ) -> Config:
        """Read the environment and the command line.

        arguments: by field name, as typed; None means "not given". They win.
        Raises ConfigError for an unknown MIREPOIX_ name, a bad value, or a bad combination.
        """
        return cls(**read_given(settings(), environ, arguments or {}))

    @property
    def database_path(self) -> Path | None:
        """The SQLite file; None when the store is PostgreSQL."""
        if self.database.startswith("postgresql"):
            return None
        return Path(self.database.removeprefix("sqlite:///"))

    @property
    def listen_host(self) -> str | None:
        """Where to listen; with --lan-tls on all addresses (None), unless told otherwise."""
        return None if self.lan_tls and is_loopback(self.host) else self.host

    @property
    def setup_port(self) -> int:
        """Of the page that sets devices up."""
        if self.lan_http_port is not None:
            return self.lan_http_port
        return self.port + 1 if 0 < self.port < 65535 else 0

    @property
    def certificate_folder(self) -> Path:
        """Where the certificates of --lan-tls are kept."""
        if self.lan_folder is not None:
            return self.lan_folder
        path = self.database_path
        return Path("var/lan-tls") if path is None else path.with_name("lan-tls")

    @property
    def secret_file(self) -> Path:
        """Where a generated HS256 secret is kept."""
        if self.jwt_secret_file is not None:
            return self.jwt_secret_file
        path = self.database_path
        return Path("var/jwt-secret") if path is None else path.with_name("jwt-secret")


def settings() -> Iterator[Setting]:
    """The table of settings, in the order of `Config`."""
    return rows_of(Config)


def settings_markdown() -> str:
    """The table of settings for docs/settings.md."""
    return markdown_of(settings())
