"""python -m dev.demo: the main job on a sample site, with no Atlassian account."""

import argparse
import contextlib
import signal
import sys
import threading
from typing import Any

from dev.demo.servers import ROOT, data_of, free_port, memory_core, sample_site
from dev.demo.showing import as_examples, for_readme, keys_of, on_screen


def main() -> int:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--leave", action="store_true", help="end after showing; status 0 only if all of it worked")
    parser.add_argument("--examples", action="store_true", help="print each call of REST with its answer, and end")
    parser.add_argument("--readme", action="store_true", help="print what README shows of it, and end")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = free_port(8080)
    with contextlib.suppress(KeyboardInterrupt), sample_site() as site, memory_core(site, port) as made:
        show = for_readme if given.readme else as_examples if given.examples else on_screen
        worked = show(site, made)
        if given.leave or given.readme or given.examples or not worked:
            return 0 if worked else 1
        _say_where(made, port)
        threading.Event().wait()
    return 0


def _say_where(made: dict[str, Any], port: int) -> None:
    print("To send the lines above yourself, set the two keys in another terminal:")
    print("".join(f"  {name}={key}\n" for name, key in keys_of(made).items()))
    print(f"Now open {made['url']}/integrations/{made['workspace_key']}/ (or {made['url']}/admin/) and sign in with")
    print(f"  email     {made['email']}\n  password  {made['password']}\n")
    log = (data_of(port) / "server.log").relative_to(ROOT)
    print(f"The server's log is {log}. Ctrl-C ends the demo.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
