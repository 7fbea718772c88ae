"""Renewing a menu: the same content without the history that made it large."""

from __future__ import annotations

from aiohttp import web

from api.renewal import renew_menu
from api.rest.documents import found
from api.rest.operation import Call, Operation, json_answer
from api.rest.renewal_models import NewRenewal, RenewalAnswer
from api.rest.restaurants import require
from collab.identity import Act


def operations() -> tuple[Operation, ...]:
    """The operations of this topic."""
    return (
        Operation(
            "POST",
            "/documents/{id}/renewal",
            "renewDocument",
            "Write a menu anew, without the history that made it large",
            renew,
            {200: RenewalAnswer},
            body=NewRenewal,
            refusals=(400, 401, 403, 404, 409, 413, 422, 503),
        ),
    )


async def renew(call: Call) -> web.Response:
    """Renew a menu of a restaurant that the asker manages."""
    wanted: NewRenewal = call.body
    document = await found(call)
    require(call.identity, Act.MANAGE_DOCUMENTS, document.restaurant_id)
    done = await renew_menu(call.house, document.id, call.identity.user_id, force=wanted.force)
    return json_answer(
        RenewalAnswer(
            epoch=done.epoch, bytes_before=done.bytes_before, bytes_after=done.bytes_after
        )
    )
