"""Pages of the console as a person reads them, and a workspace that is connected."""

import re
from typing import Any

from dev.sample_site import READER, SampleSite
from integrations.models import Integration
from tests.factories import make_integration


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("&#x27;", "'")


def connected(site: SampleSite, provider: str = "jira", **fields: object) -> Integration:
    """acme, with the sample site's reader."""
    values = {"base_url": site.url, "email": READER.email, "api_token": READER.tokens[0].value} | fields
    return make_integration(provider, **values)
