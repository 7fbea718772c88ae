"""What guests see of menus, read once per version: the content of a version never changes."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Any, NamedTuple

from collab.versions.schedule import effective
from collab.versions.version import fingerprint, guests_view
from storage.publications import PublicationStore, Schedule
from storage.versions import VersionStore

KEPT_VIEWS = 64


class GuestsView(NamedTuple):
    """What guests see of a menu at some moment."""

    content: dict[str, Any]  # plain menu JSON; not to be changed
    sha256: str  # of its canonical JSON
    number: int  # of the version


class GuestsViews:
    """The views of the versions that were asked for last. One per house."""

    def __init__(self, versions: VersionStore, publications: PublicationStore) -> None:
        self._versions = versions
        self._publications = publications
        self._views: OrderedDict[tuple[str, int], GuestsView] = OrderedDict()

    async def find(self, menu_id: str, at: datetime) -> GuestsView | None:
        """What guests see of a menu; None: nothing, or there is no such menu.

        at: aware. Raises StoreError. Safe to cancel.
        """
        schedule = await self._publications.load(menu_id)
        return None if schedule is None else await self.of(schedule, at)

    async def of(self, schedule: Schedule, at: datetime) -> GuestsView | None:
        """The same, of publications that were loaded."""
        publication = effective(schedule.publications, at, schedule.zone)
        if publication is None:
            return None
        key = schedule.document_id, publication.number
        view = self._views.get(key)
        if view is None:
            version = await self._versions.find(*key)
            assert version is not None  # what was published is never thinned
            content = guests_view(version.content)
            view = self._views[key] = GuestsView(content, fingerprint(content), key[1])
            if len(self._views) > KEPT_VIEWS:
                self._views.popitem(last=False)
        else:
            self._views.move_to_end(key)
        return view
