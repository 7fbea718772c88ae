"""What a client can decompress (RFC 9110 12.5.3)."""

from __future__ import annotations

from aiohttp import hdrs, web


def accepts_gzip(request: web.Request) -> bool:
    """Whether the answer may come compressed with gzip; it must be named, `*` is not enough."""
    for part in request.headers.get(hdrs.ACCEPT_ENCODING, "").split(","):
        coding, _, quality = part.replace(" ", "").lower().partition(";q=")
        if coding == "gzip":
            return quality.strip("0.") != "" or quality == ""
    return False
