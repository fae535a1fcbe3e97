"""QR codes as inline drawings, dark on white in every colour scheme, so that any camera reads them."""


def svg(text: str) -> str:
    """An ``svg`` element without script or style; it takes the width that its surroundings give it."""
    import segno  # noqa: PLC0415 (slow, and wanted on one page)

    drawing: str = segno.make(text, error="m", micro=False).svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return drawing
