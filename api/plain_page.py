"""Small pages that the server writes itself: coming in, and setting a device up for HTTPS.

They work without a script, and before the browser trusts anything of ours. The only style is the
one below; the policy names it by its hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape

from aiohttp import hdrs, web

LANGUAGES = ("en", "de", "es", "fr")

_STYLE = """
:root { color-scheme: light dark; --paper: #faf7f2; --card: #fff; --ink: #26221d; --ink-2: #5d564c;
  --line: #ddd5c8; --accent: #2f6b4a; --accent-ink: #fff }
@media (prefers-color-scheme: dark) { :root { --paper: #1d1a17; --card: #282420; --ink: #f1ebe2;
  --ink-2: #b8aea0; --line: #443d35; --accent: #7cc29a; --accent-ink: #10261a } }
* { box-sizing: border-box }
body { margin: 0; min-block-size: 100vh; display: grid; place-items: center; padding: 24px;
  background: var(--paper); color: var(--ink); font: 17px/1.5 system-ui, sans-serif }
main { inline-size: 100%; max-inline-size: 30rem; background: var(--card); padding: 32px;
  border: 1px solid var(--line); border-radius: 16px }
h1 { margin: 0 0 12px; font: 600 28px/1.2 ui-serif, Georgia, 'Iowan Old Style', serif }
h2 { margin: 28px 0 8px; font-size: 18px }
p, ul { margin: 0 0 16px } ul { padding-inline-start: 1.3em } li { margin-block-end: 6px }
.quiet { color: var(--ink-2); font-size: 15px; margin: 16px 0 0 }
button, .button { display: block; inline-size: 100%; min-block-size: 52px; padding: 12px 20px;
  border: 0; border-radius: 10px; background: var(--accent); color: var(--accent-ink);
  font: 600 18px/28px system-ui, sans-serif; text-align: center; text-decoration: none;
  cursor: pointer }
button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px }
a { color: inherit } code { overflow-wrap: anywhere }
svg { display: block; inline-size: 220px; block-size: auto; margin: 0 auto 16px;
  border-radius: 8px }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: with that a browser sends a form with `Origin: null`.
    "Referrer-Policy": "same-origin",
    hdrs.CACHE_CONTROL: "no-store",
    hdrs.VARY: hdrs.ACCEPT_LANGUAGE,
}


def plain_page(language: str, title: str, parts: Iterable[str], status: int = 200) -> web.Response:
    """A page. parts: HTML, in which everything that is not ours is escaped."""
    body = "\n".join(parts)
    text = (
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{escape(title)} · Mirepoix</title>\n<style>{_STYLE}</style>\n"
        f"<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n</html>\n"
    )
    return web.Response(text=text, status=status, content_type="text/html", headers=_HEADERS)


def language_of(request: web.Request) -> str:
    """The first language of the browser's that we speak (RFC 9110 12.5.4); else English."""
    wanted: list[tuple[float, str]] = []
    for part in request.headers.get(hdrs.ACCEPT_LANGUAGE, "")[:1000].split(","):
        name, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), name.partition("-")[0].lower()))
        except ValueError:
            continue
    found = (name for weight, name in sorted(wanted, key=lambda one: one[0]) if weight < 0)
    return next((name for name in found if name in LANGUAGES), "en")
