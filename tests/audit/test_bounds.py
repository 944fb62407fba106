"""A record keeps what was asked, and beyond a bound what proves it."""

import hashlib

import pytest

from audit.bounds import MAX_TEXT_CHARS
from audit.models import AuditLog
from audit.trail import audited
from audit.vocabulary import Action
from tests.audit.test_touches import AGENT

pytestmark = pytest.mark.django_db


def test_a_text_beyond_the_bound_is_cut_with_its_length_and_digest_beside_it():
    text = "서" * (MAX_TEXT_CHARS + 1) + "tail"

    with audited(AGENT, Action.GIT_COMMIT, {"message": text, "branch": "x" * MAX_TEXT_CHARS}):
        pass

    target = AuditLog.objects.get().target
    assert target["message"] == text[:MAX_TEXT_CHARS]
    assert target["message_chars"] == len(text)
    assert target["message_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert set(target) == {"message", "message_chars", "message_sha256", "branch"}
