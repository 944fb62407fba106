"""What the audit log says of calls, held against what their clients remember."""

import json
from collections import Counter

from dev.faults.load import Ledger
from dev.faults.machines import Server

# Run inside the product, which knows its own database: it prints {our id: records}.
_COUNT = (
    "import json; from collections import Counter; from audit.models import AuditLog; "
    "ids = AuditLog.objects.filter(action='jira.read').values_list('request_id', 'outcome'); "
    "print(json.dumps(Counter(f'{i.partition(chr(46))[0]} {o}' for i, o in ids)))"
)


def differences(server: Server, ledger: Ledger, all_recorded: bool) -> list[str]:
    """all_recorded: refusals as well."""
    server.manage("seal_audit")
    printed = server.manage("shell", "--no-imports", "-c", _COUNT)
    counted: Counter[str] = Counter(json.loads(printed.strip().splitlines()[-1]))
    unrecorded = [chosen for chosen in ledger.content if not counted[f"{chosen} success"]]
    twice = [chosen for chosen in ledger.content if counted[f"{chosen} success"] > 1]
    found = []
    if unrecorded:
        found.append(f"{len(unrecorded)} contents were answered without a record, such as {unrecorded[0]}")
    if twice:
        found.append(f"{len(twice)} calls have more than one record, such as {twice[0]}")
    if all_recorded:
        known = {line.split()[0] for line in counted}
        lost = [f"{chosen} {ledger.refused[chosen]}" for chosen in ledger.refused if chosen not in known]
        found += [f"{len(lost)} refusals have no record, such as {lost[0]}"] if lost else []
    return found


def wrong_refusals(ledger: Ledger, right: frozenset[int]) -> list[str]:
    wrong = {refusal for refusal in ledger.refused.values() if refusal[0] not in right}
    return [f"refused with {status} {code}" for status, code in sorted(wrong)]
