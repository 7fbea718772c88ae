"""What guests see over REST: publications, and the published menu itself, without a token.

The published menu is the same for everybody, so anybody may keep it: its tag is the sha256 of its
canonical JSON, and it is fresh at most until the schedule shows another one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from aiohttp import hdrs, web

from api.errors import problem
from api.guests_views import GuestsView
from api.menu_file import MenuFile
from api.rest.conflicts import admitted_menu
from api.rest.documents import found
from api.rest.operation import Call, Operation, json_answer, tagged_answer
from api.rest.restaurants import require
from api.rest.versions_models import (
    PublicationAnswer,
    PublicationList,
    PublishedQuery,
)
from collab.errors import DocumentGone
from collab.identity import Act
from collab.versions.schedule import Publication, effective, next_change
from storage.publications import Schedule

MENU_VERSION = "Menu-Version"  # what an order names as `menu_version`
_OPEN_TO_ALL = {
    hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
    hdrs.ACCESS_CONTROL_EXPOSE_HEADERS: f"ETag, {MENU_VERSION}",
}


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/menus/{id}/published",
            "getPublishedMenu",
            "Read what guests see; needs no token",
            published,
            {200: MenuFile, 304: None},
            query=PublishedQuery,
            refusals=(404, 422, 503),
            is_open=True,
        ),
        Operation(
            "GET",
            "/menus/{id}/publications",
            "listPublications",
            "See which version guests see when",
            list_all,
            {200: PublicationList},
            refusals=(400, 401, 403, 404, 503),
        ),
        Operation(
            "DELETE",
            "/menus/{id}/publications/{publication}",
            "cancelPublication",
            "End a publication now",
            cancel,
            {204: None},
            refusals=(400, 401, 403, 404, 503),
        ),
    )


async def published(call: Call) -> web.Response:
    """The menu as guests see it: everywhere, or in one restaurant that shows it."""
    query: PublishedQuery = call.query
    now = call.house.clock.utc()
    schedule = await call.house.publications.load(call.id)
    view = None if schedule is None else await _view(call, schedule, query.restaurant, now)
    if schedule is None or view is None:
        call.house.metrics.refused("not_published")
        detail = "Nothing is published here now."
        return problem(404, "not_published", detail, {str(k): v for k, v in _OPEN_TO_ALL.items()})
    body = msgspec.json.encode(view.content)
    answer = tagged_answer(call.request, body, view.sha256, "application/json")
    change = next_change(schedule.publications, now, schedule.zone)
    fresh_seconds = _fresh_seconds(call.house.config.guest_cache_seconds, now, change)
    answer.headers[hdrs.CACHE_CONTROL] = f"public, max-age={fresh_seconds}"
    answer.headers.update(_OPEN_TO_ALL)
    answer.headers[MENU_VERSION] = str(view.number)
    return answer


async def list_all(call: Call) -> web.Response:
    """All publications that stand."""
    document = await admitted_menu(call)
    schedule = await call.house.publications.load(document.id)
    if schedule is None:
        raise DocumentGone("There is no such menu.", reason="menu_not_found")
    now = call.house.clock.utc()
    shown = effective(schedule.publications, now, schedule.zone)
    return json_answer(
        PublicationList(
            publications=[publication_answer(one, shown) for one in schedule.publications],
            time_zone=schedule.zone.key,
            next_change_at=next_change(schedule.publications, now, schedule.zone),
        )
    )


async def cancel(call: Call) -> web.Response:
    """End a publication; guests see what applies without it."""
    document = await found(call)
    require(call.identity, Act.PUBLISH, document.restaurant_id)
    house, id = call.house, call.request.match_info["publication"]
    now = house.clock.utc()
    if not await house.publications.cancel(document.id, id, call.identity.user_id, now):
        raise DocumentGone("There is no such publication.", reason="publication_not_found")
    await house.version_keeper.shown_anew(document.id)
    return web.Response(status=204)


def publication_answer(one: Publication, shown: Publication | None) -> PublicationAnswer:
    """A publication as it goes out. shown: the one that guests see now."""
    return PublicationAnswer(
        id=one.id,
        version=one.number,
        starts_at=one.window.starts_at,
        ends_at=one.window.ends_at,
        daily_from=one.window.daily_from,
        daily_to=one.window.daily_to,
        created_at=one.created_at,
        created_by=one.created_by,
        is_effective=shown is not None and shown.id == one.id,
    )


async def _view(
    call: Call, schedule: Schedule, restaurant_id: str | None, now: datetime
) -> GuestsView | None:
    if restaurant_id is None:
        return await call.house.guests_views.of(schedule, now)
    return await call.house.local_views.of(schedule, now, restaurant_id)


def _fresh_seconds(limit_seconds: float, now: datetime, change: datetime | None) -> int:
    """For how long the answer may be kept without asking again."""
    if change is None:
        return int(limit_seconds)
    return max(0, int(min(limit_seconds, (change - now) / timedelta(seconds=1))))
