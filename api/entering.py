"""Coming in with a link: `/enter?ticket=...` becomes a session on this device.

Rule 1: looking at the link does not use it up. Messengers fetch what is sent through them, to show
        a preview; so GET answers a page with one button, and only its POST lets somebody in.
Rule 2: a page elsewhere must not sign anybody in here: the POST has to come from our own page.
Rule 3: an invitation makes a device, which may come back for a while (api/device_desk.py); a ticket
        of thirty seconds does not.
"""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

from aiohttp import hdrs, web

from api.attempts import Attempts
from api.forwarding import asked
from api.house import House
from api.plain_page import language_of, plain_page
from api.session_cookie import give_cookie, give_device
from collab.errors import TokenEnded
from collab.identity import Role

SEPARATOR = "~"  # between an invitation's id and its secret; in no ticket and no token
LABEL_LIMIT_CHARACTERS = 200

_PATH = re.compile(r"/(?:[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*)?")


class _Words(NamedTuple):
    title: str
    sentence: str
    button: str
    once: str
    failed_title: str
    failed: str


_TEXTS = {
    "en": _Words(
        "Welcome", "This link signs this device in.", "Come in",
        "Whoever uses the link is in. Do not pass it on.",
        "This link does not work",
        "It was used already, it is too old, or somebody took it back. Ask for a new one.",
    ),
    "de": _Words(
        "Willkommen", "Dieser Link meldet dieses Gerät an.", "Eintreten",
        "Wer den Link benutzt, ist drin. Bitte nicht weitergeben.",
        "Dieser Link funktioniert nicht",
        "Er wurde schon benutzt, ist zu alt oder wurde zurückgezogen. Bitte um einen neuen.",
    ),
    "es": _Words(
        "Te damos la bienvenida", "Este enlace inicia la sesión en este dispositivo.", "Entrar",
        "Quien usa el enlace, entra. No lo compartas.",
        "Este enlace no funciona",
        "Ya se usó, ha caducado o alguien lo retiró. Pide uno nuevo.",
    ),
    "fr": _Words(
        "Bienvenue", "Ce lien connecte cet appareil.", "Entrer",
        "Quiconque utilise le lien est connecté. Ne le transmettez pas.",
        "Ce lien ne fonctionne pas",
        "Il a déjà servi, il a expiré ou il a été retiré. Demandez-en un nouveau.",
    ),
}  # fmt: skip


def add_entering(app: web.Application, house: House) -> None:
    """Add the routes."""

    async def look(request: web.Request) -> web.StreamResponse:
        return _door(request, request.query.get("ticket", ""), request.query.get("next", "/"))

    attempts = Attempts(house.clock.monotonic)

    async def enter(request: web.Request) -> web.StreamResponse:
        return await _enter(house, request, attempts)

    app.router.add_get("/enter", look)
    app.router.add_post("/enter", enter)


def next_path(text: str) -> str:
    """A path of this server to go to; `/` unless it is plainly one."""
    return text if _PATH.fullmatch(text) else "/"


def _door(request: web.Request, ticket: str, following: str) -> web.Response:
    language = language_of(request)
    words = _TEXTS[language]
    if not ticket:
        return _closed(request)
    form = (
        '<form method="post" action="/enter">\n'
        f'<input type="hidden" name="ticket" value="{escape(ticket)}">\n'
        f'<input type="hidden" name="next" value="{escape(next_path(following))}">\n'
        f"<button>{escape(words.button)}</button>\n</form>"
    )
    once = f'<p class="quiet">{escape(words.once)}</p>'
    return plain_page(language, words.title, [f"<p>{escape(words.sentence)}</p>", form, once])


def _closed(request: web.Request) -> web.Response:
    language = language_of(request)
    words = _TEXTS[language]
    return plain_page(language, words.failed_title, [f"<p>{escape(words.failed)}</p>"], 401)


async def _enter(house: House, request: web.Request, attempts: Attempts) -> web.StreamResponse:
    """Exchange the link for a session. Raises RightWithdrawn, TooManyAttempts, StoreError."""
    house.authenticator.check_origin(request)
    form = await request.post()
    ticket, following = form.get("ticket"), form.get("next")
    if not isinstance(ticket, str):
        return _closed(request)
    place = next_path(following if isinstance(following, str) else "/")
    answer = web.Response(
        status=303,
        headers={
            hdrs.LOCATION: place,
            hdrs.CACHE_CONTROL: "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )
    address = asked(request, house.config.trusted_proxies).address
    attempts.begin(address)
    try:
        await _sign_in(house, request, answer, ticket)
    except TokenEnded as error:
        house.metrics.refused(error.reason)
        return _closed(request)
    attempts.right(address)
    return answer


async def _sign_in(house: House, request: web.Request, answer: web.Response, ticket: str) -> None:
    label = request.headers.get(hdrs.USER_AGENT, "")[:LABEL_LIMIT_CHARACTERS]
    invite_id, separator, secret = ticket.partition(SEPARATOR)
    if separator:
        entered = await house.devices.enter(invite_id, secret, label)
    else:
        identity = await house.authenticator.redeem(ticket)
        if identity.restaurant_id is None:  # the developer of --dev needs none
            return
        if "." not in ticket or Role.GUEST in identity.roles:  # no invitation
            give_cookie(house, request, answer, identity)
            return
        entered = await house.devices.begin(identity, label)
    give_cookie(house, request, answer, entered.identity)
    give_device(house, request, answer, entered)
