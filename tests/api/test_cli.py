"""The command line, as real processes: results on standard output, one sentence for mistakes."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from api.cli import FORMATS, build_parser, main
from api.config import Config, settings
from api.exchange import Imported
from api.invitations import base_url
from api.keyring import Keyring
from api.menu_formats import FormatName
from api.tokens import TokenVerifier
from collab.errors import DocumentGone, StoreError
from collab.formats.report import Action, Exported, Known, Remark
from collab.identity import Access, Role

ROOT = Path(__file__).parents[2]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `mirepoix` in a folder of its own, with a database in it."""

    def run_once(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.run(
            [sys.executable, "-m", "api", *arguments],
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": str(ROOT), **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run_once


def config_in(folder: Path) -> Config:
    return Config(database=str(folder / "var" / "mirepoix.db"))


def test_a_token_says_what_was_asked_for(run: Run, tmp_path: Path) -> None:
    done = run(
        *("token", "--sub", "mai", "--name", "Mai", "--restaurant", "asia", "--role", "editor"),
        *("--role", "waiter", "--menu", "lunch", "--menu", "a=b=read", "--ttl", "2h"),
        *("--locale", "de", "--station", "expo", "--table", "7"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    config = config_in(tmp_path)
    now = datetime.now(UTC)
    found = TokenVerifier(config, Keyring.from_config(config)).verify(done.stdout.strip(), now)
    assert (found.user_id, found.name, found.restaurant_id) == ("mai", "Mai", "asia")
    assert found.roles == {Role.EDITOR, Role.WAITER}
    assert found.menus == {"lunch": Access.WRITE, "a=b": Access.READ}
    assert (found.locales, found.stations, found.table) == (("de",), ("expo",), "7")
    assert found.expires_at is not None
    assert abs(found.expires_at - now - timedelta(hours=2)) < timedelta(seconds=30)


def test_two_tokens_use_the_one_secret_that_was_made(run: Run, tmp_path: Path) -> None:
    assert run("token", "--sub", "a", "--restaurant", "r").returncode == 0
    secret = (tmp_path / "var" / "jwt-secret").read_text()
    assert run("token", "--sub", "b", "--restaurant", "r").returncode == 0
    assert (tmp_path / "var" / "jwt-secret").read_text() == secret
    assert (tmp_path / "var" / "jwt-secret").stat().st_mode & 0o777 == 0o600


def test_an_invitation_is_a_link_for_an_owner(run: Run, tmp_path: Path) -> None:
    done = run("invite", "--restaurant", "asia", "--public-url", "https://menu.example/")
    link = urlsplit(done.stdout.strip())
    assert (link.scheme, link.netloc, link.path) == ("https", "menu.example", "/enter")
    (ticket,) = parse_qs(link.query)["ticket"]
    config = config_in(tmp_path)
    verifier = TokenVerifier(config, Keyring.from_config(config))
    found = verifier.verify_invite(ticket, datetime.now(UTC))
    assert (found.restaurant_id, found.roles) == ("asia", {Role.OWNER})


@pytest.mark.parametrize(
    ("config", "url"),
    [
        (Config(), "http://127.0.0.1:8000"),
        (Config(host="::1", port=81), "http://[::1]:81"),
        (Config(host="0.0.0.0"), "http://localhost:8000"),
        (Config(host="0.0.0.0", public_url="https://menu.example/a"), "https://menu.example/a"),
    ],
)
def test_the_address_to_open_can_be_opened(config: Config, url: str) -> None:
    assert base_url(config) == url


@pytest.mark.parametrize(
    ("arguments", "variables", "words"),
    [
        (["serve", "--port", "http"], {}, "--port must be a whole number from 0 to 65535"),
        (["serve", "--dev", "--host", "0.0.0.0"], {}, "use --host 127.0.0.1"),
        (["serve", "--database", "mysql://x"], {}, "--database must be a path"),
        (["serve"], {"MIREPOIX_PROT": "1"}, "did you mean MIREPOIX_PORT?"),
        (["serve"], {"MIREPOIX_JWT_SECRET": "short"}, "at least 32 characters"),
        (["settings"], {"MIREPOIX_DEV": "perhaps"}, "yes or no"),
        (["token", "--sub", "a", "--restaurant", "r", "--ttl", "25h"], {}, "at most 24 hours"),
        (["token", "--sub", "a\nb", "--restaurant", "r"], {}, "wrong form"),
        (["doctor"], {}, "mirepoix.db"),
        (["restore", "nothing.db"], {}, "nothing.db"),
        (["backup", "to.db", "--database", "postgresql+asyncpg://h/d"], {}, "use pg_dump"),
    ],
)
def test_a_mistake_ends_with_one_sentence_and_code_2(
    run: Run, arguments: list[str], variables: dict[str, str], words: str
) -> None:
    done = run(*arguments, **variables)
    assert done.returncode == 2
    assert done.stdout == ""
    assert words in done.stderr
    assert done.stderr.startswith("mirepoix: ")
    assert done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "required"),
        (["fly"], "invalid choice"),
        (["token", "--sub", "a"], "--restaurant"),
        (["token", "--sub", "a", "--restaurant", "../r"], "must be 1 to 64"),
        (["token", "--sub", "a", "--restaurant", "r", "--role", "god"], "must be one of owner"),
        (["token", "--sub", "a", "--restaurant", "r", "--ttl", "soon"], "like 15m, 8h"),
        (["import", "f.json", "--restaurant", "r", "--menu", "a/b"], "must be 1 to 64"),
    ],
)
def test_a_wrong_command_line_says_what_is_missing(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


def test_migrate_backup_doctor_and_restore_work_together(run: Run, tmp_path: Path) -> None:
    done = run("migrate")
    assert (done.returncode, done.stderr) == (0, "")
    assert "revision" in done.stdout
    assert run("migrate").stdout == done.stdout

    assert run("backup", "copy.db").returncode == 0
    assert run("backup", "copy.db").returncode == 2, "a backup is never written over"
    doctor = run("doctor")
    assert (doctor.returncode, doctor.stdout) == (0, "Everything agrees.\n")

    with sqlite3.connect(tmp_path / "var" / "mirepoix.db") as connection:
        connection.execute(
            "INSERT INTO restaurants (id, name, created_at) "
            "VALUES ('r', 'R', '2025-06-01 00:00:00.000000')"
        )
        connection.execute(
            "INSERT INTO menus (id, kind, restaurant_id, title, epoch, created_at) "
            "VALUES ('m', 'menu', 'r', 'M', 1, '2025-06-01 00:00:00.000000')"
        )
    connection.close()
    doctor = run("doctor")
    assert doctor.returncode == 1
    assert "alarm 'm': The document has no head." in doctor.stdout

    done = run("restore", "copy.db")
    assert done.returncode == 0
    assert "What was there: " in done.stdout
    assert run("doctor").stdout == "Everything agrees.\n"


def test_settings_are_printed_as_a_page(run: Run) -> None:
    done = run("settings")
    assert done.returncode == 0
    assert all(f"`{one.variable}`" in done.stdout for one in settings())


def test_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    text = build_parser().format_help()
    for verb in ("serve", "migrate", "import", "export", "token", "invite", "backup", "restore",
                 "doctor", "settings"):  # fmt: skip
        assert verb in text
        with pytest.raises(SystemExit) as caught:
            main([verb, "--help"])
        assert caught.value.code == 0
        assert capsys.readouterr().out


@pytest.fixture
def exchange(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """Another `api.exchange`, so that only the command line is tested here."""
    for name in list(os.environ):
        if name.startswith("MIREPOIX_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MIREPOIX_DATABASE", str(tmp_path / "m.db"))
    module = ModuleType("api.exchange")
    monkeypatch.setitem(sys.modules, "api.exchange", module)
    return module


def test_import_hands_over_what_was_typed(
    exchange: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[tuple[object, ...]] = []

    remark = Remark("line 2", "A remark.", Action.REFUSED, 3)

    async def import_menu(config: Config, *typed: object) -> Imported:
        calls.append((config.commit_interval_ms, *typed))
        return Imported(True, 0, 1, 1, (remark,))

    exchange.import_menu = import_menu
    where = ["--restaurant", "asia", "--menu", "lunch"]
    assert main(["import", "menu.json", *where]) == 0
    assert main(["import", "menu.csv", *where, "--format", "csv", "--currency", "CHF"]) == 0
    assert calls == [
        (10, Path("menu.json"), "asia", "lunch", FormatName.PLAIN, Known()),
        (10, Path("menu.csv"), "asia", "lunch", FormatName.CSV, Known(None, "CHF")),
    ]
    said = capsys.readouterr()
    assert "lunch" in said.out
    assert "refused: line 2: A remark. (3 times)" in said.err


def test_export_prints_the_file_and_says_elsewhere_what_is_missing(
    exchange: Any, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    content = "\ufeffname\r\nPhở\r\n".encode()

    async def export_menu(
        config: Config, menu: str, format: FormatName, *, decimal_comma: bool
    ) -> Exported:
        assert (menu, format, decimal_comma) == ("lunch", FormatName.CSV, True)
        return Exported(content, (Remark("", "No photos.", Action.IGNORED),))

    exchange.export_menu = export_menu
    assert main(["export", "--menu", "lunch", "--format", "csv", "--decimal-comma"]) == 0
    said = capsysbinary.readouterr()
    assert (said.out, said.err) == (content, b"ignored: the file: No photos.\n")


def test_formats_of_the_command_line_are_all_there_are() -> None:
    assert FORMATS == tuple(FormatName)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DocumentGone("There is no menu\nof that id."), 2),
        (StoreError("In use."), 2),
        (FileNotFoundError(2, "No such file", "x.json"), 2),
        (KeyboardInterrupt(), 130),
    ],
)
def test_what_a_verb_raises_becomes_a_sentence(
    exchange: Any, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    async def export_menu(config: Config, menu: str, *more: object, **further: object) -> None:
        raise error

    exchange.export_menu = export_menu
    assert main(["export", "--menu", "lunch"]) == code
    assert capsys.readouterr().err.count("\n") == (1 if code == 2 else 0)
