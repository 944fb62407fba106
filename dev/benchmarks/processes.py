"""What a server and the processes below it have used, as Linux counts it."""

import time
from pathlib import Path

_CPU_CLOCK_OF_A_PROCESS = 2  # clock_getcpuclockid(3), which Python does not have


def family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in family(int(child)))]


def cpu_seconds(pid: int) -> float:
    """Of user and system, of all of them."""
    return sum(time.clock_gettime(~member << 3 | _CPU_CLOCK_OF_A_PROCESS) for member in family(pid))


def memory_mb(pid: int) -> tuple[float, float]:
    """Of the largest of them: all that it holds, and of that what it shares with none."""
    return max(map(_memory, family(pid)))


def _memory(pid: int) -> tuple[float, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {name: int(size.split()[0]) / 1024 for name, size in (line.split(":") for line in lines)}
    return sizes["Rss"], sizes["Private_Clean"] + sizes["Private_Dirty"]
