"""What macros of a page show that stands elsewhere, at the door, against a real server, counting calls."""

import pytest

from audit.models import AuditLog
from integrations.models import Integration
from tests.atlassian.rest_helpers import call

pytestmark = pytest.mark.django_db

READ = "/v1/confluence/read"


def macro(name, **parameters):
    written = "".join(
        f'<ac:parameter ac:name="{key.strip("_")}">{value}</ac:parameter>' for key, value in parameters.items()
    )
    return f'<ac:structured-macro ac:name="{name}">{written}</ac:structured-macro>'


def of_page(title, space=""):
    key = f' ri:space-key="{space}"' if space else ""
    return f'<ac:link><ri:page ri:content-title="{title}"{key} /></ac:link>'


def include(title, space="", name="include", **parameters):
    return macro(name, _=of_page(title, space), **parameters)


def excerpt(words, **parameters):
    written = "".join(f'<ac:parameter ac:name="{key}">{value}</ac:parameter>' for key, value in parameters.items())
    return (
        f'<ac:structured-macro ac:name="excerpt">{written}<ac:rich-text-body><p>{words}</p></ac:rich-text-body>'
        "</ac:structured-macro>"
    )


def details(rows):
    body = f"<ac:rich-text-body><table><tbody>{rows}</tbody></table></ac:rich-text-body>"
    return f'<ac:structured-macro ac:name="details">{body}</ac:structured-macro>'


def read(agent, page, **params):
    answer = call(agent, READ, page_id=page.id, max_chars=100_000, **params)
    assert answer.status_code == 200, answer.content
    return answer.json()


def codes(page):
    return [warning["code"] for warning in page["warnings"]]


def test_macros_are_named_and_cost_nothing_unless_they_are_asked_for(agent, sample_site):
    sample_site.add_page("Source", space="ENG", storage="<p>The words.</p>")
    page = sample_site.add_page("Top", space="ENG", storage=include("Source") + macro("children"))

    content = read(agent, page)["content"]

    assert "The words." not in content
    assert "[macro: include Source]" in content
    assert len(sample_site.requests) == 1


def test_included_pages_and_excerpts_are_shown_once_for_one_call_in_all(agent, sample_site):
    sample_site.add_page("Source", space="ENG", storage="<h2>Steps</h2><p>First <em>this</em>.</p>")
    sample_site.add_page("Other", space="RUN", storage=f"<p>Not this.</p>{excerpt('One')}{excerpt('Two', name='b')}")
    page = sample_site.add_page(
        "Top",
        space="ENG",
        storage=f"<p>Before.</p>{include('source')}{include('Source')}"
        f"{include('Other', 'RUN', 'excerpt-include')}<p>After.</p>",
    )

    answer = read(agent, page, include="macros")

    assert answer["content"].endswith(
        "Before.\n\n[included page: source]\n\n## Steps\n\nFirst *this*.\n\n[macro: include Source]\n\n"
        "[excerpt of page: Other]\n\nOne\n\nAfter."
    )
    assert codes(answer) == []
    assert [request.path for request in sample_site.requests[1:]] == ["/wiki/rest/api/search"]


def test_an_excerpt_is_chosen_by_its_name(agent, sample_site):
    sample_site.add_page("Other", space="ENG", storage=f"{excerpt('One')}{excerpt('Two', name='b')}")
    page = sample_site.add_page(
        "Top",
        space="ENG",
        storage=include("Other", name="excerpt-include").replace(
            "</ac:structured-macro>", '<ac:parameter ac:name="name">b</ac:parameter></ac:structured-macro>'
        ),
    )

    content = read(agent, page, include="macros")["content"]

    assert "Two" in content
    assert "One" not in content


def test_what_is_included_includes_nothing_further(agent, sample_site):
    sample_site.add_page("Third", space="ENG", storage="<p>Deep.</p>")
    sample_site.add_page("Second", space="ENG", storage=f"<p>Middle.</p>{include('Third')}{include('Top')}")
    page = sample_site.add_page("Top", space="ENG", storage=include("Second"))

    content = read(agent, page, include="macros")["content"]

    assert "Middle." in content
    assert "Deep." not in content


def test_links_within_an_included_page_are_of_its_own_space(agent, sample_site):
    sample_site.add_page("Other", space="RUN", storage=f"<p>{of_page('Runbooks')}</p>")
    page = sample_site.add_page("Top", space="ENG", storage=include("Other", "RUN"))

    assert "/wiki/display/RUN/Runbooks" in read(agent, page, include="macros")["content"]


def test_nothing_outside_the_allowlist_is_included_whatever_the_page_says(agent, sample_site):
    Integration.objects.filter(provider="confluence").update(allowed_keys=["ENG"])
    report = macro("detailssummary", cql="label = x or space = HR")
    page = sample_site.add_page("Top", space="ENG", storage=include("Salary bands 2026", "HR") + report)
    sample_site.add_page("Hidden", space="HR", storage=details("<tr><th>Pay</th><td>9</td></tr>"), labels=["x"])

    answer = read(agent, page, include="macros")

    assert "74,000" not in answer["content"]
    assert "Hidden" not in answer["content"]
    assert "[macro: include HR:Salary bands 2026]" in answer["content"]
    assert codes(answer) == ["macros_incomplete"]


