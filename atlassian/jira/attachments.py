"""Files attached to an issue: never by an id alone, only out of the list of an issue that the workspace may see."""

from atlassian.attachments.answers import IssueFile
from atlassian.attachments.files import choose
from atlassian.attachments.reader import FileReader, FoundFile
from atlassian.errors import NothingThere
from atlassian.jira.fields.hidden import HiddenFields
from atlassian.jira.issues import files_of, summary_of
from atlassian.jira.references import issue_key
from atlassian.jira.search.projects import within
from atlassian.upstream.responses import mapping, text


class IssueFiles(FileReader):
    scope = "read:jira-work, or read:attachment:jira where it was made with granular scopes"
    answer = IssueFile

    def find(self, reference: str, wanted: str) -> FoundFile:
        """
        One call. Raises BadArgument, and NothingThere for an issue or a file that is not there to be read.
        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/
        """
        key = issue_key(reference, self._client.credentials)
        params = {"fields": "summary,project,attachment", "expand": "names"}
        answer = self._client.get("/rest/api/3/issue/{key}", params, key=key)
        if not within(text(answer, "fields", "project", "key"), self.credentials.allowlist):
            raise NothingThere()
        shown = HiddenFields(self.credentials.hidden_fields).without_hidden(answer)
        issue = summary_of(shown, self._client.site_url)
        files = [file for file in files_of(mapping(shown, "fields")) if file.id.isdigit()]
        file = choose(files, wanted, issue.key, self.masking.text)
        return FoundFile(
            owner={"key": issue.key, "summary": issue.summary, "url": issue.url},
            file=file,
            path="/rest/api/3/attachment/content/{id}",
            parts={"id": file.id},
            params={"redirect": "false"},  # the bytes come from the host that is asked, and not from a second one
        )
