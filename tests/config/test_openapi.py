"""The description of /v1 says what is: current, whole, and true of what the server answers."""

import json
import re
from contextlib import closing
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from config.openapi.document import document
from config.openapi.examples import CALLS
from dev.describe.files import FILES

ROOT = Path(__file__).parents[2]
UNDESCRIBED = {"/v1/openapi.json", "/v1/docs"}


@pytest.mark.parametrize("name", FILES)
def test_what_is_made_from_the_code_is_current(name):
    assert (ROOT / name).read_text(encoding="utf-8") == FILES[name](), "make describe"


def test_everybody_may_have_it_and_it_is_a_valid_description():
    answer = Client().get("/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(document(), default=str))
    validate_schema(answer.json())
    assert answer.json()["openapi"].startswith("3.1.")


def test_every_route_is_described():
    described = set(document()["paths"])

    assert paths_of(get_resolver().url_patterns) - UNDESCRIBED == described


def paths_of(patterns, before: str = "/") -> set[str]:
    found = set()
    for pattern in patterns:
        path = before + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        if hasattr(pattern, "url_patterns"):
            found |= paths_of(pattern.url_patterns, path)
        elif path.startswith("/v1/"):
            found.add(path)
    return found


def test_every_argument_says_what_it_may_be():
    vague = [
        (path, parameter["name"])
        for path, operations in document()["paths"].items()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
        if not {"maxLength", "minimum", "maxItems", "enum", "format", "pattern"} & set(parameter["schema"])
        and parameter["schema"].get("type") != "boolean"
        and parameter["name"] != "cursor"
    ]

    assert vague == []


def test_every_argument_says_what_it_means():
    parameters = [
        (path, parameter["name"], parameter.get("description"))
        for path, operations in document()["paths"].items()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
    ]

    assert [found for found in parameters if not found[2]] == []


def test_every_call_says_what_it_answers():
    vague = [
        f"{method} {path}"
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
        for code, answer in operation["responses"].items()
        if code in ("200", "201") and {"schema": {"type": "object"}} in answer["content"].values()
    ]

    assert vague == []


@pytest.mark.parametrize("call", CALLS)
def test_the_examples_are_answers_as_they_are_described(call):
    method, path = call.split()
    content = document()["paths"][path][method.lower()]["responses"]["200"]["content"]
    schema = content["application/json"]["schema"] | {"components": document()["components"]}

    Draft202012Validator(json.loads(json.dumps(schema, default=str))).validate(CALLS[call]["answer"])


@pytest.mark.django_db
def test_the_page_to_browse_it_needs_nothing_from_elsewhere_and_nothing_inline():
    page = Client().get("/v1/docs")
    text = page.content.decode()
    assets = re.findall(r'(?:src|href)="(/[^"]+)"', text)

    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert re.findall(r"<style|<script>|https?://", text) == []
    assert len(assets) == 4
    assert [status_of(asset) for asset in assets] == [200] * 4


def status_of(path: str) -> int:
    with closing(Client().get(path)) as answer:
        return answer.status_code
