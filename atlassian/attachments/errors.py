"""Why a file cannot be read, in words with which a caller can go on."""

from rest_framework import status
from rest_framework.exceptions import APIException

from atlassian.attachments.extraction.outcome import Reason

SENTENCES = {
    Reason.EMPTY: "The file is empty.",
    Reason.ENCRYPTED: "The file is protected by a password and cannot be read without it.",
    Reason.BROKEN: "The file is damaged, or is not what its name says: it cannot be read.",
    Reason.BOMB: "The file is built to grow enormously when it is opened, and was not opened.",
    Reason.LIMITS: "Reading the file takes more time or memory than a file may take here.",
    Reason.NO_TEXT: "There is no text in the file; it may hold scanned pages or pictures alone.",
    Reason.OLD_OFFICE: (
        "Files of this older format (.doc, .xls, .ppt, .msg, .rtf) cannot be read here. Somebody can save it as "
        ".docx, .xlsx, .pptx or PDF."
    ),
    Reason.ARCHIVE: "Archives of this format cannot be looked into here.",
    Reason.BINARY: "This is no text, nor any other file that can be read here.",
    Reason.PICTURE_FORMAT: "Pictures of this format cannot be shown: only PNG, JPEG, GIF and WebP can.",
    Reason.PICTURE_SIZE: "The picture has too many pixels to be opened here.",
    Reason.PICTURES_OFF: (
        "The file is a picture, and this workspace lets agents read the text of files only. A workspace admin can "
        "allow pictures on the Connections page (attachments: images)."
    ),
}


class AttachmentUnreadable(APIException):
    """Which of SENTENCES it is depends on the file."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "attachment_unreadable"
    default_detail = "The file cannot be read here; the message says why."


class AttachmentsOff(APIException):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "attachments_off"
    default_detail = (
        "This workspace lets agents read no attached files. A workspace admin can allow it on the Connections page "
        "(attachments: text or images)."
    )


class AttachmentTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "attachment_too_large"
    default_detail = "The file is larger than 20 MB, which is the most that is fetched."


class AttachmentsBusy(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "attachments_busy"
    default_detail = "Other files are being read at the moment. Try again in a few seconds."


def unreadable(reason: Reason) -> APIException:
    if reason is Reason.PICTURES_OFF:
        return AttachmentsOff(SENTENCES[reason])
    return AttachmentUnreadable(SENTENCES[reason])
