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


def memory_mb(pid: int) -> tuple[float, float]:
    """Of the largest of them: all that it holds, and of that what it shares with none."""
    return max(map(_memory, family(pid)))


def _fields(pid: int) -> list[str]:
    """Those behind the name, which may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _memory(pid: int) -> tuple[float, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {name: int(size.split()[0]) / 1024 for name, size in (line.split(":") for line in lines)}
    return sizes["Rss"], sizes["Private_Clean"] + sizes["Private_Dirty"]
