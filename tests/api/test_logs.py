"""Logs: one JSON object a line, no secrets, no tricks, no floods."""

import io
import json
import logging
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from yarl import URL

from api.logs import (
    SAMPLE_COUNT,
    SAMPLE_KEYS,
    SAMPLE_SECONDS,
    Sampling,
    access_log_class,
    configure_logs,
    redact,
    redact_url,
)
from collab.errors import StoreError

CANARY = "c4n4ry-s3cr3t"
TOKEN = jwt.encode({"sub": "mai"}, "k" * 40, "HS256", {"kid": "hs-1"})


class Log:
    """The configured root logger and what it wrote."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        configure_logs("debug", self.stream)
        self.logger = logging.getLogger("mirepoix.test")

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def only(self) -> dict[str, Any]:
        (line,) = self.lines()
        return line


@pytest.fixture
def log() -> Iterator[Log]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield Log()
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(False)


def test_a_record_is_one_line_with_its_action_and_its_fields(log: Log) -> None:
    log.logger.info("room %s", "opened", extra={"action": "room_opened", "rows": 3, "at": None})
    line = log.only()
    assert line.pop("ts").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "mirepoix.test",
        "action": "room_opened",
        "msg": "room opened",
        "rows": 3,
        "at": None,
    }


SECRETS = [
    f"Bearer {CANARY}",
    f"Authorization: Bearer {CANARY}",
    f"authorization: Basic {CANARY}",
    f"{{'Authorization': 'Digest {CANARY}, nonce={CANARY}'}}",
    f"Cookie: mirepoix_session={CANARY}; other={CANARY}",
    f"Set-Cookie: mirepoix_session={CANARY}; HttpOnly",
    f"GET /ws/y/m?token={CANARY}&x=1",
    f"GET /ws/y/m?x=1&TICKET={CANARY}",
    f"password={CANARY}",
    f"mirepoix.v1, mirepoix.token.{CANARY}",
    f"postgresql+asyncpg://me:{CANARY}@db/menus",
    f"redis://:{CANARY}@cache",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_never_reaches_the_log_however_it_comes(log: Log, text: str) -> None:
    log.logger.info(text)
    log.logger.info("%s", text)
    log.logger.info("m", extra={"action": text, "detail": text, "inner": {"deep": [text]}})
    try:
        raise RuntimeError(text) from ValueError(text)
    except RuntimeError:
        log.logger.exception("failed")
    assert len(log.lines()) == 4
    assert CANARY not in log.stream.getvalue()


@pytest.mark.parametrize("token", [TOKEN, TOKEN.rpartition(".")[0], TOKEN[:30]])
def test_what_looks_like_a_token_is_redacted_wherever_it_stands(token: str) -> None:
    assert token not in redact(f"odd[{token}]place")
    assert redact(f"odd[{token}]place") == "odd[[redacted]]place"


@pytest.mark.parametrize("name", ["token", "Authorization", "cookie", "Set-Cookie", "password"])
def test_a_field_with_a_secret_name_is_redacted_whole(log: Log, name: str) -> None:
    log.logger.info("m", extra={name: CANARY, "headers": {name: CANARY}})
    assert CANARY not in log.stream.getvalue()
    assert log.only()[name] == "[redacted]"


def test_ordinary_words_are_left_alone() -> None:
    for text in ("token expired", "the ticket is used", "Pho & token soup", "menu:asia", "a=b"):
        assert redact(text) == text


def test_nothing_can_start_a_line_or_move_the_cursor(log: Log) -> None:
    evil = 'a\n{"level":"info"}\r\x1b[2J\u2028\u202e\x00\x9b'
    log.logger.warning("room %s", evil, extra={"action": evil, evil: evil, "room": evil})
    text = log.stream.getvalue()
    assert text.count("\n") == 1
    assert all(32 <= ord(character) < 127 for character in text[:-1])
    assert log.only()["room"] == evil


def test_odd_values_do_not_break_a_line(log: Log) -> None:
    log.logger.info(
        "m",
        extra={"n": float("nan"), "i": float("inf"), "b": b"\xff", "s": {1, 2}, "o": object()},
    )
    line = log.only()
    assert (line["n"], line["i"], line["s"]) == ("nan", "inf", [1, 2])


def test_a_long_text_is_cut(log: Log) -> None:
    log.logger.info("x" * 1_000_000, extra={"detail": "y" * 1_000_000})
    assert len(log.stream.getvalue()) < 5000


def test_a_broken_rule_is_one_sentence_and_a_surprise_has_its_places(log: Log) -> None:
    for error in (StoreError("The disk is full."), KeyError("x")):
        try:
            raise error
        except (StoreError, KeyError):
            log.logger.exception("failed")
    known, surprise = log.lines()
    assert known["error"] == "StoreError: The disk is full."
    assert "traceback" not in known
    assert surprise["error"] == "KeyError: 'x'"
    assert "test_logs.py" in surprise["traceback"][-1]


def test_the_errors_of_a_group_are_named(log: Log) -> None:
    try:
        raise ExceptionGroup("several", [ValueError("one"), KeyError("two")])
    except ExceptionGroup:
        log.logger.exception("failed")
    assert {"ValueError: one", "KeyError: 'two'"} <= set(log.only()["traceback"])


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(action: str = "bad_frame", level: int = logging.WARNING) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "mirepoix", "levelno": level, "action": action})


def test_equal_lines_are_sampled_and_counted() -> None:
    clock = Clock()
    sampling = Sampling(clock)
    assert sum(sampling.filter(record()) for _ in range(1000)) == SAMPLE_COUNT
    assert sampling.filter(record("other"))
    assert sampling.filter(record(level=logging.ERROR))
    clock.now += SAMPLE_SECONDS
    first, second = record(), record()
    assert sampling.filter(first) and sampling.filter(second)
    assert first.__dict__["left_out"] == 1000 - SAMPLE_COUNT
    assert "left_out" not in second.__dict__


def test_a_log_of_requests_has_no_holes() -> None:
    sampling = Sampling(Clock())
    assert all(sampling.filter(record("request", logging.INFO)) for _ in range(1000))


def test_sampling_remembers_a_bounded_number_of_lines() -> None:
    sampling = Sampling(Clock())
    for number in range(10 * SAMPLE_KEYS):
        sampling.filter(record(f"action_{number}"))
    assert len(sampling._seen) <= SAMPLE_KEYS


def test_a_hundred_thousand_bad_frames_stay_under_a_megabyte(log: Log) -> None:
    for number in range(100_000):
        log.logger.warning("refused %d %s", number, "x" * 500, extra={"action": "refused"})
    assert len(log.stream.getvalue()) < 1_000_000


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("/menus/m", "/menus/m"),
        ("/menus/m?lang=de", "/menus/m?lang=de"),
        (f"/ws/y/m?token={CANARY}&lang=de", "/ws/y/m?token=[redacted]&lang=de"),
        (f"/enter?Ticket={CANARY}", "/enter?Ticket=[redacted]"),
        (f"/ws/y/m?%74oken={CANARY}", "/ws/y/m?token=[redacted]"),
        (f"/ws/y/m?token={CANARY}&token={CANARY}", "/ws/y/m?token=[redacted]&token=[redacted]"),
    ],
)
def test_a_path_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert redact_url(URL(url)) == shown


def test_requests_are_logged_in_the_same_shape(log: Log) -> None:
    kind = access_log_class([ip_network("10.0.0.0/8")])
    headers = {"X-Forwarded-For": "203.0.113.9", "Authorization": f"Bearer {CANARY}"}
    request = make_mocked_request("GET", f"/ws/y/m?token={CANARY}&x=%0a{TOKEN}", headers)
    kind(log.logger, "").log(request.clone(remote="10.0.0.1"), web.Response(status=401), 0.0123)
    line = log.only()
    assert CANARY not in log.stream.getvalue() and TOKEN not in log.stream.getvalue()
    assert line["path"] == "/ws/y/m?token=[redacted]&x=\n[redacted]"
    assert (line["action"], line["method"], line["status"], line["ms"], line["address"]) == (
        "request",
        "GET",
        401,
        12.3,
        "203.0.113.9",
    )


def test_the_default_stream_is_standard_error(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("warning")
    logging.getLogger("mirepoix.test").info("quiet")
    logging.getLogger("mirepoix.test").warning("loud")
    caught = capsys.readouterr()
    assert caught.out == ""
    assert json.loads(caught.err)["msg"] == "loud"


def test_code_of_a_table_is_not_logged() -> None:
    assert CANARY not in redact_url(URL(f"/t/{CANARY}"))
    assert redact_url(URL(f"/t/{CANARY}?lang=de")).startswith("/t/")
    assert redact_url(URL("/tables/t/x")) == "/tables/t/x"
