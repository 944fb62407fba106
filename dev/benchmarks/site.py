"""python -m dev.benchmarks.site --port 0: the sample site with one page more, as long as those that people write."""

import argparse
import contextlib
import itertools
import threading

from dev.sample_site import SampleSite

LONG_PAGE = "420009000"
LONG_PAGE_BYTES = 35_000  # of storage format


def main() -> None:
    parser = argparse.ArgumentParser(prog="dev.benchmarks.site", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    with SampleSite(port=parser.parse_args().port) as site:
        site.add_page("All runbooks on one page", id=LONG_PAGE, storage=long_body(site))
        print(site.url, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


def long_body(site: SampleSite) -> str:
    """The other pages, one after the other and from the beginning again."""
    bodies = itertools.cycle([page.storage for page in site.dataset.pages.values() if page.storage])
    body = ""
    while len(body) < LONG_PAGE_BYTES:
        body += next(bodies)
    return body


if __name__ == "__main__":
    main()
