import json

import pytest

from console.client_configurations import PLACEHOLDER, client_configurations

URL, KEY = "https://memory.acme.com", "mc_a-secret"
AS_JSON = ("cursor", "vs-code", "claude-desktop", "team")


def texts(secret: str = KEY) -> dict[str, str]:
    return {each.slug: each.text for each in client_configurations(URL, "acme", secret)}


@pytest.mark.parametrize("slug", AS_JSON)
def test_what_goes_into_a_file_is_json_that_names_the_server(slug):
    assert URL in str(json.loads(texts()[slug]))


def test_the_key_stands_where_only_its_holder_reads():
    holders = {slug for slug, text in texts().items() if KEY in text}

    assert holders == {"claude-code", "cursor", "claude-desktop", "rest"}


def test_without_a_key_its_place_is_marked():
    assert all(PLACEHOLDER in texts("")[slug] for slug in ("claude-code", "cursor", "claude-desktop", "rest"))
