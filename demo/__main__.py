"""python -m demo [--leave]: the main job on a sample site, with no Atlassian account."""

import argparse
import contextlib
import http.client
import json
import signal
import sys
import threading
from typing import Any

from demo.servers import DATA, free_port, memory_core, sample_site
from demo.tour import ADMIN, AGENT, Call, calls

ACCOUNT = ("reader@lantern.example", "sample-reader")
LONGEST_LINE = 3000


def main() -> int:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument(
        "--leave", action="store_true", help="end after showing; exit status 0 only if all of it worked"
    )
    leave = parser.parse_args().leave
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), sample_site() as site, memory_core(site, free_port(8080)) as made:
        worked = _show(site, made)
        if leave or not worked:
            return 0 if worked else 1
        _say_where(made)
        threading.Event().wait()
    return 0


def _show(site: str, made: dict[str, Any]) -> bool:
    keys = {AGENT: made["member_key"], ADMIN: made["api_key"]}
    print(f"Sample site on {site}, memory-core on {made['url']}\n")
    print("".join(f"{name}={key}\n" for name, key in keys.items()))
    worked = [_send(call, made["url"], keys) for call in calls(made["workspace_key"], site, *ACCOUNT)]
    return all(worked)


def _send(call: Call, url: str, keys: dict[str, str]) -> bool:
    print(f"# {call.says}\n$ {call.as_curl(url)}")
    connection = http.client.HTTPConnection("127.0.0.1", int(url.rsplit(":", 1)[1]), timeout=60)
    headers = {
        "Authorization": f"Bearer {keys[call.key]}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream" if call.path == "/mcp" else "application/json",
    }
    body = None if call.body is None else json.dumps(call.body)
    connection.request(call.method, call.target, body=body, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    worked = answer.status == call.expects and '"isError":true' not in text.replace(" ", "")
    print(f"{answer.status}{'' if worked else f'  EXPECTED {call.expects}'}\n{_readable(text)}\n", flush=True)
    return worked


def _readable(text: str) -> str:
    """JSON indented, the Markdown in it as lines."""
    try:
        text = json.dumps(json.loads(text), indent=1, ensure_ascii=False)
    except ValueError:
        return text
    text = text.replace("\\n", "\n    ").replace('\\"', '"')
    return text if len(text) <= LONGEST_LINE else text[:LONGEST_LINE] + "\n… (cut here for the demo)"


def _say_where(made: dict[str, Any]) -> None:
    print(f"Now open {made['url']}/integrations/{made['workspace_key']}/ (or {made['url']}/admin/) and sign in with")
    print(f"  email     {made['email']}\n  password  {made['password']}")
    print(f"The server's log is {DATA.name}/server.log. Ctrl-C ends the demo.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
