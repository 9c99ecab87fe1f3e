"""The screen as an SVG picture that needs nothing from elsewhere."""

import re

CELL_WIDTH = 12.2
"""The width of a cell in Textual's SVG."""

FONT_FAMILY, FONT_ADVANCE = "DejaVu Sans Mono", 0.602
"""A font that most machines have, and the width of its characters in font sizes: not every program stretches them."""


def self_contained(svg: str) -> str:
    """Textual's SVG without the fonts it would load, and with the blanks that XML would drop."""
    svg = re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", FONT_FAMILY)
    svg = re.sub(r"(font-size: )20px", lambda found: f"{found[1]}{CELL_WIDTH / FONT_ADVANCE:.3f}px", svg)
    svg = svg.replace("<text ", '<text xml:space="preserve" ')
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
