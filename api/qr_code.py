"""An address as a QR code, drawn as SVG."""

from __future__ import annotations

import io

import segno

MARGIN_MODULES = 4  # ISO/IEC 18004: the quiet zone
SCALE = 8  # units of a module; SVG grows without loss anyway


def qr_svg(address: str) -> str:
    """A black code on white that survives a stain (level M: 15 %), as an SVG element.

    address: at most 2331 bytes. Raises ValueError for a longer one.
    """
    try:
        code = segno.make(address, error="m", micro=False, boost_error=False)
    except segno.DataOverflowError:
        raise ValueError("the address is too long for a QR code") from None
    drawn = io.BytesIO()
    code.save(
        drawn,
        kind="svg",
        border=MARGIN_MODULES,
        scale=SCALE,
        light="#fff",
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        omitsize=False,
        title="QR code",
    )
    side = code.symbol_size(scale=SCALE, border=MARGIN_MODULES)[0]
    # With a view box a page can draw it in any size.
    sized, both = f'width="{side}" height="{side}"', f'viewBox="0 0 {side} {side}"'
    return drawn.getvalue().decode().replace(sized, f"{sized} {both}", 1)
