"""What goes in and out about forgetting people."""

from __future__ import annotations

from api.rest.models import Answer, Id, Incoming
from api.rest.staff_models import UserId


class NewErasure(Incoming, frozen=True):
    """Whom to forget: a guest or somebody of the staff."""

    user_id: UserId
    restaurant: Id | None = None  # the asker's when missing


class ErasureAnswer(Answer, frozen=True):
    """What was changed."""

    restaurant: str
    pseudonym: str  # stands everywhere instead of the user id; nothing says whose it is
    changed: dict[str, int]  # table -> rows
    stays: list[str]  # what is not taken out, as sentences
