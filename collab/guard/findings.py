"""What a review of an update finds: what changed, what is refused, what goes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from collab.guard.repairs import Repair

MayWrite = Callable[[str, str, str], tuple[str, str] | None]  # (root, part id, field) -> why not


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that changed and stays so."""

    root: str
    part_id: str  # "" for meta
    field: str  # as in `FieldChange`; "": the part is new
    before: object
    after: object
    # True: it reads as before. A candidate that is not read changed, or only who wrote it when;
    # conflicts tell of both, the history does not.
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """One field that is set back."""

    root: str
    part_id: str
    field: str
    code: str  # a slug
    reason: str  # a sentence for its author
    kept: object  # what stands there instead


@dataclass(frozen=True, slots=True)
class Review:
    """What an update did."""

    changed: tuple[Changed, ...]
    refused: tuple[Refused, ...]
    repairs: tuple[Repair, ...]
