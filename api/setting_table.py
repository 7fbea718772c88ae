"""The table of settings: how one is declared, what it is called, how its value is read.

A setting is a field of a frozen dataclass, declared with `setting`. Its variable is MIREPOIX_ plus
its name in capitals; a command line flag wins over it. An unknown MIREPOIX_ variable or a bad
value is a ConfigError: a typing error must not silently become the default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from api.setting_forms import BadSetting

PREFIX = "MIREPOIX_"


class ConfigError(Exception):
    """A setting is wrong; the message is one sentence that says what to do."""


def setting(
    default: Any,
    parse: Callable[[str], Any],
    about: str,
    *,
    flag: str | None = None,
    secret: bool = False,
) -> Any:
    """A field that is a setting.

    parse: raises BadSetting. about: one sentence. flag: the metavar of its command line flag (""
    for a switch), None for none. secret: never shown in `repr`.
    """
    metadata = {"parse": parse, "about": about, "flag": flag, "secret": secret}
    return field(default=default, repr=not secret, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table."""

    name: str
    variable: str
    flag: str | None  # "--port"; None when only the variable exists
    metavar: str | None  # None for a switch
    default: Any
    about: str
    is_secret: bool
    parse: Callable[[str], Any]

    def read(self, raw: str, called: str) -> Any:
        """Parse one value. called: what the person typed. Raises ConfigError."""
        try:
            return self.parse(raw.strip())
        except BadSetting as error:
            shown = "its value" if self.is_secret else repr(raw[:80])
            raise ConfigError(f"{called} must be {error}; {shown} is not.") from None


def rows_of(config: Any) -> Iterator[Setting]:
    """The settings of a dataclass, in its order."""
    for one in fields(config):
        assert one.default is not MISSING, one.name
        metavar: str | None = one.metadata["flag"]
        yield Setting(
            name=one.name,
            variable=PREFIX + one.name.upper(),
            flag=None if metavar is None else "--" + one.name.replace("_", "-"),
            metavar=metavar or None,
            default=one.default,
            about=one.metadata["about"],
            is_secret=one.metadata["secret"],
            parse=one.metadata["parse"],
        )


def read_given(
    rows: Iterable[Setting],
    environ: Mapping[str, str],
    arguments: Mapping[str, str | bool | None],
) -> dict[str, Any]:
    """What was set, by field name.

    arguments: by field name, as typed; None means "not given". They win.
    Raises ConfigError for an unknown MIREPOIX_ name or a bad value.
    """
    by_variable = {row.variable: row for row in rows}
    _refuse_unknown(environ, by_variable)
    given: dict[str, Any] = {}
    for row in by_variable.values():
        argument = arguments.get(row.name)
        if argument is not None:
            given[row.name] = row.read(str(argument), row.flag or row.name)
        elif row.variable in environ:
            given[row.name] = row.read(environ[row.variable], row.variable)
    return given


def markdown_of(rows: Iterable[Setting]) -> str:
    """The table for docs/settings.md."""
    lines = ["| Variable | Flag | Default | Meaning |", "|---|---|---|---|"]
    for one in rows:
        flag = "" if one.flag is None else f"`{one.flag}`"
        default = "" if one.default in (None, ()) else f"`{one.default}`"
        lines.append(f"| `{one.variable}` | {flag} | {default} | {one.about} |")
    return "\n".join(lines) + "\n"


def _refuse_unknown(environ: Mapping[str, str], known: Mapping[str, Setting]) -> None:
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            # Without the prefix: all names share it, so anything would look near.
            names = [one.removeprefix(PREFIX) for one in known]
            near = get_close_matches(name.removeprefix(PREFIX), names, n=1)
            hint = f"did you mean {PREFIX}{near[0]}?" if near else "`mirepoix settings` lists them."
            raise ConfigError(f"{name} is not a setting; {hint}")
