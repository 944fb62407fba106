"""
The process of its own in which a file is read. It has no environment, no settings, no database and no network.

One line of JSON comes in by standard input: the number of an open file, and what is known of it. One line of JSON goes
out, followed by the bytes of a picture. Whatever the file does to its reader, it does to this process alone.
"""

import json
import os
import resource
import sys
from typing import Any

from atlassian.attachments.extraction.confinement import forbid_calls

CPU_SECONDS = 10
MAX_OPEN_FILES = 256
MAX_OUTPUT_BYTES = 12 * 1024 * 1024
# Nothing here opens a connection, starts a program or loads a library on behalf of a file.
FORBIDDEN = ("socket.", "subprocess.", "ctypes.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system")


def main() -> None:
    given = json.loads(sys.stdin.buffer.readline())
    _limit(given["memory"])
    forbid_calls()
    sys.addaudithook(_refuse)
    head, body = _outcome(given)
    said = memoryview(json.dumps(head, ensure_ascii=False).encode(errors="replace") + b"\n" + body)
    while said:
        said = said[os.write(1, said) :]
    os._exit(0)  # without tidying up what a hostile file may have left


def _limit(memory: int) -> None:
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: MAX_OPEN_FILES,
        resource.RLIMIT_NPROC: 0,
    }
    for name, most in limits.items():
        resource.setrlimit(name, (most, most))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    writes = event == "open" and isinstance(arguments[1], str) and not set(arguments[1]).isdisjoint("wax+")
    if writes or event.startswith(FORBIDDEN):
        raise PermissionError(event)


def _outcome(given: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from atlassian.attachments.extraction.files import extract
    from atlassian.attachments.extraction.outcome import MAX_WRITTEN_CHARS, Reason, Unreadable

    try:
        with os.fdopen(given["file"], "rb") as file:
            file.seek(0)
            extracted = extract(file, given["name"], given["charset"], pictures=given["pictures"])
    except Unreadable as exc:
        return {"reason": exc.reason}, b""
    except (MemoryError, RecursionError):
        return {"reason": Reason.LIMITS}, b""
    except Exception as exc:  # noqa: BLE001  ends this process and nothing else; the server logs its kind
        return {"reason": Reason.BROKEN, "fault": type(exc).__name__}, b""
    if not extracted.picture and not extracted.text.strip():
        was_cut = any(code == "cut" for code, _ in extracted.notes)
        return {"reason": Reason.LIMITS if was_cut else Reason.NO_TEXT}, b""
    if len(extracted.text) > MAX_WRITTEN_CHARS:
        extracted.text = extracted.text[:MAX_WRITTEN_CHARS]
        extracted.note("cut")
    head = {name: value for name, value in vars(extracted).items() if name != "picture"}
    return head, extracted.picture
