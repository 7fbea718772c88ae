"""What goes in and out of import and export."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from api.menu_formats import FormatName
from api.rest.models import Answer, Id, Incoming, Title
from api.rest.versions_models import DifferenceAnswer
from collab.formats.report import Action, Remark

Locale = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,7}$")]
Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]
# Queries have no other booleans than these.
Yes = Literal["true", "false"]


class ImportQuery(Incoming, frozen=True):
    """How to import. `restaurant` and `title` are for a menu that is not there yet."""

    restaurant: Id | None = None
    title: Title | None = None
    format: FormatName | None = None  # missing: by the content type, else plain
    locale: Locale | None = None  # of texts whose language the file does not say
    currency: Currency | None = None  # of prices whose currency the file does not say
    dry_run: Yes = "false"  # true: only say what would be done


class ExportQuery(Incoming, frozen=True):
    """How to export."""

    format: FormatName = FormatName.PLAIN
    decimal: Literal["point", "comma"] = "point"  # of numbers in a spreadsheet
    report: Yes = "false"  # true: instead of the file, what it cannot carry


class RemarkAnswer(Answer, frozen=True):
    """Something that was not taken, or not carried, as it stands."""

    where: str  # the first place; "" for the whole
    what: str  # a sentence
    action: Action
    times: int


class ImportAnswer(Answer, frozen=True):
    """What an import did, or with `dry_run` what it would do."""

    menu: str
    created: bool
    changes: int  # small changes to a menu that was there; 0: it was all there already
    sections: int
    items: int
    dry_run: bool
    remarks: list[RemarkAnswer]
    difference: DifferenceAnswer | None  # what would read differently; only with `dry_run`


class ExportReport(Answer, frozen=True):
    """What a file in this format cannot carry."""

    menu: str
    format: FormatName
    remarks: list[RemarkAnswer]


def remark_answers(report: tuple[Remark, ...]) -> list[RemarkAnswer]:
    """A report as it goes out."""
    return [
        RemarkAnswer(where=one.where, what=one.what, action=one.action, times=one.times)
        for one in report
    ]
