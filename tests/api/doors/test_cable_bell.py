"""Who is told that a menu was saved."""

from __future__ import annotations

from api.doors.cable_bell import MenuBell


def test_those_who_listen_to_a_menu_are_told_until_they_are_forgotten() -> None:
    bell, heard = MenuBell(), []
    bell.listen("lunch", "a", lambda: heard.append("a"))
    bell.listen("lunch", "b", lambda: heard.append("b"))
    bell.listen("dinner", "c", lambda: heard.append("c"))
    bell.ring("lunch")
    assert heard == ["a", "b"]
    bell.forget("lunch", "a")
    bell.ring("lunch")
    assert heard == ["a", "b", "b"]


def test_forgetting_and_ringing_where_nobody_listens_does_nothing() -> None:
    bell = MenuBell()
    bell.ring("lunch")
    bell.forget("lunch", "a")
    bell.listen("lunch", "a", lambda: None)
    bell.forget("lunch", "b")
    bell.forget("lunch", "a")
    bell.forget("lunch", "a")
    assert bell._ears == {}
