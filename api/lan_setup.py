"""The page on which a device learns to trust a server with `--lan-tls`: plain HTTP, nothing else.

It has to be plain: before the authority is installed, HTTPS shows a warning, and nobody should
learn to click through one. Whoever is between device and server could offer another authority
here; so the page asks to compare the fingerprint, which the server prints too.
"""

from __future__ import annotations

import asyncio
import plistlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from aiohttp import hdrs, web

from api.lan import LanTls
from api.plain_page import language_of, plain_page
from api.qr_code import qr_svg


class _Words(NamedTuple):
    title: str
    why: str
    first: str
    android: str
    apple: str
    apple_link: str
    desktop: str
    download: str
    compare: str
    then: str
    open: str


_TEXTS = {
    "en": _Words(
        "Set this device up",
        "Once it trusts this server, Mirepoix also works when the network is gone.",
        "1. Install the certificate",
        "Android: download it, then Settings > Security > Encryption & credentials > Install a "
        "certificate > CA certificate.",
        "iPhone, iPad: install the profile, then Settings > General > About > Certificate Trust "
        "Settings, and switch it on.",
        "Profile for iPhone and iPad",
        "Computer: open the file and trust it for websites; Firefox has its own list under "
        "Settings > Certificates > Authorities.",
        "Download the certificate",
        "It only speaks for addresses in your own network. Its SHA-256 fingerprint, as the "
        "server printed it:",
        "2. Open Mirepoix",
        "Open",
    ),
    "de": _Words(
        "Dieses Gerät einrichten",
        "Wenn es diesem Server vertraut, funktioniert Mirepoix auch ohne Netz weiter.",
        "1. Zertifikat installieren",
        "Android: herunterladen, dann Einstellungen > Sicherheit > Verschlüsselung und "
        "Anmeldedaten > Zertifikat installieren > CA-Zertifikat.",
        "iPhone, iPad: Profil installieren, dann Einstellungen > Allgemein > Info > "
        "Zertifikatsvertrauenseinstellungen, und einschalten.",
        "Profil für iPhone und iPad",
        "Computer: Datei öffnen und ihr für Websites vertrauen; Firefox hat eine eigene Liste "
        "unter Einstellungen > Zertifikate > Zertifizierungsstellen.",
        "Zertifikat herunterladen",
        "Es gilt nur für Adressen im eigenen Netz. Sein SHA-256-Fingerabdruck, wie der Server "
        "ihn ausgegeben hat:",
        "2. Mirepoix öffnen",
        "Öffnen",
    ),
    "es": _Words(
        "Preparar este dispositivo",
        "Cuando confíe en este servidor, Mirepoix funcionará también sin red.",
        "1. Instalar el certificado",
        "Android: descárgalo y ve a Ajustes > Seguridad > Cifrado y credenciales > Instalar un "
        "certificado > Certificado de CA.",
        "iPhone, iPad: instala el perfil y ve a Ajustes > General > Información > Ajustes de "
        "confianza de certificados, y actívalo.",
        "Perfil para iPhone y iPad",
        "Ordenador: abre el archivo y confía en él para sitios web; Firefox tiene su propia "
        "lista en Ajustes > Certificados > Autoridades.",
        "Descargar el certificado",
        "Solo vale para direcciones de tu propia red. Su huella SHA-256, tal como la mostró el "
        "servidor:",
        "2. Abrir Mirepoix",
        "Abrir",
    ),
    "fr": _Words(
        "Préparer cet appareil",
        "Une fois qu'il fait confiance à ce serveur, Mirepoix fonctionne aussi sans réseau.",
        "1. Installer le certificat",
        "Android : téléchargez-le, puis Paramètres > Sécurité > Chiffrement et identifiants > "
        "Installer un certificat > Certificat CA.",
        "iPhone, iPad : installez le profil, puis Réglages > Général > Informations > Réglages "
        "de confiance des certificats, et activez-le.",
        "Profil pour iPhone et iPad",
        "Ordinateur : ouvrez le fichier et faites-lui confiance pour les sites web ; Firefox a "
        "sa propre liste sous Paramètres > Certificats > Autorités.",
        "Télécharger le certificat",
        "Il ne vaut que pour les adresses de votre réseau. Son empreinte SHA-256, telle que le "
        "serveur l'a affichée :",
        "2. Ouvrir Mirepoix",
        "Ouvrir",
    ),
}


