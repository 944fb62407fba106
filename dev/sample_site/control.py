"""What is not Atlassian: /_faults and /_requests, for a demo or a test in another process."""

import json
from typing import TYPE_CHECKING

from dev.sample_site.exchange import Answer, Request, json_answer

if TYPE_CHECKING:
    from dev.sample_site.site import SampleSite


def answer(site: "SampleSite", request: Request) -> Answer | None:
    if request.path == "/_faults":
        return _faults(site, request)
    if request.path == "/_requests":
        return _requests(site, request)
    if request.path == "/_reset" and request.method == "POST":
        site.reset()
        return Answer(204)
    return None


def _faults(site: "SampleSite", request: Request) -> Answer:
    if request.method == "POST":
        try:
            details = json.loads(request.body)
            site.faults.add(details.pop("kind"), **details)
        except (ValueError, TypeError, KeyError, AttributeError) as exc:
            return json_answer({"error": str(exc)}, 400)
        return json_answer({"faults": site.faults.pending()}, 201)
    if request.method == "DELETE":
        site.faults.clear()
        return Answer(204)
    return json_answer({"faults": site.faults.pending()})


def _requests(site: "SampleSite", request: Request) -> Answer:
    if request.method == "DELETE":
        site.requests.clear()
        return Answer(204)
    seen = [{"method": each.method, "path": each.path, "query": each.query} for each in list(site.requests)]
    return json_answer({"requests": seen})
