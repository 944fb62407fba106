"""python -m dev.demo.readme < block: put what the demo printed between README's marks."""

import sys
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- from here: make readme -->\n", "<!-- to here -->\n"


def block_of(text: str) -> str:
    return text.split(BEGIN, 1)[1].split(END, 1)[0]


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    README.write_text(text.replace(BEGIN + block_of(text) + END, BEGIN + sys.stdin.read() + END), encoding="utf-8")
