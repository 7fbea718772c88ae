"""Commands of orders and stock over HTTP: what `cmd` is on `/ws`, by the same desk."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import hdrs, web

from api.errors import RETRY_AFTER_SECONDS
from api.json_body import decode_json
from api.order_desk import RawCommand
from api.rest.commands_models import (
    CommandAnswer,
    NewCommand,
    OneOrMore,
    OneOrMoreAnswers,
)
from api.rest.models import Problem
from api.rest.operation import Call, Operation, json_answer
from collab.orders.command import Outcome, Result

# Of a single command; everything else that is rejected conflicts with how things stand.
STATUSES: Mapping[str, HTTPStatus] = {
    "forbidden": HTTPStatus.FORBIDDEN,
    "bad_command": HTTPStatus.UNPROCESSABLE_ENTITY,
    "key_reused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "overloaded": HTTPStatus.SERVICE_UNAVAILABLE,
    "internal_error": HTTPStatus.INTERNAL_SERVER_ERROR,
}


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "POST",
            "/commands",
            "giveCommands",
            "Do one thing with an order or the stock, or several in their order",
            give,
            {
                200: OneOrMoreAnswers,
                403: CommandAnswer,
                409: CommandAnswer,
                422: {"application/json": CommandAnswer, "application/problem+json": Problem},
                503: CommandAnswer,
            },
            files={"application/json": OneOrMore},
            refusals=(400, 401, 413),
        ),
    )


async def give(call: Call) -> web.Response:
    """Decide one command, or a list of up to a hundred in its order.

    A list is always answered 200: every result says for itself what became of it.
    """
    form: Any = OneOrMore
    given: OneOrMore = decode_json(await call.request.read(), form)
    if isinstance(given, NewCommand):
        result = await call.house.wing.rooms.orders.submit(call.identity, _raw(given))
        status = _status(result)
        retry = {str(hdrs.RETRY_AFTER): str(RETRY_AFTER_SECONDS)}
        headers = retry if status == HTTPStatus.SERVICE_UNAVAILABLE else None
        return json_answer(_answer(result), status, headers)
    raws = [_raw(one) for one in given]
    results = await call.house.wing.rooms.orders.submit_all(call.identity, raws)
    return json_answer([_answer(result) for result in results])


def _raw(given: NewCommand) -> RawCommand:
    return RawCommand(given.id, given.room, given.type, given.body, given.device, given.client_at)


def _status(result: Result) -> HTTPStatus:
    if result.outcome is not Outcome.REJECTED:
        return HTTPStatus.OK
    return STATUSES.get(result.code or "", HTTPStatus.CONFLICT)


def _answer(result: Result) -> CommandAnswer:
    return CommandAnswer(
        id=result.command_id,
        result=result.outcome,
        seq=result.seq,
        offset=result.offset,
        code=result.code,
        reason=result.reason,
        current=None if result.current is None else dict(result.current),
    )
