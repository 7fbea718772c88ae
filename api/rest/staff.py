"""The staff of a restaurant, for its managers.

A row says who works here as what. It gives no right by itself: rights are in tokens. Taking
somebody off (inactive, or deleted) ends all their tokens in this restaurant, live sockets too,
for as long as such a token could live; making them active again lets them in after that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from api.rest.operation import Call, Operation, json_answer
from api.rest.restaurant_models import RestaurantQuery
from api.rest.restaurants import required, settings_of
from api.rest.staff_models import NewStaffMember, StaffAnswer, StaffChange, StaffList, StaffQuery
from api.revocations import RevocationKind
from collab.errors import DocumentExists, DocumentGone, StructureRefused
from collab.identity import Act, Role
from storage.staff import StaffMember

STAFF_LIMIT = 1000  # of one restaurant

_REFUSALS = (400, 401, 403, 404, 422, 503)


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/staff",
            "listStaff",
            "See who works in a restaurant",
            list_all,
            {200: StaffList},
            query=StaffQuery,
            refusals=(401, 403, 422, 503),
        ),
        Operation(
            "POST",
            "/staff",
            "createStaffMember",
            "Write down somebody who works here",
            create,
            {201: StaffAnswer},
            query=RestaurantQuery,
            body=NewStaffMember,
            refusals=(*_REFUSALS, 409),
        ),
        Operation(
            "GET",
            "/staff/{id}",
            "getStaffMember",
            "See one person of the staff",
            show,
            {200: StaffAnswer},
            query=RestaurantQuery,
            refusals=(401, 403, 404, 422, 503),
        ),
        Operation(
            "PATCH",
            "/staff/{id}",
            "changeStaffMember",
            "Change what somebody is here; making them inactive ends their tokens",
            change,
            {200: StaffAnswer},
            query=RestaurantQuery,
            body=StaffChange,
            refusals=_REFUSALS,
        ),
        Operation(
            "DELETE",
            "/staff/{id}",
            "deleteStaffMember",
            "Take somebody off the staff, and end their tokens",
            delete,
            {204: None},
            query=RestaurantQuery,
            refusals=(401, 403, 404, 422, 503),
        ),
    )


async def list_all(call: Call) -> web.Response:
    """One page of the staff, those who are inactive too."""
    query: StaffQuery = call.query
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, query.restaurant)
    found = await call.house.staff.list(restaurant, query.after, query.limit)
    end = found[-1].user_id if len(found) == query.limit else None
    return json_answer(StaffList(staff=[_answer(one) for one in found], next=end))


async def create(call: Call) -> web.Response:
    """Write somebody down."""
    wanted: NewStaffMember = call.body
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, call.query.restaurant)
    await settings_of(call.house, restaurant)
    if await call.house.staff.count(restaurant) >= STAFF_LIMIT:
        raise StructureRefused(
            f"A restaurant has at most {STAFF_LIMIT} people.", reason="too_many_staff"
        )
    now = call.house.clock.utc()
    member = StaffMember(
        restaurant_id=restaurant,
        user_id=wanted.user_id,
        name=wanted.name,
        roles=wanted.roles,
        stations=wanted.stations,
        locales=wanted.locales,
        is_active=True,
        created_at=now,
        updated_at=now,
    )
    _check(member)
    if not await call.house.staff.create(member):
        raise DocumentExists("This person is on the staff already.", reason="staff_exists")
    return json_answer(_answer(member), 201)


async def show(call: Call) -> web.Response:
    """One person."""
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, call.query.restaurant)
    return json_answer(_answer(await _member(call, restaurant)))


async def change(call: Call) -> web.Response:
    """Change a person. Saved first: a retry ends the tokens that a crash left over."""
    wanted: StaffChange = call.body
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, call.query.restaurant)
    names = ("name", "roles", "stations", "locales", "is_active")
    given: dict[str, Any] = {name: getattr(wanted, name) for name in names}
    changed = replace(
        await _member(call, restaurant),
        **{key: value for key, value in given.items() if value is not None},
        updated_at=call.house.clock.utc(),
    )
    _check(changed)
    if not await call.house.staff.save(changed):
        raise _gone()
    if wanted.is_active is False:
        await _shut_out(call, restaurant)
    return json_answer(_answer(changed))


async def delete(call: Call) -> web.Response:
    """Take a person off. Shut out first: afterwards nobody would find them."""
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, call.query.restaurant)
    await _member(call, restaurant)
    await _shut_out(call, restaurant)
    if not await call.house.staff.delete(restaurant, call.id):
        raise _gone()
    return web.Response(status=204)


async def _member(call: Call, restaurant: str) -> StaffMember:
    member = await call.house.staff.find(restaurant, call.id)
    if member is None:
        raise _gone()
    return member


async def _shut_out(call: Call, restaurant: str) -> None:
    await call.house.revocations.revoke(RevocationKind.USER, call.id, restaurant)
    call.house.live.look()  # here at once; in other processes with their next refresh


def _check(member: StaffMember) -> None:
    if Role.GUEST in member.roles:
        raise StructureRefused("Guests are not staff.", reason="bad_roles")


def _gone() -> DocumentGone:
    return DocumentGone("There is nobody of this id on the staff.", reason="staff_not_found")


def _answer(member: StaffMember) -> StaffAnswer:
    return StaffAnswer(
        user_id=member.user_id,
        name=member.name,
        roles=list(member.roles),
        stations=list(member.stations),
        locales=list(member.locales),
        is_active=member.is_active,
        created_at=member.created_at,
        updated_at=member.updated_at,
    )
