"""Files attached to an issue: never by an id alone, only out of the list of an issue that the workspace may see."""

from typing import Any

from atlassian.attachments.answers import IssueFile
from atlassian.attachments.files import AttachedFile, choose
from atlassian.attachments.reader import FileReader, FoundFile
from atlassian.errors import NothingThere
from atlassian.jira.fields.hidden import HiddenFields
from atlassian.jira.fields.system import SYSTEM_NAMES
from atlassian.jira.issues import files_of, summary_of
from atlassian.jira.references import issue_key
from atlassian.upstream.responses import mapping

FIELD = "attachment"


class IssueFiles(FileReader):
    scope = "read:jira-work, or read:attachment:jira where it was made with granular scopes"
    answer = IssueFile

    def find(self, reference: str, wanted: str) -> FoundFile:
        """
        One call. Raises BadReference, and NothingThere for an issue or a file that is not there to be read.
        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/
        """
        key = issue_key(reference, self._client.credentials)
        fields = {"fields": f"summary,project,status,{FIELD}"}
        answer = self._client.get("/rest/api/3/issue/{key}", fields, key=key)
        issue = summary_of(answer, self._client.site_url)
        allowlist = self.credentials.allowlist
        if allowlist and (issue.project_key or "").upper() not in allowlist:
            raise NothingThere()
        file = choose(self._files(mapping(answer, "fields")), wanted, issue.key, self.masking.text)
        return FoundFile(
            owner={"key": issue.key, "summary": issue.summary, "url": issue.url},
            file=file,
            path="/rest/api/3/attachment/content/{id}",
            parts={"id": file.id},
            params={"redirect": "false"},  # the bytes come from the host that is asked, and not from a second one
        )

    def _files(self, fields: dict[str, Any]) -> list[AttachedFile]:
        """Those that can be asked for: none where the workspace hides the field that lists them."""
        if HiddenFields(self.credentials.hidden_fields).hides(FIELD, SYSTEM_NAMES[FIELD]):
            return []
        return [file for file in files_of(fields) if file.id.isdigit()]
