"""What goes out about the stock."""

from __future__ import annotations

from typing import Any

from api.rest.models import Answer


class StockList(Answer, frozen=True):
    """What is sold out or counted, by target; as in the room `stock`.

    What is not listed can be ordered. Staff also see who set it.
    """

    stock: list[dict[str, Any]]
