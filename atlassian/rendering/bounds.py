"""How much of one document is read, so that none holds the processor or the memory for long."""

import json
import math
from typing import Any

# Elements or nodes of a document. Real pages have hundreds or thousands, a table of 400 × 400 cells 320,000.
MAX_STEPS = 600_000
# Long texts count by their length: all together are at most five million characters, a page with its markup twice that.
CHARS_A_STEP = 8
MAX_SOURCE_CHARS = 10_000_000
# Text under marks or a link takes several times as long to write as plain text.
MARKED_STEPS = 5
# JSON of a few bytes a value takes thirty times its size in memory.
MAX_JSON_VALUES = 1_000_000

CUT_SHORT = "[cut short: this document has more parts than are read at once; the rest of it is at Atlassian]"


def read_json(text: str) -> Any:
    """
    None stands for a number that no answer of ours could repeat, like NaN or 1e999.

    Raises ValueError for what is not JSON, is nested too deeply, or holds more values than are read.
    """
    # A text of fewer characters holds fewer values.
    if len(text) > MAX_JSON_VALUES and text.count(",") + text.count("[") + text.count("{") > MAX_JSON_VALUES:
        raise ValueError("too many values")
    try:
        return _DECODER.decode(text)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


_DECODER = json.JSONDecoder(strict=False, parse_float=_finite, parse_constant=lambda name: None)
