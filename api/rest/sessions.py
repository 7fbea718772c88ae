"""Sessions: who is and was connected, for owners and managers."""

from __future__ import annotations

from aiohttp import web

from api.rest.models import SeatAnswer, SessionAnswer, SessionList, SessionQuery
from api.rest.operation import Call, json_answer
from api.rest.restaurants import require
from collab.identity import Act
from collab.records import UserSession


async def list_all(call: Call) -> web.Response:
    """One page of sessions by id: what is stored, with the living ones as they are now."""
    query: SessionQuery = call.query
    restaurant = query.restaurant or call.identity.restaurant_id
    require(call.identity, Act.LIST_SESSIONS, restaurant)
    stored = await call.house.session_store.list(
        restaurant_id=restaurant,
        user_id=query.user,
        resource_id=query.document,
        status=query.status,
        after=query.after,
        limit=query.limit,
    )
    living = {one.id: one for one in call.house.sessions.living()}
    known = {one.id: one for one in stored if one.id not in living}
    # A full page from the store ends where the next one begins; nothing later belongs on it.
    end = stored[-1].id if len(stored) == query.limit else None
    for one in living.values():
        if _matches(one, query, restaurant) and (end is None or one.id <= end):
            known[one.id] = one
    page = [known[id] for id in sorted(known)]
    if len(page) > query.limit:
        page = page[: query.limit]
        end = page[-1].id
    return json_answer(SessionList(sessions=[_session_answer(one) for one in page], next=end))


def seat_answer(session: UserSession) -> SeatAnswer:
    """What everybody at a document may know of a connection to it."""
    return SeatAnswer(
        id=session.id,
        user=session.user_id,
        name=session.user_name,
        door=session.door,
        status=session.status,
        started_at=session.started_at,
        last_activity_at=session.last_activity_at,
    )


def _matches(session: UserSession, query: SessionQuery, restaurant: str | None) -> bool:
    wanted = (
        (restaurant, session.restaurant_id),
        (query.user, session.user_id),
        (query.document, session.resource_id),
        (query.status, session.status),
    )
    is_later = query.after is None or session.id > query.after
    return is_later and all(value in (None, has) for value, has in wanted)


def _session_answer(session: UserSession) -> SessionAnswer:
    return SessionAnswer(
        id=session.id,
        user=session.user_id,
        name=session.user_name,
        door=session.door,
        status=session.status,
        started_at=session.started_at,
        last_activity_at=session.last_activity_at,
        restaurant=session.restaurant_id,
        resource_type=session.resource_type,
        resource=session.resource_id,
        ended_at=session.ended_at,
        metadata=dict(session.metadata),
    )
