"""The demo, as `make demo STAY=0` runs it, and README's account of it."""

import subprocess
import sys
from pathlib import Path

from demo.readme import README, block_of

ROOT = Path(__file__).parents[1]


def test_the_demo_works_and_readme_shows_what_it_prints():
    command = [sys.executable, "-m", "demo", "--readme"]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert block_of(README.read_text(encoding="utf-8")) == ended.stdout
