"""What a command shows of its progress on a terminal."""

import io
from functools import partial

import pytest
from tqdm import tqdm


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Stderr from here on, on which a bar is drawn at every step, however fast."""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr("tqdm.tqdm", partial(tqdm, mininterval=0))
    return terminal
