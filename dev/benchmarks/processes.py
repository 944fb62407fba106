"""What a server and the processes below it have used, from /proc."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in family(int(child)))]


def cpu_seconds(pid: int) -> float:
    """Of user and system, of all of them."""
    return sum(sum(map(int, _fields(member)[11:13])) for member in family(pid)) / TICKS


def resident_mb(pid: int) -> float:
    """Of the largest of them."""
    sizes = [line.split()[1] for member in family(pid) for line in _status(member) if line.startswith("VmRSS")]
    return max(map(int, sizes)) / 1024


def _fields(pid: int) -> list[str]:
    """Those behind the name, which may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _status(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/status").read_text().splitlines()
