"""Pictures in the texts of an issue that bring no name, tied to the files attached to it."""

from collections.abc import Iterable, Sequence

from atlassian.attachments.files import AttachedFile

UNTIED = "one of the attached files"


def names_of_pictures(nameless: Sequence[str], files: Iterable[AttachedFile]) -> dict[str, str]:
    """
    Media id → file. Jira's media ids are in no list of attachments: only where one picture and one image file are
    left do they belong together.
    """
    images = [file.name for file in files if file.media_type.startswith("image/")]
    if len(nameless) == len(images) == 1:
        return {nameless[0]: images[0]}
    return dict.fromkeys(nameless, UNTIED) if images else {}