def test_a_row_of_another_space_is_not_shown_whatever_the_search_answers(agent, sample_site):
    Integration.objects.filter(provider="confluence").update(allowed_keys=["ENG"])
    report = macro("detailssummary", label="x")
    page = sample_site.add_page("Top", space="ENG", storage=include("Source") + report + macro("children"))
    body = {"storage": {"value": "<p>Secret words.</p>" + details("<tr><th>Pay</th><td>9</td></tr>")}}
    content = {"id": "1", "type": "page", "status": "current", "title": "Source", "space": {"key": "HR"}, "body": body}
    sample_site.answer("GET", "/wiki/rest/api/search", body={"results": [{"content": content}], "_links": {}})

    shown = read(agent, page, include="macros")["content"]

    assert "Secret words." not in shown
    assert "Pay" not in shown
    assert "(id 1)" not in shown


def test_what_is_too_long_to_be_included_is_missed(agent, sample_site):
    sample_site.add_page("Long", space="ENG", storage="<p>" + "word " * 120_000 + "</p>")
    page = sample_site.add_page("Top", space="ENG", storage=include("Long"))

    answer = read(agent, page, include="macros")

    assert codes(answer) == ["macros_incomplete"]
    assert len(answer["content"]) < 1000


def test_children_are_shown_where_their_macro_stands(agent, sample_site):
    page = sample_site.add_page("Top", space="ENG", storage=f"<p>a</p>{macro('children', depth=2)}<p>z</p>")
    child = sample_site.add_page("Child", space="ENG", parent=page.id)
    below = sample_site.add_page("Below", space="ENG", parent=child.id)

    content = read(agent, page, include="macros")["content"]

    assert f"a\n\n- Child (id {child.id})\n  - Below (id {below.id})\n\nz" in content


def test_a_report_of_page_properties_is_a_table_of_them(agent, sample_site):
    for title, owner in (("Alpha", "Ann"), ("Beta", "Bob | Eve")):
        rows = f"<tr><th>Owner</th><td>{owner}</td></tr><tr><th>State</th><td><strong>ok</strong></td></tr>"
        sample_site.add_page(
            title,
            space="ENG",
            labels=["service"],
            storage=details(rows),
        )
    page = sample_site.add_page(
        "Top", space="ENG", storage=macro("detailssummary", label="service", firstcolumn="Service")
    )

    content = read(agent, page, include="macros")["content"]

    assert "| Service | Owner | State |" in content
    assert "| Alpha | Ann | **ok** |" in content
    assert "| Beta | Bob \\| Eve | **ok** |" in content
    assert len(sample_site.requests) == 2


def test_a_report_has_a_bounded_number_of_columns_and_says_what_it_leaves_out(agent, sample_site):
    rows = "".join(f"<tr><th>Name {number}</th><td>{number}</td></tr>" for number in range(30))
    sample_site.add_page("Alpha", space="ENG", labels=["service"], storage=details(rows))
    page = sample_site.add_page("Top", space="ENG", storage=macro("detailssummary", label="service"))

    answer = read(agent, page, include="macros")

    assert "| Name 19 |" in answer["content"]
    assert "Name 20" not in answer["content"]
    assert answer["warnings"] == [
        {"code": "macros_incomplete", "message": "10 columns of page properties are left out."}
    ]


def test_rows_beyond_those_that_are_shown_are_missed(agent, sample_site):
    for number in range(30):
        row = f"<tr><th>Owner</th><td>Ann {number}</td></tr>"
        sample_site.add_page(f"Service {number}", space="ENG", labels=["service"], storage=details(row))
        sample_site.add_issue(f"MANY-{number + 1}")
    body = macro("detailssummary", label="service") + macro("jira", jqlQuery="project = MANY")
    page = sample_site.add_page("Top", space="ENG", storage=body)

    assert [warning["message"] for warning in read(agent, page, include="macros")["warnings"]] == [
        "Confluence has more pages for a macro than are shown.",
        "Of a table of issues the first 20 are shown.",
    ]


def test_a_table_of_issues_shows_its_rows_and_is_recorded_as_the_search_that_it_is(agent, sample_site):
    page = sample_site.add_page("Top", space="ENG", storage=macro("jira", jqlQuery="project = GATE"))

    content = read(agent, page, include="macros")["content"]

    assert "[Jira: project = GATE]" in content
    assert "| Key | Summary | Status | Assignee | Updated |" in content
    assert "| GATE-7 | Check-in times out after a museum changes its opening hours | In Progress |" in content
    assert sorted(AuditLog.objects.values_list("action", flat=True)) == ["confluence.read", "jira.search"]


@pytest.mark.parametrize("fails", ["/wiki/rest/api/search", "/rest/api/3/search/jql"])
def test_macros_that_cannot_be_had_leave_the_page_and_are_missed(agent, sample_site, fails):
    sample_site.faults.add("status", fails, status=500)
    sample_site.add_page("Source", space="ENG", storage="<p>The words.</p>")
    body = f"<p>Body.</p>{include('Source')}{macro('jira', jqlQuery='project = GATE')}"
    page = sample_site.add_page("Top", space="ENG", storage=body)

    answer = read(agent, page, include="macros")

    assert "Body." in answer["content"]
    assert codes(answer) == ["macros_unavailable"]


def test_a_workspace_without_jira_is_told_so_and_reads_the_page(agent, sample_site):
    Integration.objects.filter(provider="jira").delete()
    page = sample_site.add_page("Top", space="ENG", storage=f"<p>Body.</p>{macro('jira', jqlQuery='project = GATE')}")

    answer = read(agent, page, include="macros")

    assert "[Jira: project = GATE]" in answer["content"]
    assert "Jira is not connected" in answer["warnings"][0]["message"]


def test_the_record_names_the_pages_that_were_included(agent, sample_site):
    source = sample_site.add_page("Source", space="ENG", storage="<p>The words.</p>")
    page = sample_site.add_page("Top", space="ENG", storage=include("Source"))

    read(agent, page, include="macros")

    assert AuditLog.objects.get().target["page_ids"] == [source.id]
