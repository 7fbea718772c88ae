"""What goes in and out about signing in: invitations and devices."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from api.rest.models import Answer, Id, Incoming
from api.rest.staff_models import Names, PersonName, UserId
from collab.identity import Role

Roles = Annotated[tuple[Role, ...], msgspec.Meta(min_length=1, max_length=10)]
Hours = Annotated[float, msgspec.Meta(gt=0, le=24 * 30)]
Uses = Annotated[int, msgspec.Meta(ge=1, le=100)]


class NewInvite(Incoming, frozen=True):
    """Somebody of the staff, or a tablet, to let in with a link."""

    name: PersonName | None = None  # as others see it
    roles: Roles | None = None
    stations: Names = ()  # of a kitchen screen; empty: all
    user: UserId | None = None  # of the staff, for another device: name and roles are theirs
    restaurant: Id | None = None  # the asker's when missing
    hours: Hours = 24  # for which the link works
    uses: Uses = 1


class MadeInvite(Answer, frozen=True):
    """A link, which is shown this once."""

    id: str
    url: str
    qr: str  # the same as a QR code, SVG
    expires_at: datetime


class InviteAnswer(Answer, frozen=True):
    """A link that is open, without what lets in."""

    id: str
    name: str
    roles: list[Role]
    stations: list[str]
    uses_left: int
    created_by: str
    created_at: datetime
    expires_at: datetime
    user: str | None  # of the staff, whose device it is for


class InviteList(Answer, frozen=True):
    """The links of a restaurant that are open, the newest first."""

    invites: list[InviteAnswer]


class DeviceAnswer(Answer, frozen=True):
    """A device that may come back without a link."""

    id: str
    user: str
    name: str
    roles: list[Role]
    label: str  # what its browser calls itself
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    is_this: bool  # the one that asks


class DeviceList(Answer, frozen=True):
    """Devices, the newest first: of the whole staff for managers, else one's own."""

    devices: list[DeviceAnswer]
