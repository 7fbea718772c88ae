"""The one-time link with which the first owner comes in.

`/enter?ticket=...` exchanges the invitation for a session (api/entering.py, api/auth.py).
"""

from __future__ import annotations

from datetime import datetime

from api.config import Config
from api.lan_addresses import lan_name
from api.tokens import TokenIssuer
from collab.identity import Identity, Role


def invite_link(
    config: Config, issuer: TokenIssuer, restaurant_id: str, now: datetime, name: str = "Owner"
) -> str:
    """A link that makes whoever opens it first an owner of a restaurant.

    It ends after MIREPOIX_INVITE_SECONDS. now: aware, UTC. Raises ValueError when that is
    longer than a token may live.
    """
    owner = Identity("owner", name, restaurant_id, frozenset({Role.OWNER}))
    invite = issuer.invite(owner, config.invite_seconds, now)
    return f"{base_url(config)}/enter?ticket={invite}"


def base_url(config: Config) -> str:
    """The address that people open, without a trailing slash."""
    if config.public_url is not None:
        return config.public_url
    if config.lan_tls:
        return f"https://{lan_name(config.lan_name) or 'localhost'}:{config.port}"
    if config.host in ("0.0.0.0", "::", ""):
        return f"http://localhost:{config.port}"
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{config.port}"
