"""What stands where a secret would: an example, a variable, a hint where to look."""

import re

SEEN_CHARS = 200

_PLACEHOLDER = re.compile(
    r"""
      (?:\\?\*){2} | [<>{}…•] | \.\.\. | x{4} | \[masked | [$%]\w*[({]
    | your | example | change.?me | placeholder | redacted | dummy | replace
    | \A(?: [$%@] | see\b | env\b | process\. | os\. | config\. | secrets?\. | vault | var\. | https?: | \w+:// )
    | \A[a-z_]\w*(?:\.[a-z_]\w*)+\Z       # a name in code
    | \A[\w.]+\(                         # a call in code
    | \A[a-z][a-z0-9_]+-\d+\Z            # the key of an issue
    | \Av?\d+(?:\.\d+)*[a-z]?\Z          # a version
    | \Av\d+(?:alpha|beta)\d*\Z
    | \A\d{4}-\d\d-\d\dt[\d:.z+-]*\Z     # a moment
    """,
    re.VERBOSE,
)


def is_placeholder(value: str) -> bool:
    return bool(_PLACEHOLDER.search(value[:SEEN_CHARS].lower()))
