"""The events of a menu, for programs that poll: in order, and whoever missed some is told so."""

from __future__ import annotations

import asyncio

from aiohttp import web

from api.errors import problem
from api.house import House
from api.rest.documents import admitted
from api.rest.events_models import EventAnswer, EventList, EventQuery
from api.rest.operation import Call, Operation, json_answer
from collab.errors import DocumentGone
from collab.records import DocumentKind, NumberedEvent, stream_of
from storage.streams import StreamPage

# Events of other servers on the same database ring no bell here, so whoever waits looks.
LOOK_SECONDS = 0.5

# Why an offset leads nowhere, as in the rooms protocol: status, and a sentence.
GAPS = {
    "epoch": (409, "The events were restored from a backup; read the menu and start again."),
    "future": (409, "There is no such offset yet; read the menu and start again."),
    "trimmed": (410, "Events after this offset are no longer kept; read the menu and start again."),
}


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/menus/{id}/events",
            "listEvents",
            "Read the events of a menu after an offset, or wait for the next",
            list_after,
            {200: EventList},
            query=EventQuery,
            refusals=(401, 403, 404, 409, 410, 422),
        ),
    )


async def list_after(call: Call) -> web.Response:
    """Events after an offset; 409 or 410 with `why`, `epoch` and `top` when it leads nowhere."""
    admission = await admitted(call)
    if admission.document.kind is not DocumentKind.MENU:
        raise DocumentGone("There is no such menu.", reason="menu_not_found")
    query: EventQuery = call.query
    page = await _waited_for(call.house, stream_of(call.id), query)
    why = _gap(page, query)
    if why is not None:
        call.house.metrics.refused(f"events_{why}")
        status, sentence = GAPS[why]
        where = {"why": why, "epoch": page.epoch, "top": page.top}
        return problem(status, "events_gap", sentence, more=where)
    events = [_answer(one) for one in page.events]
    return json_answer(EventList(epoch=page.epoch, top=page.top, events=events))


async def _waited_for(house: House, stream_id: str, query: EventQuery) -> StreamPage:
    until = house.clock.monotonic() + query.wait_seconds
    while True:
        page = await house.streams.read(stream_id, query.after, query.limit)
        is_over = house.clock.monotonic() >= until or not house.health.is_open
        if page.events or is_over or _gap(page, query) is not None:
            return page
        await asyncio.sleep(LOOK_SECONDS)


def _gap(page: StreamPage, query: EventQuery) -> str | None:
    if query.epoch and query.epoch != page.epoch:
        return "epoch"
    if query.after > page.top:
        return "future"
    return "trimmed" if query.after + 1 < page.first else None


def _answer(numbered: NumberedEvent) -> EventAnswer:
    event = numbered.event
    return EventAnswer(
        offset=numbered.offset,
        type=event.type,
        actor=event.actor,
        at=event.at,
        body=dict(event.body),
    )
