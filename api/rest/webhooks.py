"""Webhooks of a restaurant, for its managers: make, list, try out, and see what did not arrive."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from aiohttp import web

from api.public_addresses import url_problem
from api.rest.operation import Call, Operation, json_answer
from api.rest.restaurants import require, restaurant_for
from api.rest.webhooks_models import (
    DeadAnswer,
    DeadList,
    DeadQuery,
    DeliveryAnswer,
    FailingAnswer,
    MadeWebhook,
    NewWebhook,
    WebhookAnswer,
    WebhookList,
    WebhookQuery,
)
from api.webhooks import Delivered, Letter, Outcome, Undelivered, trial_letter
from collab.errors import DocumentGone, ProtocolViolation, StructureRefused
from collab.identity import Act
from collab.records import stream_of
from storage.webhooks import Failing, Webhook

WEBHOOKS_LIMIT = 50  # of one restaurant
SECRET_BYTES = 32

_REFUSALS = (401, 403, 404)


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "POST",
            "/webhooks",
            "createWebhook",
            "Have events posted to an address; the secret is shown this once",
            create,
            {201: MadeWebhook},
            body=NewWebhook,
            refusals=(400, 401, 403, 404, 422, 503),
        ),
        Operation(
            "GET",
            "/webhooks",
            "listWebhooks",
            "List the webhooks of a restaurant",
            list_all,
            {200: WebhookList},
            query=WebhookQuery,
            refusals=(401, 403, 422),
        ),
        Operation(
            "GET",
            "/webhooks/{id}",
            "getWebhook",
            "Look at a webhook, and at what it does not take",
            show,
            {200: WebhookAnswer},
            refusals=_REFUSALS,
        ),
        Operation(
            "DELETE",
            "/webhooks/{id}",
            "deleteWebhook",
            "Post nothing more there",
            delete,
            {204: None},
            refusals=_REFUSALS,
        ),
        Operation(
            "POST",
            "/webhooks/{id}/test",
            "testWebhook",
            "Post an event of type webhook.test at once",
            test,
            {200: DeliveryAnswer},
            refusals=_REFUSALS,
        ),
        Operation(
            "GET",
            "/webhooks/{id}/dead",
            "listDeadLetters",
            "List events that could not be delivered",
            list_dead,
            {200: DeadList},
            query=DeadQuery,
            refusals=(400, *_REFUSALS, 422),
        ),
        Operation(
            "POST",
            "/webhooks/{id}/dead/{menu}/{offset}/retry",
            "retryDeadLetter",
            "Post a dead letter again, at once; it is off the list when it arrives",
            retry,
            {200: DeliveryAnswer},
            refusals=(400, *_REFUSALS),
        ),
    )


async def create(call: Call) -> web.Response:
    """Make a webhook that is told of everything from now on."""
    wanted: NewWebhook = call.body
    house = call.house
    restaurant = restaurant_for(call.identity, wanted.restaurant)
    require(call.identity, Act.MANAGE_DOCUMENTS, restaurant)
    if await house.documents.find_restaurant(restaurant) is None:
        raise DocumentGone("There is no such restaurant.", reason="restaurant_not_found")
    allows_private = house.config.webhook_private_networks or house.config.dev
    problem = url_problem(wanted.url, allows_private=allows_private)
    if problem is not None:
        raise StructureRefused(f"`url` must be {problem}.", reason="bad_webhook_url")
    if len(await house.webhooks.of_restaurant(restaurant)) >= WEBHOOKS_LIMIT:
        raise StructureRefused(
            f"A restaurant has at most {WEBHOOKS_LIMIT} webhooks.", reason="too_many_webhooks"
        )
    webhook = Webhook(
        id=str(uuid4()),
        restaurant_id=restaurant,
        url=wanted.url,
        secret=wanted.secret or f"whsec_{secrets.token_urlsafe(SECRET_BYTES)}",
        types=tuple(dict.fromkeys(wanted.types)),
        created_at=house.clock.utc(),
        created_by=call.identity.user_id,
    )
    await house.webhooks.create(webhook)
    return json_answer(MadeWebhook(**_fields(webhook, ()), secret=webhook.secret), 201)


async def list_all(call: Call) -> web.Response:
    """The webhooks of one restaurant, without their secrets."""
    query: WebhookQuery = call.query
    restaurant = restaurant_for(call.identity, query.restaurant)
    require(call.identity, Act.MANAGE_DOCUMENTS, restaurant)
    found = await call.house.webhooks.of_restaurant(restaurant)
    failing = await call.house.webhooks.failing([one.id for one in found])
    return json_answer(WebhookList(webhooks=[_answer(one, failing) for one in found]))


async def show(call: Call) -> web.Response:
    """One webhook, and which menus it does not take events of at the moment."""
    webhook = await _webhook(call)
    return json_answer(_answer(webhook, await call.house.webhooks.failing([webhook.id])))


async def delete(call: Call) -> web.Response:
    """Remove it with all that waits for it."""
    webhook = await _webhook(call)
    await call.house.webhooks.delete(webhook.id)
    return web.Response(status=204)


async def test(call: Call) -> web.Response:
    """Post a test event; it is in no stream and has the offset 0."""
    webhook = await _webhook(call)
    letter = trial_letter(call.house.clock.utc(), call.identity.user_id)
    return json_answer(_delivery(await call.house.deliverer.send(webhook, letter)))


async def list_dead(call: Call) -> web.Response:
    """One page of dead letters."""
    query: DeadQuery = call.query
    webhook = await _webhook(call)
    after = None
    if query.after is not None:
        menu, _, offset = query.after.rpartition("~")
        after = stream_of(menu), _offset(offset)
    found = await call.house.dead_letters.of_webhook(webhook.id, after, query.limit)
    answers = [
        DeadAnswer(menu=_menu_of(one.stream_id), offset=one.offset, reason=one.reason, at=one.at)
        for one in found
    ]
    is_full = len(found) == query.limit
    end = f"{answers[-1].menu}~{answers[-1].offset}" if is_full else None
    return json_answer(DeadList(dead=answers, next=end))


async def retry(call: Call) -> web.Response:
    """Post one dead letter again, out of order."""
    webhook = await _webhook(call)
    menu = call.request.match_info["menu"]
    offset = _offset(call.request.match_info["offset"])
    letter = await call.house.dead_letters.find(webhook.id, stream_of(menu), offset)
    if letter is None:
        raise DocumentGone("There is no such dead letter.", reason="dead_letter_not_found")
    page = await call.house.streams.read(letter.stream_id, offset - 1, 1)
    if not page.events or page.events[0].offset != offset:
        raise DocumentGone("The event is no longer kept.", reason="event_not_kept")
    outcome = await call.house.deliverer.send(webhook, Letter(menu, page.epoch, page.events[0]))
    if isinstance(outcome, Delivered):
        await call.house.dead_letters.revived(letter)
    return json_answer(_delivery(outcome))


async def _webhook(call: Call) -> Webhook:
    webhook = await call.house.webhooks.find(call.id)
    if webhook is None:
        raise DocumentGone("There is no such webhook.", reason="webhook_not_found")
    require(call.identity, Act.MANAGE_DOCUMENTS, webhook.restaurant_id)
    return webhook


def _offset(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise ProtocolViolation("The offset must be a whole number.", reason="bad_cursor")
    return int(text)


def _menu_of(stream_id: str) -> str:
    return stream_id.removeprefix("menu:").removesuffix(":events")


def _answer(webhook: Webhook, failing: Iterable[Failing]) -> WebhookAnswer:
    return WebhookAnswer(**_fields(webhook, failing))


def _fields(webhook: Webhook, failing: Iterable[Failing]) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "restaurant": webhook.restaurant_id,
        "url": webhook.url,
        "types": list(webhook.types),
        "created_at": webhook.created_at,
        "created_by": webhook.created_by,
        "disabled_at": webhook.disabled_at,
        "failing": [
            FailingAnswer(
                menu=_menu_of(one.stream_id),
                attempts=one.attempts,
                since=one.since,
                reason=one.reason,
                next_at=one.next_at,
            )
            for one in failing
            if one.webhook_id == webhook.id
        ],
    }


def _delivery(outcome: Outcome) -> DeliveryAnswer:
    match outcome:
        case Delivered(status):
            return DeliveryAnswer(delivered=True, status=status, reason=None)
        case Undelivered(reason, status):
            return DeliveryAnswer(delivered=False, status=status, reason=reason)
