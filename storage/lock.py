"""The lock file beside an SQLite database: one file, one process.

The kernel drops the lock when the process ends, however it ends, so a file left behind by a
crash locks nobody out. The file itself stays: removing it would let two processes each lock a
different file of the same name.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from collab.errors import StoreError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class FileLock:
    """Held from construction until `release`."""

    def __init__(self, database: Path) -> None:
        """Take the lock of a database.

        database: the SQLite file; the lock is the file beside it with `.lock` at the end.
        Raises StoreError (reason "in_use") when another process holds it.
        """
        self.path = Path(f"{database}.lock")
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(self._descriptor)
        except OSError as error:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            holder = os.read(self._descriptor, 32).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise StoreError(
                f"{database} is in use by another mirepoix process (pid {holder or 'unknown'}). "
                "An SQLite file serves one process; for several use PostgreSQL: "
                "--database postgresql+asyncpg://USER@HOST/NAME",
                reason="in_use",
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let the next process in; may be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        # Windows locks are mandatory: lock a byte far behind the pid, which stays readable.
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
