"""Git events go to the audit log and nowhere else; the hook of docs/developer.md is run as it stands."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from audit.models import AuditLog
from tests.factories import make_api_key, make_integration
from workspaces.models import Role

DOCUMENT = Path(__file__).parents[2] / "docs/developer.md"
EVENT = {
    "workspace_key": "acme",
    "event": "commit",
    "repository": "acme/turnstile",
    "branch": "feature/gate-12-hours",
    "commit": "9fceb02",
    "message": "GATE-7: push hours, see OPS-3 and GATE-7 (not UTF-8x, not XGATE-9Y)",
}
KEYS = ["GATE-7", "OPS-3", "GATE-12"]


@pytest.fixture
def member(client_for, db):
    return client_for(make_api_key(Role.MEMBER))


def send(client, **changes):
    return client.post("/v1/git-events", EVENT | changes, format="json")


def statuses(answer) -> dict[str, str]:
    return {hook["provider"]: hook["status"] for hook in answer.json()["hooks"]}


def test_an_event_is_recorded_with_the_keys_it_names_and_without_its_message(member):
    answer = send(member)

    assert statuses(answer) == {"jira": "off", "confluence": "off"}
    record = AuditLog.objects.get()
    assert (record.action, record.outcome) == ("git.commit", "success")
    assert record.target == {
        "repository": "acme/turnstile",
        "branch": "feature/gate-12-hours",
        "commit": "9fceb02",
        "issue_keys": KEYS,
    }


@pytest.mark.parametrize(("event", "flag"), [("commit", "write_on_commit"), ("merge", "write_on_merge")])
def test_a_provider_with_the_flag_gets_a_record_of_its_own(member, event, flag):
    make_integration("jira", **{flag: True})
    make_integration("confluence")

    answer = send(member, event=event)

    assert answer.json()["hooks"][0] == {
        "provider": "jira",
        "trigger": event,
        "status": "recorded",
        "issue_keys": KEYS,
    }
    assert statuses(answer)["confluence"] == "off"
    record = AuditLog.objects.get(action="integration.hook")
    assert record.target == {"provider": "jira", "trigger": event, "issue_keys": KEYS}


def test_a_checkout_is_recorded_and_triggers_nothing(member):
    make_integration("jira", write_on_commit=True, write_on_merge=True)

    assert send(member, event="checkout").json() == {"hooks": []}
    assert [record.action for record in AuditLog.objects.all()] == ["git.checkout"]


def test_disabled_and_locked_providers_get_no_record(member, settings):
    settings.LOCKED_PROVIDERS = frozenset({"confluence"})
    make_integration("jira", write_on_commit=True, enabled=False)
    make_integration("confluence", write_on_commit=True)

    assert statuses(send(member)) == {"jira": "disabled", "confluence": "locked"}
    assert not AuditLog.objects.filter(action="integration.hook").exists()


def test_another_workspaces_flags_count_for_nothing(member):
    make_integration("jira", workspace="globex", write_on_commit=True)

    assert statuses(send(member))["jira"] == "off"


@pytest.mark.parametrize(
    ("changes", "path", "action"),
    [
        ({"event": "push"}, "event", "git.commit"),
        ({"event": ["merge"]}, "event", "git.commit"),
        ({"event": "merge", "repository": ""}, "repository", "git.merge"),
        ({"message": 7 * ["x"]}, "message", "git.commit"),
        ({"message": "x" * 20_001}, "message", "git.commit"),
        ({"sha": "9fceb02"}, "sha", "git.commit"),
    ],
)
def test_a_bad_event_is_named_and_recorded(member, changes, path, action):
    answer = send(member, **changes)

    assert answer.status_code == 400
    assert [issue["path"] for issue in answer.json()["error"]["details"]["issues"]] == [path]
    assert [(record.action, record.outcome) for record in AuditLog.objects.all()] == [(action, "failed")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not (shutil.which("git") and shutil.which("curl")), reason="the hook needs git and curl")
def test_the_hook_of_readme_tells_of_a_commit(live_server, tmp_path):
    section = DOCUMENT.read_text(encoding="utf-8").split("## Git hooks", 1)[1]
    hook = "".join(line[4:] + "\n" for line in re.findall(r"^    .*", section.split("In CI", 1)[0], re.MULTILINE))
    hook = hook.replace("http://127.0.0.1:8080", live_server.url).replace('"personal"', '"acme"')
    environment = os.environ | {"MEMORY_CORE_API_KEY": make_api_key(Role.MEMBER), "HOME": str(tmp_path)}

    def git(*words: str) -> None:
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@acme.example.com")
        subprocess.run(["git", *who, *words], cwd=tmp_path / "turnstile", env=environment, check=True)

    (tmp_path / "turnstile").mkdir()
    git("init", "-q", "-b", "main")
    path = tmp_path / "turnstile" / ".git" / "hooks" / "post-commit"
    path.parent.mkdir(exist_ok=True)
    path.write_text(hook)
    path.chmod(0o755)
    git("commit", "-q", "--allow-empty", "-m", 'GATE-7: "quotes", $dollars and\na second line')

    record = AuditLog.objects.get(action="git.commit")
    assert (record.outcome, record.target["repository"], record.target["branch"]) == ("success", "turnstile", "main")
    assert record.target["issue_keys"] == ["GATE-7"]