def setup_app(lan: LanTls, port: int) -> web.Application:
    """The page. port: of the server itself, with HTTPS."""

    async def page(request: web.Request) -> web.StreamResponse:
        return _page(request, lan, port)

    async def certificate(request: web.Request) -> web.StreamResponse:
        return _file(lan.authority.pem, "application/x-x509-ca-cert", "mirepoix-ca.crt")

    async def profile(request: web.Request) -> web.StreamResponse:
        kind = "application/x-apple-aspen-config"
        return _file(apple_profile(lan), kind, "mirepoix.mobileconfig")

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={hdrs.LOCATION: "/"})

    app = web.Application(client_max_size=1024)
    app.router.add_get("/", page)
    app.router.add_get("/ca.crt", certificate)
    app.router.add_get("/ca.mobileconfig", profile)
    app.router.add_get("/{path:.*}", elsewhere)
    return app


@asynccontextmanager
async def setting_up(lan: LanTls, host: str | None, wanted: int, port: int) -> AsyncIterator[int]:
    """Serve the page, and keep the certificates fresh, for as long as the context lasts.

    host: None is every address. wanted: the page's port, 0 takes a free one; the port comes out.
    port: of the server itself. Raises OSError when the port is in use.
    """
    runner = web.AppRunner(setup_app(lan, port), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    keeping = asyncio.create_task(lan.keep(), name="certificates")
    try:
        await web.TCPSite(runner, place_for(host, wanted), wanted).start()
        yield int(runner.addresses[0][1])
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await runner.cleanup()


def place_for(host: str | None, port: int) -> str | None:
    """Where to listen: on every address only with a port, or each family gets one of its own."""
    return "0.0.0.0" if host is None and port == 0 else host


def apple_profile(lan: LanTls) -> bytes:
    """The authority as a configuration profile, which iOS installs from a page."""
    mark = lan.authority.fingerprint
    identifier = f"mirepoix.{lan.name}"
    payload = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{identifier}.ca",
        "PayloadUUID": str(uuid5(NAMESPACE_URL, f"mirepoix:ca:{mark}")),
        "PayloadDisplayName": f"Mirepoix at {lan.name}",
        "PayloadContent": lan.authority.pem,
    }
    return plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadVersion": 1,
            "PayloadIdentifier": identifier,
            "PayloadUUID": str(uuid5(NAMESPACE_URL, f"mirepoix:profile:{mark}")),
            "PayloadDisplayName": "Mirepoix",
            "PayloadDescription": "Lets this device trust Mirepoix in your own network.",
            "PayloadContent": [payload],
        }
    )


def _page(request: web.Request, lan: LanTls, port: int) -> web.Response:
    language = language_of(request)
    words = _TEXTS[language]
    url = lan.url(port) + "/"
    steps = (words.android, words.apple, words.desktop)
    apple = f'<a href="/ca.mobileconfig">{escape(words.apple_link)}</a>'
    by_name = escape(lan.named_url(port) + "/")
    return plain_page(
        language,
        words.title,
        [
            f"<p>{escape(words.why)}</p>",
            f"<h2>{escape(words.first)}</h2>",
            f'<p><a class="button" href="/ca.crt">{escape(words.download)}</a></p>',
            f"<p>{apple}</p>",
            f"<ul>{''.join(f'<li>{escape(step)}</li>' for step in steps)}</ul>",
            f'<p class="quiet">{escape(words.compare)}<br>'
            f"<code>{lan.authority.fingerprint}</code></p>",
            f"<h2>{escape(words.then)}</h2>",
            qr_svg(url),
            f'<p><a class="button" href="{escape(url)}">{escape(words.open)}</a></p>',
            f'<p class="quiet"><code>{escape(url)}</code><br><code>{by_name}</code></p>',
        ],
    )


def _file(body: bytes, kind: str, name: str) -> web.Response:
    return web.Response(
        body=body,
        content_type=kind,
        headers={
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"',
            hdrs.CACHE_CONTROL: "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
