"""The demo, as `make demo STAY=0` runs it, and README's account of it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from dev.demo.readme import README, block_of
from dev.demo.servers import free_port, own_port

ROOT = Path(__file__).parents[1]
OF_A_DEVELOPER = {
    "MEMORY_CORE_RATE_LIMIT_PER_MINUTE": "1",
    "MEMORY_CORE_INTEGRATION_LOCKED_PROVIDERS": "all",
    "DATABASE_URL": "sqlite:////nowhere/at/all.sqlite3",
}


def test_the_demo_works_and_readme_shows_what_it_prints_whatever_a_developer_has_set(tmp_path):
    command = [sys.executable, "-m", "dev.demo", "--readme"]

    environment = os.environ | OF_A_DEVELOPER | {"HOME": str(tmp_path)}

    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert block_of(README.read_text(encoding="utf-8")) == ended.stdout
    assert list(tmp_path.iterdir()) == [], "it left something in the user's home"


def test_a_port_that_is_taken_is_passed_over_for_one_near_it():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert port < free_port(port) < port + 100


def test_whoever_asks_for_one_port_at_the_same_time_gets_one_each():
    port = own_port()

    assert port not in {free_port(port), free_port(port)}
