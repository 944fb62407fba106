"""What the kernel refuses the process in which a file is read, whoever in it asks: libraries in C too."""

import platform
import struct
import sys

# Numbers of calls: socket, connect, bind, listen, sendto, ptrace, execve, execveat, by the architecture's own number.
_FORBIDDEN = {
    "x86_64": (0xC000003E, (41, 42, 49, 50, 44, 101, 59, 322)),
    "aarch64": (0xC00000B7, (198, 203, 200, 201, 206, 117, 221, 281)),
}
_X32 = 0x40000000  # the same calls of x86_64 under other numbers
_NO_NEW_PRIVILEGES, _SET_FILTER, _FILTER_MODE = 38, 22, 2
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # the caller is told EPERM
_CALL, _ARCHITECTURE = 0, 4  # where in what the kernel shows to the filter


def forbid_calls() -> bool:
    """Whether it could be done: only Linux can, and only of these processors are the numbers known here."""
    known = _FORBIDDEN.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    import ctypes

    program = _program(*known)
    buffer = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    prctl = ctypes.CDLL(None).prctl
    return bool(prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and prctl(_SET_FILTER, _FILTER_MODE, described) == 0)


def _program(architecture: int, calls: tuple[int, ...]) -> bytes:
    """Steps of the kernel's small language, each with how far to jump if it holds and if not."""
    refuse = len(calls) + 1  # steps from the first comparison with a call to the refusal, which stands last
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _CALL),
        (_IF_AT_LEAST, refuse, 0, _X32),
        *((_IF_EQUAL, len(calls) - number, 0, call) for number, call in enumerate(calls)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
