"""What a person sees of each kind of Jira field. One row a kind; what no row names goes by its value alone."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from atlassian.jira.people import NAMELESS_PERSON
from atlassian.moments import day, minute
from atlassian.upstream.responses import clean, dig, items, line, mapping, number

_GREENHOPPER = "com.pyxis.greenhopper.jira:"
_DESK = "com.atlassian.servicedesk:"
# Ranks, colours and packed data: written by programs for programs.
NOISE = frozenset(
    {
        f"{_GREENHOPPER}gh-lexo-rank",
        f"{_GREENHOPPER}gh-global-rank",
        f"{_GREENHOPPER}gh-epic-color",
        f"{_GREENHOPPER}gh-epic-status",
        f"{_GREENHOPPER}jsw-issue-color",
        "com.atlassian.jira.ext.charting:timeinstatus",
    }
)
NOISE_PATTERN = re.compile(r"proforma-managed-fields:|:forms-[\w-]+-cftype$")

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S*")
MAX_DEPTH = 20  # of lists and choices within each other
_TICKS = {True: "[x]", False: "[ ]"}  # of a checklist's item
_LABELS = ("value", "displayName", "name", "title", "key", "label", "emailAddress")


def plain_value(value: Any, depth: int = 0) -> Any:
    """By its shape: None where it holds no text that a person could read, or is nested as no field is."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return int(value) if isinstance(value, int) or value.is_integer() else value
    if isinstance(value, str):
        return _text_value(value)
    if isinstance(value, list):
        return [plain for each in value if (plain := plain_value(each, depth + 1)) not in (None, "", [])] or None
    return _object_value(value, depth) if isinstance(value, dict) else None


def _text_value(value: str) -> str:
    value = clean(value).strip()
    if value == "{}":  # an empty object of a program's
        return ""
    return minute(value) if _INSTANT.fullmatch(value) else value


def _object_value(value: Mapping[str, Any], depth: int) -> Any:
    label = next((found for name in _LABELS if (found := line(value, name))), "")
    if label:
        child = plain_value(mapping(value, "child"), depth + 1)
        label = f"{label} → {child}" if child else label
        return f"{_TICKS[dig(value, 'checked')]} {label}" if isinstance(dig(value, "checked"), bool) else label
    if line(value, "accountId"):
        return NAMELESS_PERSON
    if dig(value, "rating") is not None:
        return plain_value(dig(value, "rating"), depth + 1)
    return _interval(value)


def _interval(value: Mapping[str, Any]) -> str | None:
    ends = [_day_or_minute(line(value, name)) for name in ("start", "end")]
    return " to ".join(end or "…" for end in ends) if any(ends) else None


def _day_or_minute(value: str) -> str:
    return minute(value) if _INSTANT.fullmatch(value) else value


def _sprints(value: Any) -> Any:
    """Lists closed sprints last: an issue keeps all sprints that it was ever in."""
    sprints = [_sprint_parts(each) for each in (value if isinstance(value, list) else [value])]
    named = [each for each in sprints if each.get("name")]
    named.sort(key=lambda each: str(each.get("state", "")).lower() == "closed")
    return [_sprint(each) for each in named] or plain_value(value)


def _sprint_parts(value: Any) -> dict[str, Any]:
    """A server of old gave the text of a Java object: …Sprint@1f[id=1,name=Gate 42,state=ACTIVE]."""
    if isinstance(value, str):
        inside = clean(value[value.find("[") + 1 :][:1_000]).rstrip("]")
        pairs = (each.partition("=") for each in re.split(r",(?=\w+=)", inside))
        return {name: value for name, sign, value in pairs if sign}
    return value if isinstance(value, dict) else {}


def _sprint(parts: Mapping[str, Any]) -> str:
    state, end = line(parts, "state").lower(), line(parts, "endDate")
    until = f", until {day(end)}" if end and end != "<null>" and state != "closed" else ""
    return f"{line(parts, 'name')} ({state}{until})" if state else line(parts, "name")


