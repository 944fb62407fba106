"""Each request has an id of its own, whatever its caller chose."""

import pytest

from audit.models import AuditLog
from tests.factories import make_api_key
from workspaces.models import Role

pytestmark = pytest.mark.django_db

LOGS = "/v1/audit-logs"


def test_an_id_that_two_callers_chose_is_the_beginning_of_two(client_for):
    member = client_for(make_api_key(Role.MEMBER))
    another = client_for(make_api_key(Role.MEMBER, "globex"))

    ids = [client.get(LOGS, headers={"X-Request-ID": "my-trace-1234"})["X-Request-ID"] for client in (member, another)]

    assert len(set(ids)) == 2
    assert all(request_id.startswith("my-trace-1234.") for request_id in ids)
    assert set(AuditLog.objects.values_list("request_id", flat=True)) == set(ids)


@pytest.mark.parametrize("offered", ["x" * 64, "a" * 47])
def test_a_long_one_is_cut_to_what_a_record_has_room_for(client_for, offered):
    client_for(make_api_key(Role.MEMBER)).get(LOGS, headers={"X-Request-ID": offered})

    assert len(AuditLog.objects.get().request_id) == 64


@pytest.mark.parametrize("offered", ["short", "x" * 65, "with blank", "\u00fcmlaut-12", "new\\nline-12"])
def test_what_is_not_well_formed_is_not_taken_over(client_for, offered):
    answer = client_for(make_api_key(Role.MEMBER)).get(LOGS, headers={"X-Request-ID": offered})

    assert len(answer["X-Request-ID"]) == 32
