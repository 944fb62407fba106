"""Reading bytes as the product does: in a process of its own."""

from atlassian.attachments.download import memory_file
from atlassian.attachments.extraction.outcome import Extracted
from atlassian.attachments.sandbox import extract


def read(name: str, data: bytes, *, charset: str = "", pictures: bool = True) -> Extracted:
    with memory_file() as file:
        file.write(data)
        file.flush()
        return extract(file, name, charset=charset, pictures=pictures, workspace="acme")
