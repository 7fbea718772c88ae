"""Both engines read the same menu: the server's and that of the browser client.

`tests/vectors/menus.json` holds menus as Yjs writes them and what the browser client reads in
them; made by `menu_vectors.mjs`. Without Node.js the server's half is still checked.
"""

from __future__ import annotations

import asyncio
import base64
import json
import math
import random
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from pycrdt import Doc, Map, Text

from api.menu_file import read_sample
from collab.documents.document import MenuDocument
from collab.edits.writing import first_update
from collab.menus.menu import Item, ModifierGroup, Section
from collab.menus.order_keys import keys
from collab.menus.plain_json import plain_json
from collab.menus.reading import assemble, read_parts
from collab.menus.registers import Candidate, replica_of
from collab.updates.admission import read_update
from tests.peers.stock import install

ROOT: Final = Path(__file__).parents[2]
WEB: Final = ROOT / "web"
SCRIPT: Final = Path(__file__).with_name("menu_vectors.mjs")
VECTORS: Final[list[dict[str, Any]]] = json.loads(
    (ROOT / "tests" / "vectors" / "menus.json").read_text()
)
LONGEST_SECONDS: Final = 120


def decoded(updates: Iterable[str]) -> list[bytes]:
    return [base64.b64decode(update) for update in updates]


def document_of(updates: Iterable[bytes]) -> MenuDocument:
    document = MenuDocument()
    for update in updates:
        # Not by `receive`: which updates are let in, and when, is not the matter here.
        document.engine().apply_update(update)
    return document


def read_here(updates: Iterable[bytes]) -> dict[str, Any]:
    """What the server reads, in the form of the vectors."""
    parts = read_parts(document_of(updates))
    return {
        "plain": plain_json(assemble(parts)),
        "registers": {
            "sections": listed(parts.sections),
            "items": listed(parts.items),
            "modgroups": listed(parts.groups),
        },
    }


def listed(parts: Mapping[str, Section | Item | ModifierGroup]) -> dict[str, Any]:
    return {
        id: [[name, list(map(candidate, found))] for name, found in part.registers.items()]
        for id, part in parts.items()
    }


def candidate(one: Candidate) -> list[Any]:
    return [one.replica, spelled(one.value), one.user_id, one.ms]


def spelled(value: object) -> object:
    """What JSON has no form for, as the vectors spell it."""
    match value:
        case bool():
            return value
        case int() if abs(value) >= 2**53:
            return {"bigint": str(value)}
        case float() if not math.isfinite(value):
            name = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
            return {"number": name}
        case list():
            return [spelled(one) for one in value]
        case dict():
            return {key: spelled(one) for key, one in value.items()}
    return value


