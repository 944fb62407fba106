"""python -m dev.sample_site --port 8090"""

import argparse
import contextlib
import threading

from dev.sample_site import READER, SampleSite


def main() -> None:
    parser = argparse.ArgumentParser(prog="dev.sample_site", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one")
    parser.add_argument("--email", default="", help=f"accept this account (default {READER.email})")
    parser.add_argument("--token", default="", help=f"with this token (default {READER.tokens[0].value})")
    parser.add_argument("--log", action="store_true", help="write each request to stderr")
    given = parser.parse_args()
    with SampleSite(given.host, given.port, email=given.email, token=given.token, log=given.log) as site:
        print(site.url, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
