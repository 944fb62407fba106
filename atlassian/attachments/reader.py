"""Reads a file through one account: fetched, extracted, masked, cut. What the two products do alike."""

import os
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


class FileReader:
    scope: str
    answer: type[FileRead]

    def __init__(self, credentials: Credentials, workspace: str) -> None:
        """Raises AttachmentsOff."""
        if credentials.attachments == AttachmentPolicy.OFF:
            raise AttachmentsOff()
        self.masking = Masking(credentials.mask_secrets)
        self._credentials, self._workspace = credentials, workspace
        self._client = AtlassianClient(credentials)

    def read(self, found: FoundFile, *, offset: int, max_chars: int) -> FileRead:
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
            extracted = self._extracted(data, found.file, response.charset)
        return self._answer(found, replace(found.file, size=size), extracted, offset, max_chars)

    def _extracted(self, data: BinaryIO, file: AttachedFile, charset: str) -> Extracted:
        return extract(
            data,
            file.name.removesuffix(f" (id {file.id})"),
            charset=charset,
            pictures=self._credentials.attachments == AttachmentPolicy.IMAGES,
            workspace=self._workspace,
            seconds=self._client.transport.deadline.left(),
        )

    def _answer(
        self, found: FoundFile, file: AttachedFile, extracted: Extracted, offset: int, max_chars: int
    ) -> FileRead:
        text = neutralize_imitations(visible_text(extracted.text))
        picture = None
        if extracted.picture:
            picture = Picture(extracted.media_type, extracted.width, extracted.height, extracted.picture)
        return self.answer(
            attachment=file,
            kind=" ".join(visible_text(extracted.kind).split())[:60],
            image=picture,
            warnings=notices_of(extracted),
            **vars(self.masking.piece(text, offset, max_chars)),
            **found.owner,  # type: ignore[arg-type]  # its key or id, title and address
        )
