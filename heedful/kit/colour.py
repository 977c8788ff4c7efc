"""Colours that can be read: contrast by WCAG 2, and a company's colour made dark or light enough to stand as text."""

import colorsys

READABLE = 4.5
WHITE, BLACK = "#ffffff", "#000000"
"""One of the two can be read on any colour."""


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours such as #2f6f5e, from 1 to 21."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def ink_on(colour: str) -> str:
    """Return what is better read on a colour: white or black."""
    return WHITE if contrast(colour, WHITE) >= contrast(colour, BLACK) else BLACK


def readable(colour: str, *, on: str) -> str:
    """Return the colour, moved away from the background as little as makes it readable there."""
    red, green, blue = _channels(colour)
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    step = -0.02 if _luminance(on) > 0.18 else 0.02
    darker = colour
    while contrast(darker, on) < READABLE and 0 <= lightness + step <= 1:
        lightness += step
        darker = _hex(*colorsys.hls_to_rgb(hue, lightness, saturation))
    return darker


def _channels(colour: str) -> tuple[float, float, float]:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _hex(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in (red, green, blue))


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
