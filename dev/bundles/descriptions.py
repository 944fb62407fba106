"""How the bridge is described: as a package, as a bundle for desktop programs, and to the registry of MCP servers."""

from typing import Any

from config import __version__

DESCRIPTION = "Search and read a team's Jira and Confluence through its own memory-core: audited, read-only."
MODULE = "memory_core_mcp"

PYPROJECT = f"""\
[project]
name = "memory-core-mcp"
version = "{__version__}"
description = "{DESCRIPTION}"
readme = "README.md"
requires-python = ">=3.9"

[project.scripts]
memory-core-mcp = "{MODULE}:main"

[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[tool.setuptools]
py-modules = ["{MODULE}"]
"""

README = f"""\
# memory-core-mcp

{DESCRIPTION} This is the bridge for programs that start their MCP servers: one file of Python's standard library, which
passes JSON-RPC lines between stdin, stdout and your server. It needs `MEMORY_CORE_URL` and `MEMORY_CORE_API_KEY`.
"""

# Name, what a person is told of it, whether it is a secret, whether it is needed.
VARIABLES = [
    ("MEMORY_CORE_URL", "Address of your memory-core, like https://memory.acme.example", False, True),
    ("MEMORY_CORE_API_KEY", "Your API key of memory-core; it begins with mc_", True, True),
]


def bundle_manifest(tools: list[dict[str, str]]) -> dict[str, Any]:
    """Of the .mcpb: https://github.com/modelcontextprotocol/mcpb/blob/main/MANIFEST.md"""
    environment = {name: f"${{user_config.{name.lower()}}}" for name, *_ in VARIABLES}
    entry = f"server/{MODULE}.py"
    argument = f"${{__dirname}}/{entry}"
    return {
        "manifest_version": "0.3",
        "name": "memory-core",
        "display_name": "memory-core: Jira and Confluence",
        "version": __version__,
        "description": DESCRIPTION,
        "author": {"name": "memory-core"},
        "server": {
            "type": "python",
            "entry_point": entry,
            "mcp_config": {
                "command": "python3",
                "args": [argument],
                "env": environment,
                "platform_overrides": {"win32": {"command": "py", "args": [argument], "env": environment}},
            },
        },
        "tools": tools,
        "user_config": {
            name.lower(): {
                "type": "string",
                "title": name.removeprefix("MEMORY_CORE_").replace("_", " ").capitalize(),
                "description": said,
                "sensitive": secret,
                "required": needed,
            }
            for name, said, secret, needed in VARIABLES
        },
        "compatibility": {"platforms": ["darwin", "linux", "win32"], "runtimes": {"python": ">=3.9"}},
    }


def registry_entry(owner: str) -> dict[str, Any]:
    """server.json: https://github.com/modelcontextprotocol/registry/tree/main/docs/reference/server-json"""
    return {
        "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "name": f"io.github.{owner}/memory-core",
        "title": "memory-core",
        "description": DESCRIPTION,
        "version": __version__,
        "packages": [
            {
                "registryType": "pypi",
                "identifier": "memory-core-mcp",
                "version": __version__,
                "transport": {"type": "stdio"},
                "environmentVariables": [
                    {"name": name, "description": said, "isRequired": needed, "isSecret": secret}
                    for name, said, secret, needed in VARIABLES
                ],
            }
        ],
    }
