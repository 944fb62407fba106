"""What goes wrong on demand, and what the site tells about the requests it received."""

import http.client
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from dev.sample_site import READER, SampleSite
from tests.sample_site.calls import call, keys, raw, search_jira

MYSELF = "/rest/api/3/myself"
PAGE = "/wiki/api/v2/pages/420000002?body-format=storage"


def test_a_status_is_answered_as_often_as_asked_and_no_more(sample_site):
    sample_site.faults.add("status", MYSELF, status=429, headers={"Retry-After": "5"}, times=2)

    answers = [call(sample_site, MYSELF) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "5"


def test_a_fault_keeps_to_its_path_and_method_until_it_is_cleared(sample_site):
    sample_site.faults.add("status", "/rest/api/3/search", method="POST", status=503)

    assert search_jira(sample_site, "project = GATE").status_code == 503
    assert call(sample_site, "/rest/api/3/search/jql?jql=project=GATE").status_code == 200
    assert call(sample_site, MYSELF).status_code == 200
    sample_site.faults.clear()
    assert search_jira(sample_site, "project = GATE").status_code == 200


def test_a_fault_meets_the_same_path_behind_the_gateway(sample_site):
    sample_site.faults.add("status", MYSELF, status=500)

    assert call(sample_site, f"/ex/jira/{sample_site.cloud_id}{MYSELF}").status_code == 500


@pytest.mark.parametrize("kind", ["broken_json", "html", "truncated"])
def test_an_answer_that_is_no_json_comes_with_200(sample_site, kind):
    sample_site.faults.add(kind)
    answer = call(sample_site, PAGE)

    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_deep_json_is_as_deep_as_asked(sample_site):
    sample_site.faults.add("deep_json", levels=7)

    assert call(sample_site, MYSELF).text == "[[[[[[[]]]]]]]"


def test_a_huge_answer_is_streamed_whole(sample_site):
    sample_site.faults.add("huge", size=3_000_000, times=1)

    assert len(call(sample_site, MYSELF).content) == 3_000_000


def test_a_redirect_goes_where_it_is_told(sample_site):
    sample_site.faults.add("redirect", times=1)
    sample_site.faults.add("redirect", location="https://elsewhere.example/", status=307)

    assert call(sample_site, MYSELF).headers["location"].startswith("/login.jsp")
    second = call(sample_site, MYSELF)
    assert (second.status_code, second.headers["location"]) == (307, "https://elsewhere.example/")


@pytest.mark.parametrize("kind", ["drop", "cut"])
def test_a_connection_can_be_closed_before_and_in_the_middle_of_an_answer(sample_site, kind):
    sample_site.faults.add(kind, times=1)

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        call(sample_site, PAGE)
    assert call(sample_site, PAGE).status_code == 200


def test_a_stalled_answer_gives_half_and_then_nothing(sample_site):
    sample_site.faults.add("stall", times=1, seconds=5)

    with (
        requests.Session() as session,
        pytest.raises(requests.exceptions.ConnectionError, match="timed out"),
    ):
        session.get(sample_site.url + PAGE, auth=(READER.email, "sample-reader"), timeout=0.2)


def test_a_delayed_answer_is_whole(sample_site):
    sample_site.faults.add("delay", seconds=0.01)

    assert call(sample_site, MYSELF).json()["accountId"] == READER.account_id


def test_an_unknown_fault_is_refused_by_name(sample_site):
    with pytest.raises(ValueError, match="meteor"):
        sample_site.faults.add("meteor")


def test_faults_are_set_and_cleared_over_http(sample_site):
    control = sample_site.url + "/_faults"
    made = requests.post(control, json={"kind": "status", "path": MYSELF, "status": 410}, timeout=5)
    wrong = ({"kind": "meteor"}, {"kind": "html", "x": 1}, [])
    refused = [requests.post(control, json=body, timeout=5) for body in wrong]

    assert made.json()["faults"][0]["status"] == 410
    assert {answer.status_code for answer in refused} == {400}
    assert call(sample_site, MYSELF).status_code == 410
    requests.delete(control, timeout=5)
    assert requests.get(control, timeout=5).json() == {"faults": []}


def test_every_request_is_kept_as_it_came(sample_site):
    search_jira(sample_site, "project = GATE")
    call(sample_site, "/rest/api/3/issue/GATE-7?fields=a&fields=b", headers={"X-Force-Accept-Language": "true"})

    first, second = sample_site.requests
    assert (first.method, first.json()["jql"]) == ("POST", "project = GATE")
    assert second.query == {"fields": ["a", "b"]}
    assert second.headers["x-force-accept-language"] == "true"
    assert sample_site.received("/rest/api/3/issue") == [second]
    seen = requests.get(sample_site.url + "/_requests", timeout=5).json()["requests"]
    assert [each["method"] for each in seen] == ["POST", "GET"]


def test_a_recorded_answer_is_served_verbatim_whoever_asks(sample_site):
    sample_site.answer("GET", MYSELF, 418, {"X-Own": "yes"}, {"a": [1]})
    sample_site.answer("GET", "/wiki/rest/api/search?cql=x", body="plain", headers={"Content-Type": "text/plain"})

    answer = raw(sample_site, MYSELF, None)
    exact = raw(sample_site, "/wiki/rest/api/search?cql=x", None)

    assert (answer.status_code, answer.json(), answer.headers["x-own"]) == (418, {"a": [1]}, "yes")
    assert (exact.text, exact.headers["content-type"]) == ("plain", "text/plain")
    assert raw(sample_site, "/wiki/rest/api/search?cql=y", None).status_code == 403


def test_a_test_can_put_any_document_into_an_issue_and_a_page(sample_site):
    document = {"type": "doc", "version": 1, "content": [{"type": "strange", "text": "glowworm"}]}
    sample_site.add_issue("NEW-1", "Mine", description=document, customfield_1=3)
    page = sample_site.add_page("Broken", space="NEW", storage="<p>not <b>closed glowworm")
    other = sample_site.add_page("In ADF", space="NEW", adf=document)

    issue = call(sample_site, "/rest/api/3/issue/NEW-1").json()["fields"]
    broken = call(sample_site, f"/wiki/api/v2/pages/{page.id}?body-format=atlas_doc_format").json()
    converted = call(sample_site, f"/wiki/api/v2/pages/{other.id}?body-format=storage").json()

    assert (issue["description"], issue["customfield_1"]) == (document, 3)
    assert keys(search_jira(sample_site, "text ~ glowworm")) == ["NEW-1"]
    assert "glowworm" in broken["body"]["atlas_doc_format"]["value"]
    assert converted["body"]["storage"]["value"] == "<p>glowworm</p>"


def test_reset_brings_the_first_content_back(sample_site):
    sample_site.add_issue("NEW-1", "Mine")
    sample_site.dataset.issues["GATE-7"].fields["summary"] = "changed"
    sample_site.answer("GET", MYSELF, 418)
    sample_site.reset()

    assert call(sample_site, MYSELF).status_code == 200
    assert call(sample_site, "/rest/api/3/issue/NEW-1").status_code == 404
    assert call(sample_site, "/rest/api/3/issue/GATE-7").json()["fields"]["summary"].startswith("Check-in times out")


def test_one_connection_serves_many_requests(sample_site):
    connection = http.client.HTTPConnection(sample_site.url.removeprefix("http://"), timeout=5)
    connection.connect()
    socket = connection.sock
    for _ in range(3):
        connection.request("GET", "/_edge/tenant_info")
        assert connection.getresponse().read()
    assert connection.sock is socket
    connection.close()


def test_two_sites_hold_the_same_and_know_nothing_of_each_other(sample_site):
    with SampleSite(email="me@own.example", token="own") as other:
        other.add_issue("NEW-1", "Mine")
        mine = requests.get(other.url + MYSELF, auth=("me@own.example", "own"), timeout=5)

        assert mine.json()["emailAddress"] == "me@own.example"
        assert call(other, "/rest/api/3/issue/GATE-7?fields=summary").status_code == 200
        assert call(sample_site, "/rest/api/3/issue/NEW-1").status_code == 404


def test_an_empty_site_has_accounts_and_nothing_else():
    with SampleSite(empty=True) as site:
        assert call(site, "/rest/api/3/project/search").json()["total"] == 0
        assert call(site, "/wiki/api/v2/spaces").json()["results"] == []


def test_the_command_prints_its_address_first_and_logs_when_asked():
    command = [sys.executable, "-m", "dev.sample_site", "--port", "0", "--token", "own", "--log"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        url = process.stdout.readline().strip()
        answer = requests.get(url + MYSELF, auth=(READER.email, "own"), timeout=5)
        process.terminate()
        _, logged = process.communicate(timeout=5)

    assert answer.status_code == 200
    assert '["GET", "/rest/api/3/myself", 200]' in logged
