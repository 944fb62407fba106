"""CI's look for tests that no run has run."""

import pytest

from dev.skipped import main

SKIPPED = "<skipped/>"
CASE = '<testcase classname="tests.a" name="{}">{}</testcase>'


def report(folder, name: str, **cases: str) -> str:
    path = folder / name
    inner = "".join(CASE.format(*case) for case in cases.items())
    path.write_text(f"<testsuites><testsuite>{inner}</testsuite></testsuites>")
    return str(path)


@pytest.mark.parametrize(
    ("on_sqlite", "on_postgresql", "ends"), [("<skipped/>", "<skipped/>", 1), ("<skipped/>", "", 0)]
)
def test_what_is_skipped_in_every_report_is_told_and_fails(tmp_path, capsys, on_sqlite, on_postgresql, ends):
    reports = [
        report(tmp_path, "sqlite.xml", test_one=on_sqlite, test_two=""),
        report(tmp_path, "postgresql.xml", test_one=on_postgresql, test_two=""),
    ]

    assert main(reports) == ends
    assert ("tests.a::test_one" in capsys.readouterr().out) is bool(ends)
