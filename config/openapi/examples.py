"""Real calls and their answers, as the demo got them: `make describe` writes them anew."""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("examples.json")
# "GET /v1/jira/search" → {"arguments": …, "answer": …}
CALLS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
# Name of a parameter → a value that it may have.
ARGUMENTS: dict[str, Any] = {
    name: value for call in CALLS.values() for name, value in call["arguments"].items() if name != "config"
}
