"""Devices of the staff: they come in with a link once, and come back with a key of their own.

Rule 1: a device's key is `id.generation.mac`, made with the secret that signs our tokens; nothing
        in the database could make one. Replacing and copies: storage/devices.py.
Rule 2: its tokens carry the device's id (`jti`), so ending a device ends its open pages too.
Rule 3: what somebody may do there is what the link said, as far as the staff's list still says so:
        a manager who takes a role away there takes it from the device. A role of owner is never
        given that way.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from api.keyring import Key, Keyring
from collab.errors import TokenEnded
from collab.identity import Identity, Role
from rooms.clock import Clock
from storage.devices import LABEL_LIMIT_CHARACTERS, LIFE, Device, DeviceStore
from storage.invites import Invite, InviteStore
from storage.staff import StaffStore

ID_BYTES = 16
_KEY = re.compile(r"([0-9a-f]{32})\.([1-9][0-9]{0,8})\.([A-Za-z0-9_-]{43})")


class Entered(NamedTuple):
    """Somebody on a device, and the key that the device gets."""

    identity: Identity
    key: str
    life_seconds: float  # of the key


@dataclass(frozen=True, slots=True)
class DeviceDesk:
    """Lets devices in. One per house."""

    devices: DeviceStore
    invites: InviteStore
    staff: StaffStore
    keyring: Keyring
    clock: Clock

    async def enter(self, invite_id: str, secret: str, label: str) -> Entered:
        """Use an invitation: a new device, of a new person of the staff unless it names one.

        Raises TokenEnded (bad_ticket), StoreError. Cancelling may use the invitation up.
        """
        now = self.clock.utc()

        def make(invite: Invite) -> Device:
            return _new_device(
                invite.restaurant_id,
                invite.user_id or f"staff-{secrets.token_hex(8)}",
                invite.name,
                invite.roles,
                invite.stations,
                label,
                now,
            )

        device = await self.invites.redeem(invite_id, secret, now, make)
        if device is None:
            raise TokenEnded("The link is unknown, used or too old.", reason="bad_ticket")
        return self._entered(device, _identity(device))

    async def begin(self, identity: Identity, label: str) -> Entered:
        """A new device of somebody who came in by other means. Raises StoreError."""
        assert identity.restaurant_id is not None
        device = _new_device(
            identity.restaurant_id,
            identity.user_id,
            identity.name,
            tuple(sorted(identity.roles)),
            identity.stations,
            label,
            self.clock.utc(),
        )
        await self.devices.create(device)
        return self._entered(device, _identity(device))

    async def renew(self, key: str) -> Entered | None:
        """Who a device's key lets in, and its next key; None: nobody. Raises StoreError."""
        read = self.read(key)
        if read is None:
            return None
        device = await self.devices.use(*read, self.clock.utc())
        if device is None:
            return None
        identity = await self._identity_now(device)
        return None if identity is None else self._entered(device, identity)

    def read(self, key: str) -> tuple[str, int] | None:
        """The device and the generation of a key; None unless we made it."""
        match = _KEY.fullmatch(key)
        if match is None:
            return None
        device_id, generation = match[1], int(match[2])
        made = (
            _mac(signing, device_id, generation)
            for signing in self.keyring.candidates(None)
            if isinstance(signing.material, bytes)
        )
        if not any(hmac.compare_digest(mac, match[3]) for mac in made):
            return None
        return device_id, generation

    async def _identity_now(self, device: Device) -> Identity | None:
        member = await self.staff.find(device.restaurant_id, device.user_id)
        if member is None:
            return _identity(device)
        if not member.is_active:
            return None
        never = {Role.OWNER} - set(device.roles)
        return Identity(
            user_id=device.user_id,
            name=member.name,
            restaurant_id=device.restaurant_id,
            roles=frozenset(member.roles) - never,
            locales=member.locales,
            stations=member.stations,
            token_id=device.id,
        )

    def _entered(self, device: Device, identity: Identity) -> Entered:
        mac = _mac(self.keyring.signing, device.id, device.generation)
        return Entered(identity, f"{device.id}.{device.generation}.{mac}", LIFE.total_seconds())


def _new_device(
    restaurant_id: str,
    user_id: str,
    name: str | None,
    roles: tuple[Role, ...],
    stations: tuple[str, ...],
    label: str,
    now: datetime,
) -> Device:
    return Device(
        id=secrets.token_hex(ID_BYTES),
        restaurant_id=restaurant_id,
        user_id=user_id,
        name=name,
        roles=roles,
        stations=stations,
        label=label[:LABEL_LIMIT_CHARACTERS],
        generation=1,
        rotated_at=now,
        created_at=now,
        used_at=now,
        expires_at=now + LIFE,
    )


def _identity(device: Device) -> Identity:
    return Identity(
        user_id=device.user_id,
        name=device.name,
        restaurant_id=device.restaurant_id,
        roles=frozenset(device.roles),
        stations=device.stations,
        token_id=device.id,
    )


def _mac(key: Key, device_id: str, generation: int) -> str:
    named = f"mirepoix device\0{device_id}\0{generation}".encode()
    digest = hmac.new(key.material, named, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
