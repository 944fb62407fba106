"""The product's settings in the environment of the suite: for pytest, and for mypy, which loads them to know types."""

import tests.environment  # noqa: F401  before settings.py reads the environment
from config.settings import *  # noqa: F403  all of them are meant
