"""What docs/threat-model.md promises is held by tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_each_test_that_the_threat_model_names_is_there():
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "threat-model.md").read_text()))
    defined = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^ *def (test_\w+)\(", path.read_text(), re.MULTILINE)
    }

    assert len(named) > 40
    assert named - defined == set()
