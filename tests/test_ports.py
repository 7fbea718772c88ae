"""Storage satisfies the ports of rooms by shape: at run time here, and for mypy by assignment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from rooms.ports import MarkLog, MenuLog, OrderLog, SessionLog, StreamLog, UpdateLog
from storage.database import open_database
from storage.marks import MarkStore
from storage.menu_state import MenuStateStore
from storage.orders import OrderStore
from storage.sessions import SessionStore
from storage.streams import StreamStore
from storage.updates import UpdateStore

ROOT = Path(__file__).parents[1]

# runtime_checkable looks at names only; mypy compares arguments and results too.
ASSIGNMENTS = """
from rooms.memory_stream import MemoryStream
from rooms.ports import MarkLog, MenuLog, OrderLog, SessionLog, StreamLog, UpdateLog
from storage.database import Database
from storage.marks import MarkStore
from storage.menu_state import MenuStateStore
from storage.orders import OrderStore
from storage.sessions import SessionStore
from storage.streams import StreamStore
from storage.updates import UpdateStore

def wire(database: Database) -> tuple[UpdateLog, SessionLog, MenuLog]:
    menus: MenuLog = MenuStateStore(database)
    updates: UpdateLog = UpdateStore(database)
    sessions: SessionLog = SessionStore(database)
    return updates, sessions, menus

def wire_orders(database: Database) -> tuple[StreamLog, StreamLog, OrderLog, MarkLog]:
    streams: StreamLog = StreamStore(database)
    memory: StreamLog = MemoryStream("epoch")
    orders: OrderLog = OrderStore(database)
    marks: MarkLog = MarkStore(database)
    return streams, memory, orders, marks
"""


async def test_stores_have_the_methods_of_the_ports(tmp_path: Path) -> None:
    database = await open_database(tmp_path / "menu.db")
    try:
        assert isinstance(UpdateStore(database), UpdateLog)
        assert isinstance(SessionStore(database), SessionLog)
        assert isinstance(MenuStateStore(database), MenuLog)
        assert isinstance(StreamStore(database), StreamLog)
        assert isinstance(OrderStore(database), OrderLog)
        assert isinstance(MarkStore(database), MarkLog)
        assert not isinstance(SessionStore(database), UpdateLog)
        assert not isinstance(MarkStore(database), OrderLog)
    finally:
        await database.close()


def test_stores_have_the_signatures_of_the_ports(tmp_path: Path) -> None:
    assert _mypy(tmp_path, ASSIGNMENTS) == (0, "")


def test_mypy_would_notice_a_store_that_does_not_fit(tmp_path: Path) -> None:
    code, output = _mypy(tmp_path, ASSIGNMENTS.replace("= UpdateStore", "= SessionStore"))
    assert code == 1 and "UpdateLog" in output


def _mypy(folder: Path, source: str) -> tuple[int, str]:
    (folder / "wiring.py").write_text(source, encoding="utf-8")
    (folder / "mypy.ini").write_text("[mypy]\nstrict = true\n", encoding="utf-8")
    command = ["--no-error-summary", "--config-file", f"{folder}/mypy.ini", f"{folder}/wiring.py"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *command],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
