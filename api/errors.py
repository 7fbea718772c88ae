"""One table from a broken rule to an HTTP answer, and the middleware that gives it.

Every refusal over HTTP is problem JSON (RFC 9457) with a `code`: the slug that metrics, close
reasons and logs use too. What is not in the table is our own mistake: status 500, a body that
says nothing, one log line with the traceback.
Close codes for live sockets belong to the errors themselves (collab/errors.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus

import msgspec
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from collab.errors import (
    DocumentExists,
    DocumentGone,
    DocumentInUse,
    EngineFailed,
    EpochChanged,
    LockRefused,
    MirepoixError,
    NotRenewable,
    Overloaded,
    PreconditionFailed,
    ProtocolViolation,
    RightWithdrawn,
    Settled,
    StoreError,
    StructureRefused,
    TokenEnded,
    TooLarge,
    TooManyAttempts,
    TooManySockets,
    UnfitPhoto,
)

log = logging.getLogger(__name__)

CLOSE_REASON_BYTES = 123  # RFC 6455 5.5: 125 for a control frame, 2 of them are the code
RETRY_AFTER_SECONDS = 2

STATUSES: Mapping[type[MirepoixError], HTTPStatus] = {
    ProtocolViolation: HTTPStatus.BAD_REQUEST,
    TokenEnded: HTTPStatus.UNAUTHORIZED,
    RightWithdrawn: HTTPStatus.FORBIDDEN,
    DocumentGone: HTTPStatus.NOT_FOUND,
    EpochChanged: HTTPStatus.CONFLICT,
    DocumentInUse: HTTPStatus.CONFLICT,
    NotRenewable: HTTPStatus.CONFLICT,
    DocumentExists: HTTPStatus.CONFLICT,
    LockRefused: HTTPStatus.CONFLICT,
    Settled: HTTPStatus.CONFLICT,
    PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    StructureRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnfitPhoto: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManySockets: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    Overloaded: HTTPStatus.SERVICE_UNAVAILABLE,
    EngineFailed: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    MirepoixError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

# Sentences that may name files or statements stay in the log; outside these are said instead.
_SAID_OUTSIDE: Mapping[HTTPStatus, str] = {
    HTTPStatus.SERVICE_UNAVAILABLE: "The server cannot do this right now; try again shortly.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on the server.",
}


# These are over in a moment, and the answer says when to come back.
_PASSING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def status_of(error: MirepoixError) -> HTTPStatus:
    """The HTTP status of a broken rule: that of its nearest class in the table."""
    return next(STATUSES[one] for one in type(error).__mro__ if one in STATUSES)


def said_outside(error: MirepoixError) -> str:
    """The sentence for people: the error's own, unless that may name what is inside."""
    return _SAID_OUTSIDE.get(status_of(error), str(error))


def close_reason(error: MirepoixError) -> str:
    """What a closing socket is told: the slug and the sentence, at most 123 bytes of UTF-8."""
    told = f"{error.reason}: {said_outside(error)}".encode()
    return told[:CLOSE_REASON_BYTES].decode(errors="ignore")


def problem(
    status: int,
    code: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, object] | None = None,
) -> web.Response:
    """One refusal as problem JSON.

    code: slug. detail: a sentence for people, without content or tokens. more: further members.
    """
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        **(more or {}),
    }
    fixed = {"X-Content-Type-Options": "nosniff", hdrs.CACHE_CONTROL: "no-store"}
    if status == HTTPStatus.UNAUTHORIZED:
        fixed[hdrs.WWW_AUTHENTICATE] = "Bearer"
    if status in _PASSING:
        fixed[hdrs.RETRY_AFTER] = str(RETRY_AFTER_SECONDS)
    return web.Response(
        body=msgspec.json.encode(body),
        status=status,
        content_type="application/problem+json",
        headers={**fixed, **(headers or {})},
    )


def problem_middleware(refused: Callable[[str], None]) -> Middleware:
    """The middleware that turns every error of a request into problem JSON.

    refused: told the code of each refusal, for the metric.
    """

    @web.middleware
    async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Exception as error:  # one of the three places where everything is caught
            if isinstance(error, web.HTTPException) and error.status < 400:
                raise
            answer, code = _answer(request, error)
            refused(code)
            if request.writer.output_size == 0:
                return answer
            # The answer has begun (a socket or a stream), so another one would be garbage in
            # the middle of it. Its door should have dealt with the error; end the connection.
            if request.transport is not None:
                request.transport.abort()
            return answer

    return answer_problems


def _answer(request: web.Request, error: Exception) -> tuple[web.Response, str]:
    match error:
        case MirepoixError():
            return _answer_rule(request, error)
        case web.HTTPException():
            phrase = HTTPStatus(error.status).phrase
            code = phrase.lower().replace(" ", "_").replace("-", "_")
            kept = (
                {str(hdrs.ALLOW): error.headers[hdrs.ALLOW]} if hdrs.ALLOW in error.headers else {}
            )
            return problem(error.status, code, f"{phrase}.", kept), code
        case msgspec.ValidationError():
            # Says where and what form, such as "Expected `str`, got `int` - at `$.title`".
            return problem(422, "invalid_fields", f"{error}."), "invalid_fields"
        case msgspec.DecodeError():
            return problem(400, "invalid_json", "The body does not parse."), "invalid_json"
        case _:
            _log_failure(request, error, 500)
            return problem(500, "internal_error", _SAID_OUTSIDE[HTTPStatus(500)]), "internal_error"


def _answer_rule(request: web.Request, error: MirepoixError) -> tuple[web.Response, str]:
    status = status_of(error)
    if status >= 500 and not isinstance(error, Overloaded):  # no fault, and there may be thousands
        _log_failure(request, error, status)
    detail = _SAID_OUTSIDE.get(status, str(error))
    tag = error.tag if isinstance(error, PreconditionFailed) else None
    headers = {str(hdrs.ETAG): f'W/"{tag}"'} if tag is not None else {}
    return problem(status, error.reason, detail, headers), error.reason


def _log_failure(request: web.Request, error: Exception, status: int) -> None:
    resource = request.match_info.route.resource
    log.error(
        "request failed",
        exc_info=error,
        extra={
            "action": "request_failed",
            "method": request.method,
            # The pattern, not the path: a path may hold anything that a client typed.
            "route": "" if resource is None else resource.canonical,
            "status": int(status),
        },
    )
