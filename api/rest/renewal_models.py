"""What goes in and out when a menu is renewed."""

from __future__ import annotations

from api.rest.models import Answer, Incoming


class NewRenewal(Incoming, frozen=True):
    """Whether to renew a menu that somebody has open.

    With `force` everybody is sent away with 4409 and has to load the menu afresh; edits that were
    not acknowledged yet are lost. Without it the answer is 409 while somebody has it open.
    """

    force: bool = False


class RenewalAnswer(Answer, frozen=True):
    """What it did. `epoch` is that of the document from now on; sizes are of the whole state."""

    epoch: int
    bytes_before: int
    bytes_after: int
