"""The real menu on a real server: who may come in, how it gets there, and how it is read."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from collab.documents.document import MenuDocument
from collab.identity import Identity, Role
from collab.menus.plain_json import plain_json
from collab.menus.reading import read_menu
from collab.updates.admission import read_update
from tests.live.server import ROOT, LiveServer
from tests.live.visitors import HOME, SECRET, Mint, ask
from tests.peers import stock

SAMPLE: Final = ROOT / "api" / "samples" / "asia_bistro_de.json"
MENU: Final = "asia-bistro"
LOCALES: Final = ("de", "en")
SETTINGS: Final = {"jwt_secret": SECRET}
MINT: Final = Mint.with_secret()
OWNER: Final = MINT.token("olga", Role.OWNER)


def token_of(user: str, role: Role, locales: tuple[str, ...] = ()) -> str:
    identity = Identity(user, user.title(), HOME, frozenset({role}), locales=locales)
    return MINT.issuer.mint(identity, 3600, datetime.now(UTC))


async def import_sample(server: LiveServer, menu: str = MENU) -> dict[str, Any]:
    """Import the real menu, in two languages; it as the server shows it."""
    plain = {**json.loads(SAMPLE.read_text()), "locales": [*LOCALES]}
    path = f"/api/v1/menus/{menu}"
    status, answer = await ask(server, "POST", f"{path}/import", OWNER, json_body=plain)
    assert status == 201, answer
    status, shown = await ask(server, "GET", path, OWNER)
    assert status == 200
    assert len(shown["sections"]) == len(plain["sections"])
    return dict(shown)


async def read_in_javascript(update: bytes) -> Any:
    """The plain menu that the browser client reads in a document."""
    line = json.dumps([base64.b64encode(update).decode()]).encode() + b"\n"
    program = Path(stock.__file__).with_name("menu_vectors.mjs")
    await asyncio.to_thread(stock.install, program.parents[2] / "web")
    node = await asyncio.create_subprocess_exec(
        "node",
        program.name,
        "read",
        cwd=program.parent,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaint = await node.communicate(line)
    assert node.returncode == 0, complaint.decode()
    return json.loads(said)["plain"]


def read_in_python(update: bytes) -> Any:
    """The plain menu that the server's code reads in a document."""
    document = MenuDocument()
    document.receive(update, read_update(update), answers_step1=True)
    return json.loads(json.dumps(plain_json(read_menu(document))))
