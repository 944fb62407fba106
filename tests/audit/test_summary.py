import pytest

from audit.models import AuditLog
from audit.summary import MAX_CHARS, summary


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ({}, ""),
        ({"query": "login", "limit": 5, "issue_keys": ["A-1", "A-2"]}, "login · limit: 5 · issue_keys: A-1, A-2"),
        ({"limit": 5, "issue_key": "ABC-1"}, "ABC-1 · limit: 5"),
        ({"provider": "jira", "changes": {"email": ["a", "b"]}}, "jira · changes: email"),
        ({"keys": list("abcdefg")}, "keys: a, b, c, d, e …"),
        ({"cursor": "", "q": None}, ""),
        ({"provider": "jira", "ok": True}, "jira · ok"),
        (["not", "an", "object"], ""),
    ],
)
def test_a_record_is_summed_up_in_one_line(target, text):
    assert summary(AuditLog(target=target)) == text


def test_a_long_summary_is_cut():
    assert len(summary(AuditLog(target={"query": "x" * 1000}))) == MAX_CHARS
