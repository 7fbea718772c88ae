"""The command line: `mirepoix VERB ...`.

Every verb reads the same settings (flags over MIREPOIX_ variables). What a person can put right
ends with one sentence on standard error and exit code 2, never with a traceback. Results go to
standard output, so that they can be piped. What a verb needs is imported when it runs: `token`
must not wait for a database driver.
"""

from __future__ import annotations

import asyncio
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from os import environ
from pathlib import Path

import msgspec

from api.config import Config, settings, settings_markdown
from api.setting_table import ConfigError
from api.supervisor import EXIT_SETTINGS
from collab.errors import MirepoixError
from collab.formats.report import Remark
from collab.identity import Access, Identity, Role

EXIT_INTERRUPTED = 130
EXIT_FINDINGS = 1  # the doctor found acknowledged edits missing

FORMATS = ("plain", "schema.org", "square", "csv")  # as api.menu_formats names them

_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")
_DURATION = re.compile(r"(\d{1,7})([smhd]?)")
_UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code.

    arguments: without the name of the program; the process's own when None.
    """
    typed = list(sys.argv[1:] if arguments is None else arguments)
    chosen = build_parser().parse_args(typed)
    try:
        names = {field.name for field in fields(Config)}
        flags = {name: value for name, value in vars(chosen).items() if name in names}
        config = Config.from_environ(environ, flags)
        run: Callable[[Config, Namespace, list[str]], int] = chosen.run
        return run(config, chosen, typed)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except (ConfigError, MirepoixError, msgspec.MsgspecError, OSError) as error:
        return refuse(error)


def refuse(error: Exception) -> int:
    """Say what is wrong in one line on standard error; the exit code."""
    print("mirepoix: " + " ".join(str(error).split()), file=sys.stderr)
    return EXIT_SETTINGS


def build_parser() -> ArgumentParser:
    """The whole command line."""
    parser = ArgumentParser(prog="mirepoix", description="Collaborative editing of menus.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    serve = verbs.add_parser("serve", help="run the server")
    _add_settings(serve, {one.name for one in settings()})
    serve.add_argument("--ping-descriptor", type=int, help="internal: this is the serving child")
    serve.set_defaults(run=_serve)

    migrate = verbs.add_parser("migrate", help="bring the database to this version")
    migrate.set_defaults(run=_migrate)

    import_ = verbs.add_parser("import", help="read a menu from a file")
    _add_import(import_)
    import_.set_defaults(run=_import)

    export = verbs.add_parser("export", help="write a menu to standard output")
    export.add_argument("--menu", required=True, type=_id)
    export.add_argument("--format", choices=FORMATS, default="plain")
    export.add_argument(
        "--decimal-comma", action="store_true", help="in CSV: 4,50 and cells parted by semicolons"
    )
    export.set_defaults(run=_export)

    renew = verbs.add_parser("renew", help="write a menu anew, without its long history")
    renew.add_argument("menu", type=_id)
    renew.set_defaults(run=_renew)

    token = verbs.add_parser("token", help="print a token")
    _add_claims(token)
    token.set_defaults(run=_token)

    invite = verbs.add_parser("invite", help="print a one-time link for an owner")
    invite.add_argument("--restaurant", required=True, type=_id)
    invite.add_argument("--name", default="Owner")
    _add_settings(invite, {"host", "port", "public_url", "lan_tls", "lan_name"})
    invite.set_defaults(run=_invite)

    backup = verbs.add_parser("backup", help="copy the database, also while it is in use")
    backup.add_argument("file", type=Path)
    backup.set_defaults(run=_backup)

    restore = verbs.add_parser("restore", help="put a backup in the place of the database")
    restore.add_argument("file", type=Path)
    restore.set_defaults(run=_restore)

    doctor = verbs.add_parser("doctor", help="check that log, snapshots and heads agree")
    doctor.set_defaults(run=_doctor)

    listing = verbs.add_parser("settings", help="print the table of settings as Markdown")
    listing.set_defaults(run=_settings)

    for verb in (migrate, import_, export, renew, token, invite, backup, restore, doctor):
        _add_settings(verb, {"database"})
    return parser


def _add_settings(parser: ArgumentParser, names: set[str]) -> None:
    for one in settings():
        if one.name not in names or one.flag is None:
            continue
        if one.metavar is None:
            parser.add_argument(
                one.flag, dest=one.name, action="store_const", const="yes", help=one.about
            )
        else:
            parser.add_argument(one.flag, dest=one.name, metavar=one.metavar, help=one.about)


def _add_import(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--restaurant", required=True, type=_id)
    parser.add_argument("--menu", required=True, type=_id)
    parser.add_argument("--format", choices=FORMATS, default="plain")
    parser.add_argument("--locale", help="of texts whose language the file does not say")
    parser.add_argument("--currency", help="of prices whose currency the file does not say")


def _add_claims(parser: ArgumentParser) -> None:
    parser.add_argument("--sub", required=True, help="who it is: a stable id of the person")
    parser.add_argument("--restaurant", required=True, type=_id)
    parser.add_argument("--name", help="what others see")
    parser.add_argument("--role", dest="roles", action="append", default=[], type=_role)
    parser.add_argument(
        "--menu", dest="menus", action="append", default=[], type=_menu, metavar="ID[=read|write]"
    )
    parser.add_argument("--locale", dest="locales", action="append", default=[])
    parser.add_argument("--station", dest="stations", action="append", default=[])
    parser.add_argument("--table")
    parser.add_argument("--order")
    parser.add_argument("--ttl", default=3600.0, type=_duration, help="life, such as 900, 15m, 8h")


def _serve(config: Config, chosen: Namespace, typed: list[str]) -> int:
    from api import serving
    from api.logs import configure_logs

    configure_logs(config.log_level)
    if config.database_path is not None:
        config.database_path.parent.mkdir(parents=True, exist_ok=True)
    if chosen.ping_descriptor is not None:
        return serving.serve_as_child(config, chosen.ping_descriptor)
    return serving.serve_with_parent(config, typed)


def _migrate(config: Config, _chosen: Namespace, _typed: list[str]) -> int:
    from storage.database import open_database

    async def migrate() -> str:
        database = await open_database(config.database)
        try:
            return await database.migrate()
        finally:
            await database.close()

    if config.database_path is not None:
        config.database_path.parent.mkdir(parents=True, exist_ok=True)
    print(f"The database is at revision {asyncio.run(migrate())}.")
    return 0


def _import(config: Config, chosen: Namespace, _typed: list[str]) -> int:
    from api.exchange import import_menu
    from api.menu_formats import FormatName
    from collab.formats.report import Known

    format, known = FormatName(chosen.format), Known(chosen.locale, chosen.currency)
    done = asyncio.run(
        import_menu(config, chosen.file, chosen.restaurant, chosen.menu, format, known)
    )
    print(f"Menu {chosen.menu} is in restaurant {chosen.restaurant}.")
    _print_report(done.report)
    return 0


def _export(config: Config, chosen: Namespace, _typed: list[str]) -> int:
    from api.exchange import export_menu
    from api.menu_formats import FormatName

    format, comma = FormatName(chosen.format), chosen.decimal_comma
    file = asyncio.run(export_menu(config, chosen.menu, format, decimal_comma=comma))
    sys.stdout.buffer.write(file.content)  # bytes: a CSV has a byte order mark and line ends
    sys.stdout.buffer.flush()
    _print_report(file.report)
    return 0


def _renew(config: Config, chosen: Namespace, _typed: list[str]) -> int:
    from api.renewal import renew_offline

    done = asyncio.run(renew_offline(config, chosen.menu))
    print(
        f"Menu {chosen.menu} took {done.bytes_before} bytes and takes {done.bytes_after} now. "
        "Whoever had it open before has to load it afresh."
    )
    return 0


def _print_report(report: Sequence[Remark]) -> None:
    """On standard error: a file may be on standard output."""
    for remark in report:
        times = "" if remark.times == 1 else f" ({remark.times} times)"
        print(
            f"{remark.action}: {remark.where or 'the file'}: {remark.what}{times}", file=sys.stderr
        )


def _token(config: Config, chosen: Namespace, _typed: list[str]) -> int:
    from api.keyring import Keyring
    from api.tokens import TokenIssuer, TokenVerifier

    identity = Identity(
        user_id=chosen.sub,
        name=chosen.name,
        restaurant_id=chosen.restaurant,
        roles=frozenset(chosen.roles),
        menus=dict(chosen.menus),
        locales=tuple(chosen.locales),
        stations=tuple(chosen.stations),
        table=chosen.table,
        order=chosen.order,
    )
    keyring, now = Keyring.from_config(config), datetime.now(UTC)
    try:
        token = TokenIssuer(config, keyring).mint(identity, chosen.ttl, now)
    except (ValueError, MirepoixError) as error:
        return refuse(error)
    TokenVerifier(config, keyring).verify(token, now)  # never hand out what would be refused
    print(token)
    return 0


def _invite(config: Config, chosen: Namespace, _typed: list[str]) -> int:
    from api.invitations import invite_link
    from api.keyring import Keyring
    from api.tokens import TokenIssuer

    issuer = TokenIssuer(config, Keyring.from_config(config))
    print(invite_link(config, issuer, chosen.restaurant, datetime.now(UTC), chosen.name))
    return 0


def _backup(config: Config, chosen: Namespace, _typed: list[str]) -> int:
    from storage.backup import backup

    asyncio.run(backup(config.database, chosen.file))
    print(f"The backup is in {chosen.file}.")
    return 0


def _restore(config: Config, chosen: Namespace, _typed: list[str]) -> int:
    from storage.backup import restore

    aside = asyncio.run(restore(chosen.file, config.database))
    print("The backup is in place." + ("" if aside is None else f" What was there: {aside}."))
    return 0


def _doctor(config: Config, _chosen: Namespace, _typed: list[str]) -> int:
    from storage.database import open_database
    from storage.doctor import Finding, examine

    async def look() -> list[Finding]:
        database = await open_database(config.database, lock=False)
        try:
            return await examine(database)
        finally:
            await database.close()

    findings = asyncio.run(look())
    for finding in findings:
        about = "" if finding.document_id is None else f" {finding.document_id!r}"
        print(f"{finding.severity}{about}: {finding.sentence}")
    if not findings:
        print("Everything agrees.")
    return EXIT_FINDINGS if any(one.severity == "alarm" for one in findings) else 0


def _settings(_config: Config, _chosen: Namespace, _typed: list[str]) -> int:
    print(settings_markdown(), end="")
    return 0


def _id(text: str) -> str:
    if _ID.fullmatch(text) is None:
        raise ArgumentTypeError("must be 1 to 64 of the characters A-Z a-z 0-9 . _ ~ -")
    return text


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise ArgumentTypeError(f"must be one of {', '.join(Role)}") from None


def _menu(text: str) -> tuple[str, Access]:
    """ID, ID=read or ID=write; the id of a free document may itself hold an equals sign."""
    name, separator, access = text.rpartition("=")
    if separator and access in list(Access):
        return name, Access(access)
    return text, Access.WRITE


def _duration(text: str) -> float:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ArgumentTypeError("must be seconds, or like 15m, 8h")
    return float(int(match[1]) * _UNIT_SECONDS[match[2]])
