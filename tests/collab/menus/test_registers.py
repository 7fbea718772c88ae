"""Registers: what they read as, and that nothing odd in them does harm."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.menus.registers import (
    integer_of,
    normal,
    read_registers,
    register_name,
    replica_of,
    value_of,
)


def test_value_read_is_that_of_the_greatest_time_and_replica():
    registers = read_registers(
        [
            ("price@a", [1200.0, "ann", 5.0]),
            ("price@c", [1300.0, "bo", 7.0]),
            ("price@b", [1250.0, "cleo", 7.0]),
        ]
    )
    assert value_of(registers, "price") == 1300
    assert [candidate.user_id for candidate in registers["price"]] == ["bo", "cleo", "ann"]


def test_replica_follows_the_last_at_sign():
    registers = read_registers([("tag:me@home@1z", [True, "ann", 1.0])])
    assert value_of(registers, "tag:me@home") is True
    assert register_name("tag:me@home@1z") == "tag:me@home"


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("price", [1, "ann", 1.0]),
        ("@a", [1, "ann", 1.0]),
        ("price@a", 12),
        ("price@a", [1, "ann"]),
        ("price@a", [1, "ann", "today"]),
        ("price@a", [1, "ann", math.nan]),
        ("price@a", [1, "ann", math.inf]),
    ],
)
def test_entry_without_the_form_of_a_register_is_left_out(key, entry):
    assert read_registers([(key, entry)]) == {}


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        (1250.0, 1250),
        (0.5, None),
        (True, None),
        ("12", None),
        (2.0**53, None),
        (-3.0, -3),
        (math.nan, None),
        (None, None),
    ],
)
def test_only_whole_numbers_that_survive_javascript_are_integers(value, whole):
    assert integer_of(value) == whole


def test_floats_become_the_integers_they_were_at_every_depth():
    assert normal({"b": [1.0, {"c": 2.5}], "a": 3.0}) == {"a": 3, "b": [1, {"c": 2.5}]}
    assert list(normal({"b": 1, "a": 2})) == ["a", "b"]


@given(st.integers(min_value=0, max_value=2**53 - 1))
def test_replica_is_the_client_id_in_base_36(client_id):
    assert int(replica_of(client_id), 36) == client_id
    assert replica_of(client_id) == replica_of(client_id).lower()
