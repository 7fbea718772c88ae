"""Spreadsheet files in and out: what people and programs make of them, and what must not happen."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.menu_file import read_sample
from collab.errors import StructureRefused, TooLarge
from collab.formats.json_tree import LIMIT_FILE_BYTES
from collab.formats.report import Action, Imported, Known, Report
from collab.formats.settled import settled
from collab.formats.spreadsheet import guarded, joined, parted, unguarded
from collab.formats.spreadsheet_reader import read_csv
from collab.formats.spreadsheet_rows import LIMIT_BLANK_ROWS, LIMIT_ROWS
from collab.formats.spreadsheet_writer import write_csv
from collab.menus.plain_menu import PlainItem, PlainMenu, PlainSection, PlainVariation
from tests.collab.formats.menus import FULL, menu_of

DE = Known("de", "EUR")


def read(text: str, known: Known = DE) -> Imported:
    return read_csv(text.encode(), known)


def only_item(found: Imported) -> PlainItem:
    [one] = found.plain.items()
    return one


def carried(plain: PlainMenu) -> PlainMenu:
    """The part of a menu that a spreadsheet has columns for."""

    def dish(one: PlainItem) -> PlainItem:
        lists = ("allergens", "may_contain", "additives", "traits", "diets")
        said = {name: getattr(one, name) or None for name in lists}
        return replace(one, **said, variations=one.variations or None, modifiers=None, photo=None)

    return PlainMenu(
        plain.locale,
        plain.currency,
        plain.all_locales(),
        sections=tuple(
            PlainSection(one.name, id=one.id, items=tuple(map(dish, one.items)))
            for one in plain.sections
        ),
        unplaced=tuple(map(dish, plain.unplaced)),
    )


@pytest.mark.parametrize("decimal_comma", [False, True])
@pytest.mark.parametrize("plain", [FULL, read_sample()], ids=["full", "sample"])
def test_what_a_spreadsheet_has_columns_for_survives(plain, decimal_comma):
    there = menu_of(plain)
    found = read_csv(write_csv(there, decimal_comma=decimal_comma).content, Known())
    assert found.plain == carried(settled(there, Report()))
    assert found.report == ()


def test_what_a_spreadsheet_cannot_carry_is_in_the_report():
    said = " ".join(remark.what for remark in write_csv(menu_of(FULL)).report)
    for field in ("hours", "description", "station", "modifier", "source", "allergens"):
        assert field in said


def test_no_cell_of_an_export_is_a_formula():
    content = write_csv(menu_of(FULL)).content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(content, newline="")) for cell in row]
    assert "'=SUM(A1)" in cells
    assert "'+Wasser" in cells
    assert not [cell for cell in cells if cell.lstrip()[:1] in ("=", "+", "-", "@")]


@given(st.text(alphabet="'=+-@\t\r\n ;|,\\a", max_size=8))
def test_guard_comes_off_again_and_hides_every_formula(text):
    cell = guarded(text)
    assert unguarded(cell) == text
    assert cell.lstrip()[:1] not in ("=", "+", "-", "@")


@given(st.lists(st.text(alphabet="\\;|,\n\r -ab\t", min_size=1, max_size=6), max_size=4))
def test_lists_come_back_from_one_cell(codes):
    assert parted(joined(codes)) == codes


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("Soja; Milch", ["Soja", "Milch"]),
        ("Soja, Milch", ["Soja", "Milch"]),
        ("Soja|Milch|", ["Soja", "Milch"]),
        ("Ei, roh; Milch", ["Ei, roh", "Milch"]),
        ("Ei\\, roh", ["Ei, roh"]),
        ("Soja\nMilch", ["Soja", "Milch"]),
        (" - ", []),
        ("", []),
        (";;", []),
    ],
)
def test_list_is_read_as_people_write_it(cell, codes):
    assert parted(cell) == codes


texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    str.strip
)
code = texts.filter(lambda one: one == one.strip() and "\0" not in one)
codes = st.lists(code, max_size=3, unique=True).map(tuple)


@st.composite
def menus(draw: st.DrawFn) -> PlainMenu:
    ids = draw(st.lists(st.from_regex(r"[a-z0-9]{1,4}", fullmatch=True), unique=True, max_size=6))
    items = [
        PlainItem(
            {"de": draw(texts)},
            draw(st.dictionaries(st.sampled_from(["de", "en"]), texts, max_size=2)),
            id,
            draw(st.none() | st.integers(0, 10**12)),
            allergens=draw(codes) or None,
            note=draw(st.none() | texts),
            kcal=draw(st.none() | st.integers(0, 100_000)),
            alcohol=draw(st.none() | st.integers(0, 10_000)),
            is_hidden=draw(st.sampled_from([None, True])),
            variations=tuple(
                PlainVariation({"en": draw(texts)}, str(place), draw(st.none() | st.just(1)))
                for place in range(draw(st.integers(0, 2)))
            )
            or None,
        )
        for id in ids
    ]
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD"]))
    cut = draw(st.integers(0, len(items)))
    section = PlainSection({"de": draw(texts)}, id="s", items=tuple(items[:cut]))
    return PlainMenu("de", currency, ("en",), sections=(section,), unplaced=tuple(items[cut:]))


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(menus(), st.booleans())
def test_any_menu_comes_back_from_its_rows(plain, decimal_comma):
    there = menu_of(plain)
    content = write_csv(there, decimal_comma=decimal_comma).content
    found = read_csv(content, Known(currency=plain.currency))  # for a menu without any row
    assert found.plain == carried(settled(there, Report()))
    assert found.report == ()


@settings(max_examples=300)
@given(st.text(alphabet="\";,\t\r\n'=aé name:price", max_size=80))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    try:
        found = read("name,price,id,allergens\r\n" + text)
    except (StructureRefused, TooLarge) as refused:
        assert str(refused).endswith(".")
    else:
        assert isinstance(found.plain, PlainMenu)


@settings(max_examples=200)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content):
    try:
        read_csv(content, DE)
    except (StructureRefused, TooLarge) as refused:
        assert str(refused).endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "name;price\nSuppe;4,50\n",
        "name,price\nSuppe,4.50\n",
        "name\tprice\nSuppe\t4,50 €\n",
        'name,price\r\nSuppe,"4,50"\r\n',
        "\ufeffname;price\rSuppe;4,50\r",
        "sep=;\nname;price\nSuppe;4,50\n",
        " Name ; PRICE \nSuppe;4,50",
        "\n\nname;price\n;\nSuppe;4,50\n\n",
    ],
)
def test_file_is_read_however_it_is_parted(text):
    one = only_item(read(text))
    assert (one.name, one.price) == ({"de": "Suppe"}, 450)


def test_utf_16_of_a_spreadsheet_is_read():
    content = "name\tprice\nSüß\t4,50\n".encode("utf-16")
    assert only_item(read_csv(content, DE)).name == {"de": "Süß"}


def test_rows_of_variations_belong_to_their_item():
    found = read(
        "section,name,variation,price,allergens\n"
        "Bier,Pils,klein,3.20,gluten\n"
        "Bier,Pils,groß,4.80,gluten\n"
        "Bier,Weizen,,4.50,\n"
    )
    pils, weizen = found.plain.items()
    assert pils.price is None
    assert pils.variations == (
        PlainVariation({"de": "klein"}, None, 320),
        PlainVariation({"de": "groß"}, None, 480),
    )
    assert (pils.allergens, weizen.price) == (("gluten",), 450)
    assert found.report == ()


def test_row_of_a_variation_that_says_otherwise_about_its_item_is_reported():
    found = read("name,variation,allergens\nPils,klein,gluten\nPils,groß,gluten; soy\n")
    assert only_item(found).allergens == ("gluten",)
    [remark] = found.report
    assert (remark.where, remark.action) == ("line 3, column allergens", Action.REFUSED)


def test_section_row_added_by_hand_finds_the_section_by_its_name():
    found = read("section_id,section:de,section:en,name:de\ns1,Suppen,Soups,Klare\n,Suppen,,Neue\n")
    [section] = found.plain.sections
    assert (section.id, len(section.items)) == ("s1", 2)


def test_same_name_twice_without_ids_is_two_dishes():
    assert len(list(read("name,price\nMenü,1\nMenü,2\n").plain.items())) == 2


def test_id_given_twice_is_refused_once():
    found = read("id,name\na,Eins\na,Zwei\n")
    assert only_item(found).name == {"de": "Eins"}
    assert found.report[0].where == "line 3, column id"


@pytest.mark.parametrize("before", ["", "\n\n", "sep=,\r\n", '\n"sep=,"\n'])
def test_remarks_name_the_line_of_the_file(before):
    text = before.replace('"', "") + "name,price\n\nSuppe,x\n"
    [remark] = read(text).report
    line = text.replace("\r", "").split("\n").index("Suppe,x") + 1
    assert remark.where == f"line {line}, column price"


def test_empty_cell_says_nothing_and_a_dash_empties_a_list():
    one = only_item(read("name,allergens,traits,price\nSuppe,-,,\n"))
    assert (one.allergens, one.traits, one.price) == ((), None, None)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("price", "1.234"),
        ("price", "-1"),
        ("price", "NaN"),
        ("price", "1e400"),
        ("price", "9" * 5000),
        ("kcal", "many"),
        ("kcal", "1000001"),
        ("tax", "101"),
        ("tax", "7.125"),
        ("spiciness", "-1"),
        ("hidden", "perhaps"),
        ("allergens", "x" * 500),
        ("id", "a:b"),
        ("station", "x" * 100),
        ("name", "x" * 3000),
    ],
)
def test_odd_cell_is_said_and_stops_nothing(column, cell):
    found = read(
        f"id,name,{column}\ni1,Suppe,{cell}\n"
        if column not in ("id", "name")
        else f"name:de,{column}\nSuppe,{cell}\n"
        if column == "id"
        else f"id,name\ni1,{cell}\n"
    )
    assert len(list(found.plain.items())) == 1
    assert len(found.report) == 1


@pytest.mark.parametrize(
    ("cell", "tax"), [("19", 1900), ("19 %", 1900), ("8,25", 825), ("7.5", 750)]
)
def test_tax_is_a_percentage(cell, tax):
    assert only_item(read(f'name,tax\nSuppe,"{cell}"\n')).tax == tax


def test_price_in_another_currency_is_left_out():
    found = read("name,price,currency\na,1,CHF\nb,2,CHF\nc,3,EUR\n", Known("de"))
    assert found.plain.currency == "CHF"
    assert [one.price for one in found.plain.items()] == [100, 200, None]


@pytest.mark.parametrize(
    ("text", "known", "locale"),
    [
        ("name\nSuppe\n", Known("it", "EUR"), "it"),
        ("name\nSuppe\n", Known(None, "EUR"), "en"),
        ("name:fr,name:de\nSoupe,Suppe\n", Known(None, "EUR"), "fr"),
        ("name:fr,name:de\nSoupe,Suppe\n", Known("de", "EUR"), "de"),
        ("name:de_AT\nSuppe\n", Known(None, "EUR"), "de-AT"),
    ],
)
def test_language_is_that_of_the_columns_or_of_the_menu(text, known, locale):
    assert read(text, known).plain.locale == locale


def test_unknown_column_is_reported_once():
    [remark] = read("name,colour\nSuppe,red\nSalat,green\n").report
    assert (remark.action, remark.where) == (Action.IGNORED, "line 1, cell 2")


def test_row_that_names_no_dish_is_said():
    found = read("section,name,price\nSuppen,,4\nSuppen,,\n,,5\n")
    assert (len(found.plain.sections), found.report[0].times) == (1, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "colour,price\nred,1\n",
        'name,price\n"Suppe,1\n',
        'name,price\n"Suppe"x,1\n',
        "name,price\nSuppe,4,50\n",
        "name\n" + "x" * 200_000 + "\n",
    ],
)
def test_unusable_file_is_refused_with_a_sentence(text):
    with pytest.raises(StructureRefused, match=r"\.$") as refused:
        read(text)
    assert refused.value.reason == "unusable_file"


def test_file_without_any_currency_is_refused():
    with pytest.raises(StructureRefused, match="currency"):
        read("name,price\nSuppe,1\n", Known("de"))


def test_file_that_is_not_utf_8_is_refused():
    with pytest.raises(StructureRefused, match="UTF-8"):
        read_csv("name\nSüß\n".encode("cp1252"), DE)


@pytest.mark.parametrize(
    "content",
    [
        b" " * (LIMIT_FILE_BYTES + 1),
        b"name\n" + b"a\n" * (LIMIT_ROWS + 1),
        b"name" + b",x" * 600,
        b"name\n" + b"\n" * (LIMIT_BLANK_ROWS + 1),
        b"name\n" + b"a\n" * 4000,
    ],
)
def test_too_much_is_refused(content):
    with pytest.raises(TooLarge):
        read_csv(content, DE)


def test_many_sections_are_no_work():
    rows = "".join(f"s{one},a\n" for one in range(LIMIT_ROWS))
    with pytest.raises(TooLarge):
        read("section,name\n" + rows)
