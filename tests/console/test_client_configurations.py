import base64
import json
import tomllib
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from console.client_configurations import PLACEHOLDER, client_configurations

URL, KEY = "https://memory.acme.com", "mc_a-secret"
AS_JSON = ("cursor", "vs-code", "claude-desktop", "gemini", "team")


def texts(secret: str = KEY) -> dict[str, str]:
    return {each.slug: each.text for each in client_configurations(URL, secret)}


@pytest.mark.parametrize("slug", AS_JSON)
def test_what_goes_into_a_file_is_json_that_names_the_server(slug):
    assert URL in str(json.loads(texts()[slug]))


def test_the_key_stands_where_only_its_holder_reads():
    holders = {slug for slug, text in texts().items() if KEY in text}

    assert holders == {"claude-code", "cursor", "claude-desktop", "gemini", "rest"}


def test_without_a_key_its_place_is_marked():
    assert all(PLACEHOLDER in texts("")[slug] for slug in ("claude-code", "cursor", "claude-desktop", "rest"))


def test_a_link_holds_the_address_and_never_the_key():
    links = {each.slug: each.link for each in client_configurations(URL, KEY) if each.link}

    assert set(links) == {"cursor", "vs-code"}
    assert not any(KEY in unquote(link) for link in links.values())
    cursor = parse_qs(urlsplit(links["cursor"]).query)
    assert json.loads(base64.b64decode(cursor["config"][0])) == {"url": f"{URL}/mcp"}
    vs_code = parse_qs(urlsplit(links["vs-code"]).query)
    assert json.loads(vs_code["config"][0])["headers"] == {"Authorization": "Bearer ${input:memory-core-key}"}
    assert json.loads(vs_code["inputs"][0])[0]["password"] is True


def test_codex_reads_its_configuration_and_the_bridge_is_three_commands():
    assert tomllib.loads(texts()["codex"])["mcp_servers"]["memory-core"]["url"] == f"{URL}/mcp"
    assert len(texts()["bridge"].splitlines()) == 3
    assert f"{URL}/mcp/memory-core-mcp" in texts()["bridge"]
