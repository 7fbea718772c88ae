"""What can be ordered from menus at a moment, and which prices guests saw shortly before.

Rule 1: `effective` is the version that guests see now (collab/versions/schedule.py).
Rule 2: a version counts as shown within the grace when guests saw it at any moment from
        `now - grace` on: a publication counts from when it was made until it was cancelled, and
        in between as its window says. `superseded_at` tells when that ended, for each version
        but the effective one. So breakfast that is over, a version that was replaced, and one
        that was rolled back all hold as long.
Rule 3: every publication and cancellation is told in the menu's stream, in its transaction; so
        as long as the stream stands where it stood, the schedule is the one that was read then.
Rule 4: versions are immutable, so their prices are read once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, bindparam, func, literal, or_, select

from collab.orders.price_lists import price_list
from collab.orders.terms import OnSale, PriceList, Terms
from collab.versions.schedule import Publication, effective, next_change, zone_of
from storage.menu_tables import menu_versions, publications, streams
from storage.publications import publication_of
from storage.tables import menus

LISTS = 64  # price lists kept; one of 255 dishes takes about half a megabyte
SCHEDULES = 1024


@dataclass(frozen=True, slots=True)
class Shown:
    """What guests saw of a menu, from some moment until `at`."""

    at: datetime
    until: datetime | None  # the effective version changes then; None: never
    effective: int | None
    ended_at: Mapping[int, datetime]  # of other versions: when guests last saw them


@dataclass(frozen=True, slots=True)
class _Schedule:
    """The publications of a menu, as they were read when its stream stood somewhere."""

    epoch: str | None  # of the menu's stream; None: nothing was ever told
    top: int | None
    zone: ZoneInfo
    since: datetime  # what ended before was left out
    publications: Sequence[Publication]
    shown: Shown


class OnSaleReader:
    """Reads what is on sale inside transactions, and keeps what cannot have changed."""

    def __init__(self) -> None:
        self._schedules: OrderedDict[str, _Schedule] = OrderedDict()
        self._lists: OrderedDict[tuple[str, int], PriceList | None] = OrderedDict()

    def load(
        self,
        connection: Connection,
        wanted: Collection[tuple[str, int | None]],
        terms: Mapping[str, Terms],
        now: datetime,
    ) -> dict[str, OnSale]:
        """What is on sale, by menu id; menus of restaurants without terms are missing.

        wanted: menu ids, each with the number of the version that a client saw.
        """
        if not wanted:
            return {}
        key = {"ids": sorted({menu_id for menu_id, _ in wanted})}
        found = (connection.execute(_MENUS, key)).all()
        numbers: dict[str, set[int]] = {}
        for menu_id, number in wanted:
            if number is not None:
                numbers.setdefault(menu_id, set()).add(number)
        sales: dict[str, OnSale] = {}
        for row in found:
            if row.restaurant_id in terms:
                own = terms[row.restaurant_id]
                shown = self._shown(connection, row, own, now)
                sales[row.id] = self._sale(
                    connection, row.id, own, shown, now, numbers.get(row.id, set())
                )
        return sales

    def _sale(
        self,
        connection: Connection,
        menu_id: str,
        terms: Terms,
        shown: Shown,
        now: datetime,
        seen: Collection[int],
    ) -> OnSale:
        since = now - timedelta(seconds=terms.price_grace_seconds)
        ended = {number: at for number, at in shown.ended_at.items() if at > since}
        wanted = set(seen)
        if shown.effective is not None:
            wanted.add(shown.effective)
        lists = self._price_lists(connection, menu_id, wanted)
        return OnSale(terms.restaurant_id, shown.effective, lists, ended)

    def _shown(self, connection: Connection, row: Any, terms: Terms, now: datetime) -> Shown:
        since = now - timedelta(seconds=terms.price_grace_seconds)
        zone = zone_of(terms.time_zone)
        kept = self._schedules.get(row.id)
        if (
            kept is None
            or (kept.epoch, kept.top, kept.zone) != (row.epoch, row.top, zone)
            or kept.since > since
        ):
            found = _publications(connection, row.id, since)
            kept = _Schedule(
                row.epoch, row.top, zone, since, found, shown_since(found, since, now, zone)
            )
        elif now < kept.shown.at or (kept.shown.until is not None and now >= kept.shown.until):
            again = shown_since(kept.publications, since, now, zone)
            kept = replace(kept, shown=again)
        _keep(self._schedules, row.id, kept, SCHEDULES)
        return kept.shown

    def _price_lists(
        self, connection: Connection, menu_id: str, numbers: Iterable[int]
    ) -> dict[int, PriceList]:
        found: dict[int, PriceList] = {}
        for number in sorted(numbers):
            prices = self._lists.get((menu_id, number))
            if prices is None:
                key = {"menu_id": menu_id, "number": number}
                content = connection.scalar(_CONTENT, key)
                if content is None:
                    continue
                prices = price_list(menu_id, number, content)
            _keep(self._lists, (menu_id, number), prices, LISTS)
            found[number] = prices
        return found


def shown_since(
    publications: Sequence[Publication], since: datetime, now: datetime, zone: ZoneInfo
) -> Shown:
    """What guests saw from `since` until `now`, and what they see now.

    publications: all that may have counted in that time, cancelled ones included.
    """
    standing = [one for one in publications if one.cancelled_at is None]
    current = effective(standing, now, zone)
    ended_at: dict[int, datetime] = {}
    for start, end in _stretches(publications, since, now):
        then = [_standing(one) for one in publications if _stood(one, start)]
        moment = start
        while moment < end:
            change = next_change(then, moment, zone)
            until = end if change is None else min(change, end)
            seen = effective(then, moment, zone)
            if seen is not None:
                ended_at[seen.number] = until
            moment = until
    if current is not None:
        ended_at.pop(current.number, None)
    number = None if current is None else current.number
    return Shown(now, next_change(standing, now, zone), number, ended_at)


def _stretches(
    publications: Iterable[Publication], since: datetime, now: datetime
) -> list[tuple[datetime, datetime]]:
    """The time in parts in which nothing was published or cancelled."""
    cuts = {since, now}
    for one in publications:
        cuts.add(one.created_at)
        if one.cancelled_at is not None:
            cuts.add(one.cancelled_at)
    inside = sorted(moment for moment in cuts if since <= moment <= now)
    return list(pairwise(inside))


def _stood(publication: Publication, at: datetime) -> bool:
    ended = publication.cancelled_at
    return publication.created_at <= at and (ended is None or ended > at)


def _standing(publication: Publication) -> Publication:
    return replace(publication, cancelled_at=None)


def _publications(connection: Connection, menu_id: str, since: datetime) -> list[Publication]:
    key: dict[str, Any] = {"menu_id": menu_id, "since": since}
    # An everyday publication that stands all the time covers everyday ones made before it: a
    # menu that was published a thousand times has one that counts.
    key["base"] = connection.scalar(_BASE, key) or datetime.min.replace(tzinfo=UTC)
    return [publication_of(row) for row in (connection.execute(_LATELY, key)).all()]


def _keep(cache: OrderedDict[Any, Any], key: object, value: object, limit: int) -> None:
    cache[key] = value
    cache.move_to_end(key)
    while len(cache) > limit:
        cache.popitem(last=False)


_table = publications
_of_menu = _table.c.document_id == bindparam("menu_id")
_since = bindparam("since", type_=_table.c.starts_at.type)
_base = bindparam("base", type_=_table.c.created_at.type)
_MENUS = (
    select(menus.c.id, menus.c.restaurant_id, streams.c.epoch, streams.c.top)
    .outerjoin(streams, streams.c.id == literal("menu:") + menus.c.id + literal(":events"))
    .where(menus.c.id.in_(bindparam("ids", expanding=True)), menus.c.deleted_at.is_(None))
)
_BASE = select(func.max(_table.c.created_at)).where(
    _of_menu,
    _table.c.cancelled_at.is_(None),
    _table.c.daily_from.is_(None),
    _table.c.ends_at.is_(None),
    _table.c.starts_at <= _since,
    _table.c.created_at <= _since,
)
_LATELY = (
    select(_table)
    .where(
        _of_menu,
        or_(_table.c.cancelled_at.is_(None), _table.c.cancelled_at > _since),
        or_(_table.c.ends_at.is_(None), _table.c.ends_at > _since),
        or_(_table.c.daily_from.is_not(None), _table.c.created_at >= _base),
    )
    .order_by(_table.c.created_at, _table.c.id)
)
_CONTENT = select(menu_versions.c.content).where(
    and_(
        menu_versions.c.document_id == bindparam("menu_id"),
        menu_versions.c.number == bindparam("number"),
        # Only what guests were shown has prices: an automatic version is somebody's draft.
        menu_versions.c.kind == "published",
    )
)