MAX_PARSED_CHARS = 5_000  # of a value that is itself a notation
_DEVELOPMENT = re.compile(r"(?<![a-z-])([a-z][a-z-]*)=\{dataType=[\w-]+, state=(\w+), stateCount=(\d{1,6})\}")
_DEVELOPMENT_NOUNS = {"pullrequest": "pull request", "deployment-environment": "deployment environment"}


def _development(value: Any) -> Any:
    """Jira's own summary, in the notation of a Java map with JSON inside; it may lag behind."""
    if not isinstance(value, str):
        return None
    found = _development_json(value) or _DEVELOPMENT.findall(value[:MAX_PARSED_CHARS])
    said = [_counted(kind, state, int(count)) for kind, state, count in found if int(count)]
    return f"{', '.join(said)} (as Jira has cached it)" if said else None


def _development_json(value: str) -> list[tuple[str, str, int]]:
    start = value.find("json={")
    if start < 0:
        return []
    try:
        summary, _ = json.JSONDecoder().raw_decode(value[start + len("json=") :])
    except (ValueError, RecursionError):
        return []
    kinds = mapping(summary, "cachedValue", "summary")
    return [
        (clean(kind), line(kinds, kind, "overall", "state"), number(kinds, kind, "overall", "count")) for kind in kinds
    ]


def _counted(kind: str, state: str, count: int) -> str:
    noun = _DEVELOPMENT_NOUNS.get(kind, kind)
    return f"{count} {noun}{'s' if count > 1 else ''} {state.lower()}".strip()


def _request_type(value: Any) -> Any:
    return line(value, "requestType", "name") or plain_value(value)


def _service_level(value: Any) -> Any:
    """Shows when the level is breached: the remaining time is working time, which a reader cannot add to a clock."""
    cycle = mapping(value, "ongoingCycle")
    done: dict[str, Any] = next(reversed(items(value, "completedCycles")), {})
    breached = "breached" if dig(cycle or done, "breached") is True else "not breached"
    if cycle:
        due = line(cycle, "breachTime", "iso8601")
        paused = ", paused" if dig(cycle, "paused") is True else ""
        return f"due {minute(due)}, {breached}{paused}" if due else f"running, {breached}{paused}"
    if done:
        stopped = line(done, "stopTime", "iso8601")
        return f"done {minute(stopped)}, {breached}" if stopped else f"done, {breached}"
    return None


def _approvals(value: Any) -> Any:
    said = []
    for each in value if isinstance(value, list) else [value]:
        name, decision = line(each, "name"), line(each, "finalDecision")
        said += [f"{name} ({decision})" if name and decision else name or decision]
    return [each for each in said if each] or None


def _assets(value: Any) -> Any:
    """Their names are in another product."""
    return [f"Assets object {number}" for each in items(value) if (number := line(each, "objectId"))] or None


def _polaris(value: Any) -> Any:
    """An interval is JSON in a text."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            return _interval(json.loads(value))
        except (ValueError, RecursionError, AttributeError):
            return None
    return plain_value(value)


def _parent_link(value: Any) -> Any:
    """Empty without data, which only says that there could be a parent."""
    return plain_value(dig(value, "data"))


VALUES: dict[str, Callable[[Any], Any]] = {
    f"{_GREENHOPPER}gh-sprint": _sprints,
    "com.atlassian.jira.plugins.jira-development-integration-plugin:devsummarycf": _development,
    f"{_DESK}vp-origin": _request_type,
    f"{_DESK}sd-sla-field": _service_level,
    "com.atlassian.servicedesk.approvals-plugin:sd-approvals": _approvals,
    "com.atlassian.jira.plugins.cmdb:cmdb-object-cftype": _assets,
    "com.atlassian.jpo:jpo-custom-field-parent": _parent_link,
    **{
        f"jira.polaris:{kind}": _polaris
        for kind in ("interval", "rating", "slider", "formula", "checkbox", "single-select", "multi-select")
    },
}
