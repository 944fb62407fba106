"""
DRF and requests import what they can do more with, where it is installed, whether anybody wants that or not.

Much of it is installed for others. A process on SQLite would hold 15 MB of it and take 0.1 s longer to start.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

UNUSED = (
    "django.contrib.postgres.fields",  # for columns that we have none of; loads psycopg, whatever the database is
    "charset_normalizer",  # guesses a charset: what requests fetches for us is JSON or a file
    "yaml",  # for a schema as YAML: ours is JSON
    "pygments",  # for pages of DRF's own
)


def import_without_unused() -> None:
    """Whoever wants one of these imports it as usual, later."""
    with _absent(*UNUSED), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # requests', that nothing guesses charsets
        import rest_framework.compat  # noqa: F401  it imports requests


@contextmanager
def _absent(*names: str) -> Iterator[None]:
    """None in place of a module is Python's own way to say that there is none."""
    absent = [name for name in names if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