def differences(one: Any, other: Any, at: str = "$") -> list[str]:
    """Where two JSON values differ; unlike ==, true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [found for key in one for found in differences(one[key], other[key], f"{at}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [found for n, pair in pairs for found in differences(*pair, f"{at}[{n}]")]
    is_same = one == other and isinstance(one, bool) == isinstance(other, bool)
    return [] if is_same else [f"{at}: {one!r} and {other!r}"]


def vector(name: str) -> Any:
    [found] = [each for each in VECTORS if each["name"] == name]
    return found["plain"]


# --- the server ---------------------------------------------------------------


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_server_reads_what_the_browser_client_reads(case):
    found = read_here(decoded(case["updates"]))
    assert differences(found, {key: case[key] for key in ("plain", "registers")}) == []


def test_vectors_are_many_and_differ():
    assert len({case["name"] for case in VECTORS}) == len(VECTORS) >= 25
    assert len({json.dumps(case["updates"]) for case in VECTORS}) == len(VECTORS)


def test_comparison_of_these_tests_finds_differences():
    assert differences({"a": [1, True]}, {"a": [1, True]}) == []
    for other in ({"a": [1, 1]}, {"a": [1]}, {"b": [1, True]}, {"a": [2, True]}, [1]):
        assert differences({"a": [1, True]}, other)


def test_vectors_say_what_was_meant():
    # Two readers could be wrong in the same way; these were worked out by hand.
    for name, price in (
        ("two prices of people who had not seen each other", 500),  # the later one
        # Of "", 10, 9, Z, a and a.1 the last is the greatest.
        ("three prices of the same millisecond: the greatest replica is read", 6),
        ("replicas compare by code points", 2),  # an emoji comes after U+FF5A
    ):
        assert vector(name)["sections"][0]["items"][0]["price"] == price
    moved = vector("moved, renamed and deleted at once")
    assert [section["items"] for section in moved["sections"]] == [[], []], "deleted is the latest"
    ties = vector("sections and dishes whose order keys tie")
    assert [section["id"] for section in ties["sections"]] == [
        "odd", "unsaid", "10", "9", "B", "a", "b", "s",
    ]  # fmt: skip
    high = vector("ids, keys and codes sort by code points, not by units")
    first = high["sections"][0]["items"][0]
    assert first["allergens"] == ["z", "\ud7ff", "\ue000", "\uff5a", "\uffff", "\U00010000", "😀"]


# --- the browser client, under Node.js ----------------------------------------

node = pytest.mark.node


@pytest.fixture(scope="session")
def web_packages() -> None:
    """The packages of web/, exactly as locked."""
    install(WEB)


def run_node(*arguments: str | Path, given: str = "", folder: Path = ROOT) -> str:
    program = shutil.which("node")
    assert program is not None
    done = subprocess.run(
        [program, *map(str, arguments)],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert done.returncode == 0, (done.stderr + done.stdout)[-3000:]
    return done.stdout


def read_there(menus: Iterable[Iterable[bytes]]) -> list[dict[str, Any]]:
    """What the browser client reads in each menu."""
    given = "".join(
        json.dumps([base64.b64encode(update).decode() for update in updates]) + "\n"
        for updates in menus
    )
    return [json.loads(line) for line in run_node(SCRIPT, "read", given=given).split("\n") if line]


@node
async def test_vectors_are_what_the_script_makes(web_packages):
    made = await asyncio.to_thread(run_node, SCRIPT, "write")
    committed = (ROOT / "tests" / "vectors" / "menus.json").read_text()
    assert made == committed, (
        "run: node tests/peers/menu_vectors.mjs write > tests/vectors/menus.json"
    )


@node
async def test_browser_client_reads_the_real_menu_as_the_server_does(web_packages):
    updates = [first_update(read_sample(), "menu", "server")]
    [found] = await asyncio.to_thread(read_there, [updates])
    assert differences(read_here(updates), found) == []
    assert sum(len(section["items"]) for section in found["plain"]["sections"]) == 255


@node
async def test_menus_that_the_server_writes_at_random_are_read_the_same(web_packages):
    menus = [random_menu(random.Random(seed)) for seed in range(60)]
    found = await asyncio.to_thread(read_there, menus)
    for seed, (updates, there) in enumerate(zip(menus, found, strict=True)):
        assert differences(read_here(updates), there) == [], f"seed {seed}"


@node
async def test_menu_code_of_the_browser_client_passes_its_own_tests(web_packages):
    vitest = WEB / "node_modules" / "vitest" / "vitest.mjs"
    await asyncio.to_thread(run_node, vitest, "run", "test/menu", folder=WEB)


LETTERS = "aZ9\ud7ff\ue000\uffff\U00010000😀é:@. "
VALUES = [
    None, True, False, 0, 1, 450, -1, 2.5, 1e300, 2**53, -0.0, math.nan, "", "contains", "may",
    "free", "unknown", [], ["s", "a0"], ["t", "b"], {"allergens": ["b", "a"]},
    [{"day": 1, "from": "11:00", "to": "12:00"}],
]  # fmt: skip
NAMES = ["price", "loc", "pos", "deleted", "hours", "order", "min", "max", "name:de", "spice"]


def random_menu(chance: random.Random) -> list[bytes]:
    """What three people wrote into one menu, each of them knowing some of the others' updates."""
    people: list[Doc[Any]] = [Doc(client_id=10 + number) for number in range(3)]
    seed: Doc[Any] = Doc(client_id=9)
    with seed.transaction():
        legend = {"allergens": {word(chance): word(chance) for _ in range(3)}, "additives": {}}
        for key, value in {"default_locale": "de", "locales": ["en"], "legend": legend}.items():
            seed.get("meta", type=Map)[key] = value
        for root in ("sections", "items", "modgroups"):
            for id in ("s", "t", word(chance), word(chance)):
                texts = {"de": Text(word(chance)), "en": Text("")}
                seed.get(root, type=Map)[id] = Map({"name": Map(texts), "desc": Map({})})
    first = seed.get_update()
    updates = [first]
    for person in people:
        person.apply_update(first)
    for _ in range(60):
        person = chance.choice(people)
        if chance.random() < 0.2:
            person.apply_update(chance.choice(people).get_update())
        else:
            write(person, chance)
    updates += [person.get_update() for person in people]
    chance.shuffle(updates)
    return updates


def write(person: Doc[Any], chance: random.Random) -> None:
    root = person.get(chance.choice(["sections", "items", "modgroups"]), type=Map)
    part = root[chance.choice(sorted(root.keys()))]
    families = ["allergen", "additive", "tag", "diet", "mod", "var", "opt"]
    family, code = chance.choice(families), word(chance)
    field = chance.choice(["price", "pos", "deleted", "name:de"])
    name = chance.choice([*NAMES, f"{family}:{code}", f"{family}:{code}:{field}"])
    value = chance.choice([*VALUES, word(chance), chance.choice(keys(9))])
    replica = chance.choice([replica_of(person.client_id), word(chance)])
    with person.transaction():
        if chance.random() < 0.3:
            for key in [key for key in part.keys() if key.rpartition("@")[0] == name]:
                del part[key]
        part[f"{name}@{replica}"] = [value, word(chance), chance.choice([1, 2, 2.5, 3])]


def word(chance: random.Random) -> str:
    return "".join(chance.choice(LETTERS) for _ in range(chance.randint(0, 3)))


def test_random_menus_can_be_read_at_all():
    updates = random_menu(random.Random(1))
    document = document_of(updates)
    assert read_update(document.full_state()).blocks
    assert read_here(updates)["registers"]["items"]
