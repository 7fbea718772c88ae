"""QR codes as SVG: well-formed, with a quiet zone, and refused when too long."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
import segno

from api.qr_code import MARGIN_MODULES, SCALE, qr_svg

ADDRESS = "https://menu.example/t/" + "aB3-_xYz" * 4
SVG = "{http://www.w3.org/2000/svg}"


def test_code_is_one_element_without_a_declaration() -> None:
    drawn = qr_svg(ADDRESS)
    assert drawn.startswith("<svg ")
    root = ElementTree.fromstring(drawn)
    assert root.tag == f"{SVG}svg"
    assert "script" not in drawn and "href" not in drawn


def test_size_is_that_of_the_code_with_its_quiet_zone() -> None:
    modules = segno.make(ADDRESS, error="m", micro=False, boost_error=False).symbol_size(border=0)
    root = ElementTree.fromstring(qr_svg(ADDRESS))
    side = (modules[0] + 2 * MARGIN_MODULES) * SCALE
    assert (root.get("width"), root.get("height")) == (str(side), str(side))


def test_every_address_has_its_own_code() -> None:
    assert qr_svg(ADDRESS) == qr_svg(ADDRESS) != qr_svg(ADDRESS[:-1] + "x")


def test_address_that_does_not_fit_is_refused() -> None:
    qr_svg("x" * 2331)
    with pytest.raises(ValueError, match="too long"):
        qr_svg("x" * 2332)
