"""Whatever the description permits, and much that it does not, sent to a running server before the sample site."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from dev.demo.servers import free_port, memory_core, sample_site
from dev.demo.showing import ACCOUNT, answered_calls

ROOT = Path(__file__).parents[2]
EXAMPLES = 3  # of each call and kind; bounded so that the suite stays quick


def test_schemathesis_finds_nothing(tmp_path):
    with sample_site(8690) as site, memory_core(site, free_port(8700)) as made:
        connected = [status for call, status, _ in answered_calls(site, made) if call.method == "PUT"]
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            *("--config-file", str(ROOT / "tests/config/schemathesis.toml")),
            *("run", f"{made['url']}/v1/openapi.json", "--max-examples", str(EXAMPLES)),
            *("--header", f"Authorization: Bearer {made['api_key']}"),
        ]
        # The first answer takes two seconds of processor time to make: schemathesis gives up after ten on the clock.
        urlopen(f"{made['url']}/v1/openapi.json", timeout=120).close()
        environment = os.environ | {"HOME": str(tmp_path)}
        ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)

    assert connected == [200, 200]
    assert ended.returncode == 0, ended.stdout[-8000:] + ended.stderr
    assert ACCOUNT[1] not in ended.stdout
