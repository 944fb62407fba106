"""python -m dev.bundles DIST: the bridge as a wheel of its own, the folder of its .mcpb, and server.json."""

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import django

from dev.bundles.descriptions import MODULE, PYPROJECT, README, bundle_manifest, registry_entry

ROOT = Path(__file__).resolve().parents[2]
BRIDGE = ROOT / "atlassian/mcp/bridge.py"


def main() -> None:
    parser = argparse.ArgumentParser(prog="dev.bundles", description=__doc__)
    parser.add_argument("dist", type=Path)
    parser.add_argument("--owner", default="example", help="of the account that publishes it")
    given = parser.parse_args()
    given.dist.mkdir(parents=True, exist_ok=True)
    write_wheel(given.dist)
    write_bundle_folder(given.dist / "memory-core.mcpb.d")
    (given.dist / "server.json").write_text(_json(registry_entry(given.owner)), encoding="utf-8")


def write_wheel(dist: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder)
        (source / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
        (source / "README.md").write_text(README, encoding="utf-8")
        shutil.copy(BRIDGE, source / f"{MODULE}.py")
        command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(dist.resolve()), folder]
        subprocess.run(command, check=True, capture_output=True, text=True)


def write_bundle_folder(folder: Path) -> None:
    """What `mcpb pack` makes the .mcpb of."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "server").mkdir(parents=True)
    (folder / "manifest.json").write_text(_json(bundle_manifest(_tools())), encoding="utf-8")
    shutil.copy(BRIDGE, folder / "server" / f"{MODULE}.py")


def _tools() -> list[dict[str, str]]:
    os.environ |= {"SECRET_KEY": secrets.token_urlsafe(48), "FERNET_KEYS": secrets.token_urlsafe(48)}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from atlassian.mcp.tools import TOOLS

    return [{"name": tool.name, "description": tool.description.split(". ")[0]} for tool in TOOLS]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    main()
