"""How these tests speak to the site."""

from typing import Any

import requests

from dev.sample_site import READER, Account, SampleSite


def call(
    site: SampleSite,
    path: str,
    account: Account = READER,
    token: str = "",
    *,
    method: str = "GET",
    **more: Any,
) -> requests.Response:
    """Signed in as the account, with its first token or the one named; redirects are not followed."""
    pair = (account.email, token or account.tokens[0].value)
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, site.url + path, auth=pair, allow_redirects=False, timeout=10, **more)


def raw(site: SampleSite, path: str, authorization: str | None) -> requests.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    with requests.Session() as session:
        session.trust_env = False
        return session.get(site.url + path, headers=headers, allow_redirects=False, timeout=10)


def search_jira(site: SampleSite, jql: str, account: Account = READER, **body: Any) -> requests.Response:
    content = {"jql": jql, "fields": ["summary", "project"]} | body
    return call(site, "/rest/api/3/search/jql", account, method="POST", json=content)


def keys(answer: requests.Response) -> list[str]:
    return [issue["key"] for issue in answer.json()["issues"]]


def search_confluence(site: SampleSite, cql: str, account: Account = READER, **more: Any) -> requests.Response:
    return call(site, "/wiki/rest/api/search", account, params={"cql": cql} | more)


def titles(answer: requests.Response) -> list[str]:
    return [row["content"]["title"] if "content" in row else row["title"] for row in answer.json()["results"]]
