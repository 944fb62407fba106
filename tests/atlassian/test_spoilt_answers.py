"""
The sample site's own answers, each spoilt in one place or a few, some with another status and odd headers, through
every door: an answer of ours or an error with a name, one record, and never a fault of ours. Seeded, so that what
fails once fails again.
"""

import copy
import json
import os
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
import responses

from audit.models import AuditLog
from dev.sample_site import SampleSite
from dev.sample_site.exchange import Request
from tests.atlassian.rest_helpers import connect
from tests.factories import make_api_key
from workspaces.models import Role

pytestmark = pytest.mark.django_db

ROUNDS = int(os.environ.get("SPOILT_ROUNDS", "20"))  # of each door; more by hand
STATUSES = (204, 206, 301, 302, 400, 401, 402, 403, 404, 405, 407, 409, 410, 413, 418, 429, 451, 500, 502, 503, 599)
HEADERS = (
    "location", "retry-after", "x-ratelimit-reset", "ratelimit-reason", "x-aaccountid", "x-ausername",
    "x-seraph-loginreason", "www-authenticate", "content-type", "content-disposition", "x-cache", "link", "atl-traceid",
)  # fmt: skip
ODD_HEADERS = (
    "", " ", "x", "0", "-1", "1e3", "9" * 400, "https://[", "//", "%", "%ff%zz", "a,b", "é",
    "text/html; charset=utf-99", "Thu, 99 Foo 2026 00:00:00 GMT", "2026-13-01T00:00Z",
    'attachment; filename="../../x"', "AUTHENTICATED_FAILED",
)  # fmt: skip
DEEP: Any = json.loads("[" * 400 + "]" * 400)
INSTEAD = (
    None, True, False, 0, -1, 2**63, 10**400, 1.5, float("nan"), float("inf"), "", " ", "x", "..", "/", "../..", "²",
    "0", "\x00", "\ud800", "\u202e", "a\nb\r\n", "<b>&amp;</b>", "9" * 300, "x" * 20_000, "https://evil.example/?cursor=a",
    "https://[", "//[v1.x]/", "https://x:99999999/", "%", "%ff%zz", "2026-02-30T25:61:61Z",
    "9999-12-31T23:59:59.999-2359", "0001-01-01T00:00:00+2359", [], {}, [None], [[]], [{}], {"id": {}}, DEEP,
)  # fmt: skip

DOORS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/v1/jira/search", {"q": "turnstile GATE-7 GATE-11"}),
    ("GET", "/v1/jira/search", {"jql": "project = GATE order by created"}),
    ("GET", "/v1/jira/read", {"issue_key": "GATE-7"}),
    ("GET", "/v1/jira/read", {"issue_key": "GATE-11"}),
    ("GET", "/v1/jira/read", {"issue_key": "OPS-14"}),
    ("GET", "/v1/jira/read", {"issue_key": "GATE-7", "include": ["history", "worklog", "links", "children"]}),
    ("GET", "/v1/jira/read", {"issue_key": "GATE-2", "include": ["children", "links"], "comments_before": "10105"}),
    ("GET", "/v1/jira/read", {"issue_key": "GATE-7", "attachment": "turnstile-trace.txt"}),
    ("GET", "/v1/confluence/search", {"q": "doors"}),
    ("GET", "/v1/confluence/read", {"page_id": "420000002", "comments": "true"}),
    ("GET", "/v1/confluence/read", {"page_id": "{site}/wiki/display/ENG"}),
    ("GET", "/v1/confluence/read", {"page_id": "410000001", "include": ["children", "macros"], "depth": "3"}),
    ("GET", "/v1/confluence/read", {"page_id": "410000003", "include": ["history", "attachments"], "since": "2"}),
    ("GET", "/v1/confluence/read", {"page_id": "410000002"}),
    ("GET", "/v1/confluence/read", {"page_id": "420000002", "attachment": "front-panel.png"}),
    ("GET", "/v1/confluence/search", {"q": "{site}/wiki/spaces/RUN/pages/420000002", "under": "420000001"}),
    ("POST", "/v1/integrations/test", {"provider": "jira"}),
    ("POST", "/v1/integrations/test", {"provider": "confluence"}),
]


