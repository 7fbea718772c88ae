"""The loads that the figures are about.

A delivery is one typed character that reached one other client of the same document.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Workload:
    """So many documents with so many people, each of whom types."""

    name: str
    rooms: int
    clients: int  # in each room
    per_second: float  # characters that each client types

    @property
    def connections(self) -> int:
        """Sockets in all."""
        return self.rooms * self.clients

    @property
    def deliveries_per_second(self) -> float:
        """What a server that keeps up delivers."""
        return self.connections * self.per_second * (self.clients - 1)


WORKLOADS = {
    one.name: one
    for one in (
        Workload("W1", rooms=1, clients=50, per_second=20),
        Workload("W2", rooms=20, clients=20, per_second=5),
        Workload("W3", rooms=1, clients=100, per_second=12),
        Workload("W4", rooms=1, clients=100, per_second=20),
    )
}
