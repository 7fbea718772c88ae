"""What guests of one restaurant see of a chain's master menu: the published version with overrides.

The daily windows of the schedule are those of the master's time zone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

from api.guests_views import KEPT_VIEWS, GuestsView
from collab.versions.overrides import Override, apply_overrides
from collab.versions.schedule import effective
from collab.versions.version import fingerprint, guests_view
from storage.publications import Schedule
from storage.shares import ShareStore
from storage.versions import VersionStore


class LocalViews:
    """The local views that were asked for last. One per house."""

    def __init__(self, versions: VersionStore, shares: ShareStore) -> None:
        self._versions = versions
        self._shares = shares
        self._views: OrderedDict[tuple[str, int, str], tuple[Sequence[Override], GuestsView]] = (
            OrderedDict()
        )

    async def of(self, schedule: Schedule, at: datetime, restaurant_id: str) -> GuestsView | None:
        """What guests of a restaurant see; None: nothing, or the menu is not shared with it.

        at: aware. Raises StoreError. Safe to cancel.
        """
        publication = effective(schedule.publications, at, schedule.zone)
        overrides = await self._shares.overrides(schedule.document_id, restaurant_id)
        if publication is None or overrides is None:
            return None
        key = schedule.document_id, publication.number, restaurant_id
        known = self._views.get(key)
        if known is not None and known[0] == overrides:
            self._views.move_to_end(key)
            return known[1]
        version = await self._versions.find(schedule.document_id, publication.number)
        assert version is not None  # what was published is never thinned
        content = guests_view(apply_overrides(version.content, overrides))
        view = GuestsView(content, fingerprint(content), publication.number)
        self._views[key] = overrides, view
        self._views.move_to_end(key)
        if len(self._views) > KEPT_VIEWS:
            self._views.popitem(last=False)
        return view