class Spoiler:
    """Stands where the network is, asks the site, and spoils what it answers."""

    def __init__(self, site: SampleSite) -> None:
        self.site = site
        self.dice = random.Random(0)
        self.rate = 1.0
        self.done: list[str] = []

    def begin(self, seed: str) -> None:
        self.dice.seed(seed)
        self.rate = self.dice.choice((1.0, 0.3))
        self.done = []

    def __call__(self, request: Any) -> tuple[int, dict[str, str], bytes]:
        body = request.body or b""
        received = Request.of(request.method, request.path_url, dict(request.headers), body)
        answer, _ = self.site.answer_to(received)
        content = answer.body
        if "json" in answer.headers.get("content-type", "") and self.dice.random() < self.rate:
            content = json.dumps(self.spoilt(json.loads(content))).encode()
        if self.dice.random() < 0.3:
            return self.odd_status(answer.status), self.odd_headers(answer.headers), content
        return answer.status, answer.headers, content

    def odd_status(self, status: int) -> int:
        status = self.dice.choice((status, *STATUSES))
        self.done.append(str(status))
        return status

    def odd_headers(self, headers: dict[str, str]) -> dict[str, str]:
        odd = dict(headers)
        for name in self.dice.sample(HEADERS, 3):
            odd.pop(name, None)
            if self.dice.random() < 0.8:
                odd[name] = self.dice.choice(ODD_HEADERS)
            self.done.append(f"{name}: {odd.get(name)}")
        return odd

    def spoilt(self, answer: Any) -> Any:
        for _ in range(self.dice.choice((1, 1, 2, 5))):
            parent, name = self._place(answer)
            if parent is None:
                answer = copy.deepcopy(self.dice.choice(INSTEAD))
            elif self.dice.random() < 0.2:
                del parent[name]
                self.done.append(f"without {name}")
            else:
                parent[name] = copy.deepcopy(self.dice.choice(INSTEAD))
                self.done.append(f"{name}: {str(parent[name])[:30]!r}")
        return answer

    def _place(self, answer: Any) -> tuple[Any, Any]:
        """Some way down from the top, so that the few fields there are met as often as the many below."""
        parent, name = None, None
        while isinstance(answer, dict | list) and answer and (parent is None or self.dice.random() < 0.7):
            parent = answer
            name = self.dice.choice(list(answer)) if isinstance(answer, dict) else self.dice.randrange(len(answer))
            answer = answer[name]
        return (None, None) if self.dice.random() < 0.02 else (parent, name)


@pytest.fixture
def spoiler(sample_site: SampleSite) -> Iterator[Spoiler]:
    spoiler = Spoiler(sample_site)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as network:
        for method in ("GET", "POST"):
            network.add_callback(method, re.compile(re.escape(sample_site.url)), spoiler)
        yield spoiler


@pytest.mark.parametrize("allowed", [[], ["GATE", "ENG", "RUN"]], ids=["all", "allowlist"])
@pytest.mark.parametrize(("method", "path", "params"), DOORS)
def test_whatever_is_wrong_with_an_answer_no_fault_of_ours_comes_of_it(
    client_for, sample_site, spoiler, settings, method, path, params, allowed
):
    connect(sample_site, allowed_keys=allowed)
    client = client_for(make_api_key(Role.ADMIN))
    params = json.loads(json.dumps(params).replace("{site}", sample_site.url))

    for n in range(ROUNDS):
        spoiler.begin(f"{path} {params} {allowed} {n}")
        answer = (
            client.generic(
                method,
                path,
                json.dumps(params | {"workspace_key": "acme"}),
                content_type="application/json",
            )
            if method == "POST"
            else client.get(path, params | {"workspace_key": "acme"})
        )

        assert answer.status_code < 500 or answer.json()["error"]["code"].startswith("upstream_"), (
            n,
            spoiler.done,
            answer.content,
        )
        assert answer.status_code in (200, 400, 404, 413, 429, 502, 504)
        assert AuditLog.objects.count() == n + 1
