"""Who uses which Yjs client id in one document.

Rule 1: a client id belongs to the first user who used it; that is kept with the document, so blame
        survives a restart. An unbound id counts as its deliverer's.
Rule 2: a seat with the right to write may deliver blocks of any client id (a local store or
        another tab's edit arrives that way). Doubted is only a new block of deleted content in the
        name of a different user who is here now: eleven bytes of it would make the server ignore
        everything that person types (clock exhaustion). `MenuRoom` asks that user first: whoever
        was shown something before a crash may honestly bring it back.
Rule 3: the newest seat that uses an id owns it: what others deliver in its name reaches it only
        after the commit, because it takes any sight of its own structs for a confirmation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from collab.errors import EpochChanged
from collab.updates.admission import UpdateOutline
from rooms.seat import Seat


class ClientIds:
    """The client ids of one document.

    bound: Yjs client id -> user id, as stored. former: ids of a history that was replaced.
    """

    def __init__(self, bound: Mapping[int, str], former: frozenset[int] = frozenset()) -> None:
        self._users = dict(bound)
        self._former = former
        self._owners: dict[int, Seat] = {}
        self._unsaved: list[tuple[int, str]] = []

    def bind(self, seat: Seat, client: int) -> None:
        """The seat uses the id. No effect when the id belongs to a different user."""
        user = seat.identity.user_id
        known = self._users.get(client)
        if known is None:
            self._users[client] = user
            self._unsaved.append((client, user))
        elif known != user:
            return
        self._owners[client] = seat
        seat.client_ids.add(client)

    def bind_author(self, seat: Seat, outline: UpdateOutline) -> None:
        """Bind from a seat's first live block; a live update has blocks of one client."""
        if not seat.client_ids and len(outline.blocks) == 1:
            self.bind(seat, outline.blocks[0][0])

    def release(self, seat: Seat) -> None:
        """The seat is gone; its ids stay bound to the user."""
        for client in seat.client_ids:
            if self._owners.get(client) is seat:
                del self._owners[client]

    def owners(self, blocks: Iterable[tuple[int, int, int]], author: Seat | None) -> set[Seat]:
        """The author and every other seat in whose name one of the blocks is."""
        owners = {author} if author is not None else set()
        for client, _, _ in blocks:
            owner = self._owners.get(client)
            if owner is not None:
                owners.add(owner)
        return owners

    def spoken_for(
        self, seat: Seat, outline: UpdateOutline, clocks: Mapping[int, int]
    ) -> set[Seat]:
        """Others who are here and in whose name the update brings new deleted content."""
        owners = set()
        for client, _, end in outline.gone:
            owner = self._owners.get(client)
            if owner is None or end <= clocks.get(client, 0):
                continue
            if owner.identity.user_id != seat.identity.user_id:
                owners.add(owner)
        return owners

    def check_epoch(self, clients: Iterable[int]) -> None:
        """Raises EpochChanged for a client that holds the document from before it was replaced.

        Merging the two histories would show everything twice.
        """
        if self._former and not self._former.isdisjoint(clients):
            raise EpochChanged("the document was replaced; load it afresh")

    def take_unsaved(self) -> tuple[tuple[int, str], ...]:
        """Bindings not handed to the journal yet."""
        unsaved, self._unsaved = tuple(self._unsaved), []
        return unsaved
