"""Reads a file through one account: fetched, extracted, masked, cut. What the two products do alike."""

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import BinaryIO

from atlassian.attachments.answers import FileRead, Picture
from atlassian.attachments.download import download, memory_file
from atlassian.attachments.errors import AttachmentsOff
from atlassian.attachments.extraction.outcome import Extracted
from atlassian.attachments.files import AttachedFile
from atlassian.attachments.notices import notices_of
from atlassian.attachments.sandbox import extract
from atlassian.masking import Masking
from atlassian.rendering.characters import visible_text
from atlassian.rendering.imitations import neutralize_imitations
from atlassian.upstream.client import AtlassianClient
from integrations.credentials import Credentials
from integrations.models import AttachmentPolicy


@dataclass(frozen=True)
class FoundFile:
    """A file in the list of an issue or page that the workspace may see, and where its bytes are."""

    owner: dict[str, str]  # the fields by which an answer says whose file it is
    file: AttachedFile
    path: str
    parts: dict[str, str]
    params: dict[str, str | int]


@dataclass(frozen=True)
class WholeFile:
    """A file once it is read: all of its text, before it is masked and cut."""

    owner: dict[str, str]
    file: AttachedFile
    text: str
    extracted: Extracted


class FileReader(ABC):
    scope: str
    answer: type[FileRead]

    def __init__(self, credentials: Credentials) -> None:
        """Raises AttachmentsOff."""
        if credentials.attachments == AttachmentPolicy.OFF:
            raise AttachmentsOff()
        self.masking = Masking(credentials.mask_secrets)
        self.credentials = credentials
        self._client = AtlassianClient(credentials)

    @abstractmethod
    def find(self, reference: str, wanted: str) -> FoundFile:
        """The file of that name or id, if the issue or page has it and the allowlist admits that."""

    def fetch(self, found: FoundFile) -> WholeFile:
        """Raises the errors of this folder, and kinds of UpstreamFailure."""
        with memory_file() as data:
            response = download(
                self._client.transport,
                found.path,
                found.file,
                data,
                parts=found.parts,
                params=found.params,
                scope=self.scope,
            )
            size = data.seek(0, os.SEEK_END)
            extracted = self._extract(data, found.file, response.charset)
        text = neutralize_imitations(visible_text(extracted.text))
        return WholeFile(found.owner, replace(found.file, size=size), text, replace(extracted, text=""))

    def piece(self, whole: WholeFile, offset: int, max_chars: int) -> FileRead:
        extracted, picture = whole.extracted, None
        if extracted.picture:
            picture = Picture(extracted.media_type, extracted.width, extracted.height, extracted.picture)
        return self.answer(
            attachment=whole.file,
            kind=" ".join(visible_text(extracted.kind).split())[:60],
            image=picture,
            warnings=notices_of(extracted),
            **vars(self.masking.piece(whole.text, offset, max_chars)),
            **whole.owner,  # type: ignore[arg-type]  # its key or id, title and address
        )

    def _extract(self, data: BinaryIO, file: AttachedFile, charset: str) -> Extracted:
        return extract(
            data,
            file.name.removesuffix(f" (id {file.id})"),
            charset=charset,
            pictures=self.credentials.attachments == AttachmentPolicy.IMAGES,
            workspace=self.credentials.workspace,
            seconds=self._client.transport.deadline.left(),
        )
