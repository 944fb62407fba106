"""python -m dev.describe: docs/openapi.json and docs/reference.md, written from the code. --check: are they current?"""

import argparse
import os
import secrets
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.describe", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 where they are not current")
    check = parser.parse_args().check
    _set_up()
    from dev.describe.files import FILES

    stale = [name for name, made in FILES.items() if _written(ROOT / name) != made()]
    if check:
        print("\n".join(f"{name} is not current: make describe" for name in stale) or "All current.")
        return 1 if stale else 0
    for name in stale:
        (ROOT / name).write_text(FILES[name](), encoding="utf-8")
    print(f"Written: {', '.join(stale) or 'nothing, for all were current'}.")
    return 0


def _set_up() -> None:
    """Without a developer's .env: what is described depends on the code alone."""
    os.environ |= {"SECRET_KEY": secrets.token_urlsafe(48), "FERNET_KEYS": secrets.token_urlsafe(48)}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


def _written(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
