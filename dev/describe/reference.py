"""docs/reference.md: settings, calls, errors, commands and actions, as the code has them."""

import argparse
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management import get_commands, load_command_class

from audit.vocabulary import CHANGING, UNRECORDED_SUCCESS, Action
from config.manage import OURS
from config.openapi.document import document
from config.openapi.errors import described_errors
from workspaces.roles import GRANTS

ROOT = Path(__file__).resolve().parents[2]
HEAD = """# Reference

Made from the code by `make describe`; edit what it is made from. In other words: [settings](#settings),
[calls](#calls), [errors](#errors), [commands](#commands), [actions and roles](#actions-and-roles). The same calls for
machines: [openapi.json](openapi.json), and `/v1/openapi.json` and `/v1/docs` of a running server. The four reads are
also MCP tools with the same arguments: [mcp.md](mcp.md).
"""


def reference() -> str:
    parts = [HEAD, *_settings(), *_calls(), *_errors(), *_commands(), *_actions()]
    return "\n".join(parts) + "\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), ["---"] * len(list(head)), *map(list, rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def _settings() -> Iterator[str]:
    yield "## Settings\n"
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    intro, *sections = text.split("\n## ")
    yield _sentence_of(intro) + "\n"
    for section in sections:
        title, _, body = section.partition("\n")
        yield f"### {title}\n"
        yield table(("variable", "default", "meaning"), _variables(body))


def _variables(body: str) -> Iterator[tuple[str, str, str]]:
    meaning: list[str] = []
    for line in body.splitlines():
        if line.startswith("#"):
            meaning.append(line.lstrip("# "))
        elif "=" in line:
            name, _, default = line.partition("=")
            yield f"`{name}`", f"`{default}`" if default else "", " ".join(meaning)
            meaning = []


def _sentence_of(comment: str) -> str:
    return " ".join(line.lstrip("# ") for line in comment.splitlines() if line.startswith("#"))


def _calls() -> Iterator[str]:
    yield "## Calls\n"
    yield (
        "`Authorization: Bearer <API key>`. What is not marked required may be left out; an unknown parameter is "
        "refused by name. Beside these: `/healthz` (the process lives), `/readyz` (it can serve), `/mcp`.\n"
    )
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            yield f"### {method.upper()} {path}\n"
            yield operation.get("description", "") + "\n"
            yield from _arguments_of(operation)


def _arguments_of(operation: dict[str, Any]) -> Iterator[str]:
    rows = [
        (parameter["name"], parameter["schema"], parameter.get("required", False), parameter.get("description", ""))
        for parameter in operation.get("parameters", [])
    ]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        rows += _members(_resolved(content["schema"]))
    if rows:
        yield table(("argument", "what it may be", "meaning"), (_argument(*row) for row in rows))


def _members(schema: dict[str, Any], within: str = "") -> list[tuple[str, dict[str, Any], bool, str]]:
    """Of an object; those of an object in it are called config.base_url."""
    rows = []
    for name, inner in schema.get("properties", {}).items():
        rows.append((f"{within}{name}", inner, name in schema.get("required", []), inner.get("description", "")))
        named = inner if "$ref" in inner else next(iter(inner.get("allOf", inner.get("oneOf", []))), {})
        if "$ref" in named and not within:
            rows += _members(_resolved(named), f"{name}.")
    return rows


def _argument(name: str, schema: dict[str, Any], required: bool, description: str) -> tuple[str, str, str]:
    return (
        f"`{name}`" + (" (required)" if required else ""),
        bounds(schema),
        description or schema.get("description", ""),
    )


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, where there is only its name."""
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def bounds(schema: dict[str, Any]) -> str:
    """'integer, 1 to 50, default 10' of a schema."""
    if "$ref" in schema or "allOf" in schema or "oneOf" in schema:
        inner = schema if "$ref" in schema else (schema.get("allOf") or schema["oneOf"])[0]
        return _described(_resolved(inner)) if "$ref" in inner else bounds(inner)
    return _described(schema)


def _described(schema: dict[str, Any]) -> str:
    if "properties" in schema:
        return "object"
    kind = schema.get("type", "")
    words = [" or ".join(kind) if isinstance(kind, list) else kind]
    if "enum" in schema:
        words = ["one of " + ", ".join(f"`{value}`" for value in schema["enum"] if value)]
    if kind == "array":
        words = [f"list of {bounds(schema['items'])}"]
    words += [
        sentence.format(schema[name])
        for name, sentence in (
            ("format", "{}"),
            ("minimum", "from {}"),
            ("maximum", "to {}"),
            ("maxLength", "at most {} characters"),
            ("maxItems", "at most {}"),
        )
        if name in schema
    ]
    if "default" in schema and schema["default"] not in ("", [], None):
        words.append(f"default {schema['default']}")
    return ", ".join(word for word in words if word)


def _errors() -> Iterator[str]:
    yield "## Errors\n"
    yield (
        'Always `{"error": {"code", "message", "details"?, "request_id"}}`; `request_id` is in the log and in the '
        "audit record. 401 comes with `WWW-Authenticate`, 429 with `Retry-After`.\n"
    )
    rows = ((str(error.status), f"`{error.code}`", error.sentence) for error in described_errors())
    yield table(("status", "code", "message"), rows)


def _commands() -> Iterator[str]:
    yield "## Commands\n"
    yield "`.venv/bin/python manage.py …`. Whatever changes something leaves a record.\n"
    for name, app in sorted(get_commands().items()):
        if app in OURS:
            command = load_command_class(app, name)
            yield f"### {name}\n"
            yield " ".join(command.help.split()) + "\n"
            yield from _usage(command, name)


def _usage(command: Any, name: str) -> Iterator[str]:
    parser = command.create_parser("manage.py", name)
    rows = [
        (f"`{', '.join(action.option_strings) or action.metavar or action.dest}`", _help_of(action))
        for action in parser._actions
        if action.help != argparse.SUPPRESS and action.dest not in ("help", "skip_checks")
    ]
    if name != "migrate":
        if rows:
            yield table(("argument", "meaning"), rows)
        yield "\n".join(["```sh", *(f".venv/bin/python manage.py {line}" for line in command.examples), "```\n"])


def _help_of(action: argparse.Action) -> str:
    choices = f"one of {', '.join(map(str, action.choices))}" if action.choices else ""
    default = f"default {action.default}" if action.default not in (None, False, "", []) else ""
    return "; ".join(filter(None, (re.sub(r"\s+", " ", action.help or ""), choices, default)))


def _actions() -> Iterator[str]:
    yield "## Actions and roles\n"
    yield (
        "What can be done, as the audit log names it, and which role may. A Django superuser counts as owner "
        "everywhere. Looking at lists is recorded only where it is refused or fails.\n"
    )
    roles = list(GRANTS)
    rows = ((f"`{action}`", *(_yes(action in GRANTS[role]) for role in roles), _kind(action)) for action in Action)
    yield table(("action", *(str(role) for role in roles), ""), rows)


def _yes(granted: bool) -> str:
    return "yes" if granted else ""


def _kind(action: Action) -> str:
    if action in CHANGING:
        return "changes something"
    return "recorded where it is refused or fails" if action in UNRECORDED_SUCCESS else ""
