"""Devices of people at a menu, for the tests: they write registers as the browser does."""

from __future__ import annotations

import asyncio
from typing import Any

from pycrdt import Doc, Map

from collab.menus.registers import register_name, replica_of
from collab.wire import messages
from tests.api.conftest import Site

# What a y-sweet client asks; it comes back as it is when everything before it was saved.
_ARE_MY_EDITS_SAFE = b"\x66\x01\x01"


class Device:
    """A copy of a menu that was fetched once; what is edited goes out when it is connected."""

    def __init__(self, site: Site, menu: str, user: str, **headers: str) -> None:
        self._site = site
        self._path = f"/ws/y/{menu}"
        self.user = user
        self._headers = headers or site.bearer(user)
        self.doc: Doc[Any] = Doc()

    async def fetch(self) -> Device:
        """Get the menu as it stands."""
        path = self._path.replace("/ws/y/", "/api/v1/documents/") + "/state"
        answer = await self._site.client.get(path, headers=self._headers)
        assert answer.status == 200
        self.doc.apply_update(await answer.read())
        self._since = self.doc.get_state()
        return self

    def set(self, root: str, id: str, register: str, value: object, ms: int) -> None:
        """Write a register, as nobody sees yet."""
        fields = self.doc.get(root, type=Map)[id]
        with self.doc.transaction():
            own = f"{register}@{replica_of(self.doc.client_id)}"
            for key in list(fields.keys()):
                if key != own and register_name(key) == register:
                    del fields[key]
            fields[own] = [value, self.user, ms]

    def write(self, root: str, id: str, field: str, locale: str, text: str) -> None:
        """Type at the end of a text."""
        typed = self.doc.get(root, type=Map)[id][field][locale]
        typed += text

    async def type(self, root: str, id: str, field: str, locale: str, text: str) -> None:
        """Type letter by letter while connected; returns when all of it was saved."""
        async with self._site.client.ws_connect(self._path, headers=self._headers) as socket:
            for letter in text:
                before = self.doc.get_state()
                self.write(root, id, field, locale, letter)
                await socket.send_bytes(messages.update(self.doc.get_update(before)))
                await asyncio.sleep(0.005)
            await socket.send_bytes(_ARE_MY_EDITS_SAFE)
            async with asyncio.timeout(10):
                while (frame := await socket.receive_bytes()) != _ARE_MY_EDITS_SAFE:
                    found = messages.decode(frame)
                    if isinstance(found, messages.SyncStep1):
                        missing = self.doc.get_update(found.state_vector)
                        await socket.send_bytes(messages.sync_step2(missing))
        await self.fetch()

    async def send(self) -> None:
        """Connect and bring what is new; returns when it was saved, with what others did."""
        edits = self.doc.get_update(self._since)
        async with self._site.client.ws_connect(self._path, headers=self._headers) as socket:
            await socket.send_bytes(messages.update(edits))
            async with asyncio.timeout(5):
                while True:
                    found = messages.decode(await socket.receive_bytes())
                    if isinstance(found, messages.Update):  # the echo comes after the commit
                        break
        await self.fetch()


async def devices(site: Site, menu: str, *users: str) -> list[Device]:
    """Devices of several people that all have the same menu."""
    return [await Device(site, menu, user).fetch() for user in users]
