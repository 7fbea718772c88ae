"""Counting sockets: per address, in all, and never one too many or too few."""

from contextlib import ExitStack

import pytest

from api.doors.occupancy import Occupancy
from collab.errors import Overloaded, TooManySockets


def test_an_address_may_have_so_many_and_gets_its_places_back() -> None:
    occupancy = Occupancy(2, 100)
    with occupancy.occupied("192.0.2.1"):
        with occupancy.occupied("192.0.2.1"):
            with pytest.raises(TooManySockets), occupancy.occupied("192.0.2.1"):
                pytest.fail("it was let in")
            with occupancy.occupied("192.0.2.2"):
                assert occupancy.total == 3
        with occupancy.occupied("192.0.2.1"):
            assert occupancy.total == 2
    assert occupancy.total == 0


def test_the_server_has_so_many_places() -> None:
    occupancy = Occupancy(10, 3)
    with ExitStack() as open_sockets:
        for number in range(3):
            open_sockets.enter_context(occupancy.occupied(f"192.0.2.{number}"))
        with pytest.raises(Overloaded), occupancy.occupied("192.0.2.9"):
            pytest.fail("it was let in")
    with occupancy.occupied("192.0.2.9"):
        assert occupancy.total == 1


def test_a_socket_that_fails_gives_its_place_back() -> None:
    occupancy = Occupancy(1, 1)
    with pytest.raises(RuntimeError), occupancy.occupied("192.0.2.1"):
        raise RuntimeError
    assert occupancy.total == 0
    with occupancy.occupied("192.0.2.1"):
        pass


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),  # one customer has all 64 bits
        ("2001:db8::1", "2001:DB8:0:0:1::1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "", True),  # a Unix socket
    ],
)
def test_what_counts_as_one_address(one: str, other: str, is_same: bool) -> None:
    occupancy = Occupancy(1, 10)
    with occupancy.occupied(one):
        if is_same:
            with pytest.raises(TooManySockets), occupancy.occupied(other):
                pytest.fail("it was let in")
        else:
            with occupancy.occupied(other):
                assert occupancy.total == 2


def test_addresses_that_left_are_forgotten() -> None:
    occupancy = Occupancy(10, 10)
    for number in range(1000):
        with occupancy.occupied(f"10.0.{number // 256}.{number % 256}"):
            pass
    assert not occupancy._sockets
