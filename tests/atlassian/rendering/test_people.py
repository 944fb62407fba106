"""Account ids that the document does not name itself, for one look-up of them all."""

from atlassian.rendering import adf, storage


def mention(**attrs: str) -> dict[str, object]:
    return {"type": "mention", "attrs": attrs}


def test_adf_tells_whom_it_mentions_without_a_name() -> None:
    inside = {
        "type": "panel",
        "content": [{"type": "paragraph", "content": [mention(id="2"), mention(id="3", text="@Bo")]}],
    }

    assert adf.account_ids({"type": "doc", "content": [mention(id="1"), inside, mention()]}) == {"1", "2"}


def test_storage_tells_whom_it_mentions() -> None:
    user = '<ac:link><ri:user ri:account-id="{}" /></ac:link>'

    assert storage.Document(f"<p>{user.format(1)}</p><td>{user.format(2)}</td>").account_ids() == {
        "1",
        "2",
    }


def test_the_name_in_the_document_comes_before_the_one_looked_up() -> None:
    document = {"type": "doc", "content": [{"type": "paragraph", "content": [mention(id="1", text="@Ann")]}]}

    assert adf.to_markdown(document, names={"1": "Someone Else"}) == "@Ann"


def test_a_name_cannot_become_markdown() -> None:
    document = {"type": "doc", "content": [{"type": "paragraph", "content": [mention(id="1")]}]}

    assert adf.to_markdown(document, names={"1": "*Ann* [x](y)"}) == r"@\*Ann\* [x\](y)"
