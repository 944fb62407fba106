"""The bridge as it is handed on: a wheel of one file, a bundle, and its entry in the registry of MCP servers."""

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from atlassian.mcp.tools import TOOLS
from config import __version__
from dev.bundles.descriptions import VARIABLES

ROOT = Path(__file__).parents[2]
BRIDGE = (ROOT / "atlassian/mcp/bridge.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "dev.bundles", str(folder), "--owner", "acme"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return folder


def test_the_wheel_is_the_bridge_and_nothing_else(dist):
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert wheel.name == f"memory_core_mcp-{__version__}-py3-none-any.whl"
        assert [name for name in names if ".dist-info/" not in name] == ["memory_core_mcp.py"]
        assert archive.read("memory_core_mcp.py").decode() == BRIDGE
        scripts = next(name for name in names if name.endswith("entry_points.txt"))
        assert "memory-core-mcp = memory_core_mcp:main" in archive.read(scripts).decode()


def test_the_bundle_starts_the_bridge_and_keeps_the_key_secret(dist):
    manifest = json.loads((dist / "memory-core.mcpb.d/manifest.json").read_text(encoding="utf-8"))

    entry = manifest["server"]["entry_point"]
    assert (dist / "memory-core.mcpb.d" / entry).read_text(encoding="utf-8") == BRIDGE
    assert manifest["version"] == __version__
    assert {tool["name"] for tool in manifest["tools"]} == {tool.name for tool in TOOLS}
    asked = set(re.findall(r"\$\{user_config\.(\w+)\}", json.dumps(manifest["server"])))
    assert asked == set(manifest["user_config"])
    assert manifest["user_config"]["memory_core_api_key"]["sensitive"] is True


def test_the_registry_entry_names_the_package_and_what_it_needs(dist):
    entry = json.loads((dist / "server.json").read_text(encoding="utf-8"))

    assert entry["name"] == "io.github.acme/memory-core"
    assert len(entry["description"]) <= 100
    assert entry["version"] == entry["packages"][0]["version"] == __version__
    secrets = {item["name"] for item in entry["packages"][0]["environmentVariables"] if item["isSecret"]}
    assert secrets == {"MEMORY_CORE_API_KEY"}
    assert all(f'"{name}"' in BRIDGE for name, *_ in VARIABLES)


def test_nobody_can_publish_the_service_itself():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert "Private :: Do Not Upload" in project["classifiers"]
