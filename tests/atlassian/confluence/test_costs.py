"""What a search and a read of Confluence may cost in Python calls of our own: counted, so that no clock is needed."""

from collections import Counter
from pathlib import Path

import pytest
import responses

from atlassian.confluence.reader import Confluence
from tests.atlassian.confluence.answers import SEARCH, V2, make_hits, make_page, make_row
from tests.atlassian.factories import make_credentials
from tests.counted_calls import counted_calls

ATLASSIAN = Path(__file__).parents[3] / "atlassian"
HITS = 50


def calls_of_ours(do):
    """Python calls within atlassian/, by the folder or file below it, of the second time that it is done."""
    do()
    ours: Counter[str] = Counter()
    for file, count in counted_calls(do).items():
        if file.startswith(f"{ATLASSIAN}/"):
            ours[Path(file).relative_to(ATLASSIAN).parts[0]] += count
    return ours


@responses.activate
def test_a_search_costs_few_calls_a_hit():
    rows = [make_row(str(number), metadata={"labels": {"results": [{"name": "a"}]}}) for number in range(1, HITS + 1)]
    responses.get(SEARCH, json=make_hits(*rows))

    counted = calls_of_ours(lambda: Confluence(make_credentials("confluence")).search("night deploys", HITS))

    assert counted.total() < 62 * HITS
    assert counted["confluence"] < 10 * HITS


@responses.activate
@pytest.mark.parametrize("paragraphs", [10, 1000])
def test_a_read_costs_as_many_calls_outside_its_rendering_whatever_its_length(paragraphs):
    responses.get(f"{V2}/pages/123", json=make_page(body="<p>Deploys happen at night.</p>" * paragraphs))

    counted = calls_of_ours(lambda: Confluence(make_credentials("confluence")).read("123"))

    assert counted["confluence"] < 80
    assert counted["upstream"] < 120
