"""Reads a file in a process of its own, within limits, and says what came of it: nothing of it runs in the server."""

import json
import logging
import os
import re
import subprocess
import sys
import sysconfig
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from select import POLLIN, poll
from typing import Any, BinaryIO

from atlassian.attachments.errors import AttachmentsBusy, unreadable
from atlassian.attachments.extraction import child
from atlassian.attachments.extraction.outcome import Extracted, Reason

log = logging.getLogger(__name__)

EXTRACTION_TIMEOUT = 15.0
SLOT_WAIT_SECONDS = 5.0
READ_BYTES = 1 << 20
MAX_AT_ONCE, MAX_AT_ONCE_OF_ONE = 4, 2  # in this process; of one workspace, so that the others get their turn
TEXT_MEMORY, PICTURE_MEMORY = 256 * 1024 * 1024, 640 * 1024 * 1024

_PATHS = [str(Path(__file__).parents[2]), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
_NOT_A_NAME = re.compile(r"\W", re.ASCII)
# Isolated from the environment and from site-packages' start-up files: 8 ms to the first line instead of 12. Writes no
# bytecode: each try, which is refused, would keep one of its few files open.
_COMMAND = [sys.executable, "-B", "-I", "-S", "-c"]
_PROGRAM = f"import sys; sys.path[:0] = {_PATHS!r}; from atlassian.attachments.extraction.child import main; main()"


@dataclass
class _Slots:
    """How many files are being read, in all and for each workspace."""

    changed: threading.Condition
    by_workspace: Counter[str]

    def is_free(self, workspace: str) -> bool:
        busy = self.by_workspace
        return busy.total() < MAX_AT_ONCE and busy[workspace] < MAX_AT_ONCE_OF_ONE


_slots = _Slots(threading.Condition(), Counter())


def extract(
    file: BinaryIO, name: str, *, charset: str = "", pictures: bool, workspace: str, seconds: float = EXTRACTION_TIMEOUT
) -> Extracted:
    """Raises AttachmentUnreadable, AttachmentsBusy. `file` is one with a number, since it is handed on by that."""
    given = {
        "file": file.fileno(),
        "name": name[-200:],
        "charset": charset[:40],
        "pictures": pictures,
        "memory": PICTURE_MEMORY if pictures else TEXT_MEMORY,
    }
    with _slot(workspace, min(seconds, SLOT_WAIT_SECONDS)):
        return _outcome(_run(given, min(seconds, EXTRACTION_TIMEOUT)))


@contextmanager
def _slot(workspace: str, seconds: float) -> Iterator[None]:
    with _slots.changed:
        if not _slots.changed.wait_for(lambda: _slots.is_free(workspace), timeout=max(0.0, seconds)):
            raise AttachmentsBusy()
        _slots.by_workspace[workspace] += 1
    try:
        yield
    finally:
        with _slots.changed:
            _slots.by_workspace[workspace] -= 1
            _slots.by_workspace += Counter()  # forgets those without any
            _slots.changed.notify_all()


@cache
def _compiled() -> None:
    """Once: the child, which may write nothing, would compile what it imports anew each time."""
    import compileall  # which loads the pools of processes

    compileall.compile_dir(Path(child.__file__).parent, quiet=2)


def _run(given: dict[str, Any], seconds: float) -> bytes:
    """What the process said; nothing where it died, or was ended because it took too long or said too much."""
    _compiled()
    process = subprocess.Popen(  # noqa: S603  our own program, nothing of the caller's in its arguments
        [*_COMMAND, _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,  # what could not be written would be tried once more at the end
        pass_fds=[given["file"]],
        env={"LC_ALL": "C.UTF-8"},
        cwd="/",
    )
    with process:
        try:
            return _asked(process, json.dumps(given).encode() + b"\n", time.monotonic() + seconds)
        finally:
            process.kill()


def _asked(process: subprocess.Popen[bytes], question: bytes, until: float) -> bytes:
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        return b""
    with suppress(BrokenPipeError):  # it died at once: that it says nothing tells that
        stdin.write(question)
    parts: list[bytes] = []
    size = 0
    waiting = poll()  # select() knows no file above the thousandth
    waiting.register(stdout, POLLIN)
    while waiting.poll(max(0.0, until - time.monotonic()) * 1000):
        part = os.read(stdout.fileno(), READ_BYTES)
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
        if size > child.MAX_OUTPUT_BYTES:
            break
    return b""


def _outcome(said: bytes) -> Extracted:
    """Raises AttachmentUnreadable, also for what is no answer of ours: a file may have got hold of its reader."""
    head, _, picture = said.partition(b"\n")
    try:
        answer = json.loads(head)
        if "reason" in answer:
            if fault := _NOT_A_NAME.sub("", str(answer.get("fault", "")))[:60]:
                log.warning("a file ended its reader by %s", fault)
            raise unreadable(Reason(answer["reason"]))
        return Extracted(**{**answer, "notes": [tuple(note) for note in answer["notes"]], "picture": picture})
    except (ValueError, TypeError, KeyError) as exc:
        raise unreadable(Reason.LIMITS) from exc
