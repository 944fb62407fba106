"""
Text that a style keeps from the eye: white on white, transparent, too small, outside of the page.

Who writes so speaks to programs alone. What such a style covers is left out. White text on a dark cell or panel is
seen and stays, so what lies behind counts: a page is taken to be white.
"""

import colorsys
import re

WHITE = (255, 255, 255)
Colour = tuple[int, int, int]

# Below these a reader makes nothing out: letters of three pixels, a tenth of the ink, a contrast of 1.25 to 1.
MIN_PIXELS = 3.5
MIN_OPACITY = 0.1
MIN_CONTRAST = 1.25
MIN_DIFFERENCE = 64  # of red, green or blue: yellow is as light as white, and seen

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_MAX_VALUE_CHARS = 200
_NUMBER = re.compile(r"-?\d*\.?\d+")
_HEX = re.compile(r"#([0-9a-f]{3,8})\b")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^()]*)\)")
_PIXELS = {"px": 1.0, "": 1.0, "pt": 1.33, "pc": 16.0, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "%": 0.16}
_PIXELS |= {"vw": 10.0, "vh": 8.0, "mm": 3.8, "cm": 38.0, "in": 96.0, "q": 0.9}
_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|pt|pc|em|rem|ex|ch|%|vw|vh|mm|cm|in|q)?(?![\w.])")
_NAMED: dict[str, Colour] = {
    "white": WHITE, "snow": (255, 250, 250), "ivory": (255, 255, 240), "azure": (240, 255, 255),
    "mintcream": (245, 255, 250), "ghostwhite": (248, 248, 255), "floralwhite": (255, 250, 240),
    "whitesmoke": (245, 245, 245), "aliceblue": (240, 248, 255), "seashell": (255, 245, 238),
    "honeydew": (240, 255, 240), "lavenderblush": (255, 240, 245), "lightyellow": (255, 255, 224),
    "oldlace": (253, 245, 230), "linen": (250, 240, 230), "cornsilk": (255, 248, 220), "beige": (245, 245, 220),
    "lightcyan": (224, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0),
    "green": (0, 128, 0), "blue": (0, 0, 255), "navy": (0, 0, 128), "gray": (128, 128, 128), "grey": (128, 128, 128),
    "yellow": (255, 255, 0), "silver": (192, 192, 192), "teal": (0, 128, 128),
    "darkblue": (0, 0, 139), "darkgreen": (0, 100, 0), "maroon": (128, 0, 0), "purple": (128, 0, 128),
}  # fmt: skip
_AWAY = re.compile(
    r"display:none|mso-hide:all|visibility:(?:hidden|collapse)|content-visibility:hidden|clip-path:(?:inset\((?:100|[5-9]\d)%|circle\(0"
    r"|polygon\(0(?:px)? 0)|clip:rect\((?:[01]p?x?[, ]*){4}|transform:[^;]*scale[xy3d]*\(0(?:[,)]|\.0)"
    r"|transform:[^;]*translate[xy3d]*\(-\d{3,}|-webkit-text-fill-color:transparent|filter:[^;]*opacity\(0(?:%|\)|\.0)"
    r"|(?:^|;)(?:scale|zoom):0(?:\.0\d*)?%?(?:$|;)|letter-spacing:-\d{2,}"
    r"|(?:text-indent|left|top|right|bottom|margin(?:-left|-top)?):-\d{3,}|font:[^;]*\b0(?:px|pt|em|rem)?[/ ]"
)
_SPACES = re.compile(r"\s+")


def declarations(style: str) -> dict[str, str]:
    """Names and values in lower case; of each value as much as could hide anything."""
    style, after = style[: style.rfind("*/") + 2], style[style.rfind("*/") + 2 :]
    found: dict[str, str] = {}
    for declaration in (_COMMENT.sub("", style) + after).lower().split(";"):
        name, _, value = declaration.partition(":")
        found[name.strip()] = _SPACES.sub(" ", value.replace("!important", "")).strip()[:_MAX_VALUE_CHARS]
    return found


def hides(style: str, behind: Colour = WHITE) -> bool:
    """Whether text in this style, on a ground of this colour, is kept from the eye."""
    found = declarations(style)
    if _AWAY.search(";".join(f"{name}:{value}" for name, value in found.items())):
        return True
    if _is_small(found.get("font-size", "")) or _is_faint(found.get("opacity", "")) or _is_closed(found):
        return True
    return not contrasts(found.get("color", ""), background(found) or behind)


def background(found: dict[str, str]) -> Colour | None:
    return colour(found.get("background-color") or found.get("background") or "")


def contrasts(written: str, ground: Colour) -> bool:
    """Whether text of this colour stands out; a colour that cannot be read is taken to."""
    written = written.strip().lower()
    if written.startswith("transparent") or _is_faint(_alpha(written)):
        return False
    found = colour(written)
    if found is None:
        return True
    if max(abs(one - other) for one, other in zip(found, ground, strict=True)) >= MIN_DIFFERENCE:
        return True
    darker, lighter = sorted((_luminance(found), _luminance(ground)))
    return (lighter + 0.05) / (darker + 0.05) >= MIN_CONTRAST


def colour(written: str) -> Colour | None:
    written = written[:_MAX_VALUE_CHARS].strip().lower()
    if found := _HEX.search(written):
        digits = found[1] if len(found[1]) >= 6 else "".join(2 * digit for digit in found[1][:3])
        return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    if function := _FUNCTION.search(written):
        return _by_function(function[1], _parts(function))
    return _NAMED.get(written.partition(" ")[0])


def _parts(function: re.Match[str]) -> list[str]:
    return re.split(r"[,\s/]+", function[2].strip())


def _by_function(name: str, parts: list[str]) -> Colour | None:
    numbers = [number for part in parts[:3] if (number := _number(part)) is not None]
    if len(numbers) < 3:
        return None
    first, second, third = numbers
    if name == "hsl":
        red, green, blue = colorsys.hls_to_rgb(first % 360 / 360, _byte(third * 2.55) / 255, _byte(second * 2.55) / 255)
        return round(red * 255), round(green * 255), round(blue * 255)
    scale = 2.55 if "%" in parts[0] else 1.0
    return _byte(first * scale), _byte(second * scale), _byte(third * scale)


def _byte(value: float) -> int:
    return round(max(0.0, min(value, 255.0)))


def _number(text: str) -> float | None:
    found = _NUMBER.search(text)
    return float(found[0]) if found else None


def _alpha(written: str) -> str:
    if found := _HEX.search(written):
        digits = found[1]
        hexadecimal = digits[6:8] if len(digits) == 8 else 2 * digits[3] if len(digits) == 4 else "ff"
        return str(int(hexadecimal, 16) / 255)
    function = _FUNCTION.search(written)
    parts = _parts(function) if function else []
    return parts[3] if len(parts) > 3 else ""


def _is_faint(opacity: str) -> bool:
    number = _number(opacity)
    return number is not None and number / (100 if "%" in opacity else 1) < MIN_OPACITY


def _is_small(size: str) -> bool:
    length = _LENGTH.search(size)
    return length is not None and float(length[1]) * _PIXELS[length[2] or ""] < MIN_PIXELS


def _is_closed(found: dict[str, str]) -> bool:
    """A box without room that lets nothing out of it."""
    measures = (found.get(name, "") for name in ("height", "width", "max-height", "max-width"))
    return found.get("overflow", "").startswith(("hidden", "clip")) and any(map(_is_small, measures))


def _luminance(of: Colour) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance"""
    shares = (channel / 255 for channel in of)
    linear = [share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
