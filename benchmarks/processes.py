"""What the operating system says about processes: CPU, memory, and who else was busy.

Linux only (/proc). CPU is user plus system time, in seconds, of a process and all its descendants.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_KIB = 1024


def tree(root: int) -> list[int]:
    """The process and everything below it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
    found = [root]
    for pid in found:  # grows while it is read: children of children
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def cpu_seconds(pids: Sequence[int]) -> float:
    """User plus system time so far."""
    used = 0
    for pid in pids:
        fields = _stat(pid)
        used += int(fields[11]) + int(fields[12]) if fields else 0
    return used / _TICKS


def rss_bytes(pids: Sequence[int]) -> int:
    """Resident memory now."""
    used = 0
    for pid in pids:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        lines = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        used += sum(int(line.split()[1]) * _KIB for line in lines)
    return used


@dataclass(frozen=True, slots=True)
class Machine:
    """CPU time of everybody since the start of the machine, in seconds."""

    busy: float

    @classmethod
    def now(cls) -> Machine:
        """Look."""
        first = Path("/proc/stat").read_text().split("\n", 1)[0]
        user, nice, system, _idle, _wait, irq, softirq, steal = map(int, first.split()[1:9])
        return cls((user + nice + system + irq + softirq + steal) / _TICKS)


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name; [] when the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()
