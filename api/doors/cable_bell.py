"""Which menus were saved just now, for the channels that show changes of menus."""

from __future__ import annotations

from collections.abc import Callable


class MenuBell:
    """Tells the channels of this process which menus were saved. One per application."""

    def __init__(self) -> None:
        self._ears: dict[str, dict[object, Callable[[], None]]] = {}

    def ring(self, menu_id: str) -> None:
        """Edits of this menu are on disk. Cheap; for menus that nobody watches it does nothing."""
        for ear in self._ears.get(menu_id, {}).values():
            ear()

    def listen(self, menu_id: str, who: object, ear: Callable[[], None]) -> None:
        """Call `ear` when the menu rings, until `who` is forgotten."""
        self._ears.setdefault(menu_id, {})[who] = ear

    def forget(self, menu_id: str, who: object) -> None:
        """Call nobody any more. Harmless when there was nobody."""
        ears = self._ears.get(menu_id)
        if ears is not None and ears.pop(who, None) is not None and not ears:
            del self._ears[menu_id]
