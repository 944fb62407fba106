"""What the processes of one server have in common."""

import re
from pathlib import Path

from tests.running_server import get, running_server

MOST_ITS_OWN = 0.5


def test_a_process_that_serves_shares_most_of_its_memory_with_the_one_that_started_it(tmp_path):
    with running_server(tmp_path) as port:
        assert get(port, "/nothing")[0] == 404
        worker = re.search(r"Booting worker with pid: (\d+)", (tmp_path / "server.log").read_text())
        assert worker is not None
        memory = memory_of(int(worker[1]))

    assert memory["Private_Dirty"] + memory["Private_Clean"] < MOST_ITS_OWN * memory["Rss"]


def memory_of(pid: int) -> dict[str, int]:
    """In KB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(value.split()[0]) for name, value in (line.split(":") for line in lines)}
