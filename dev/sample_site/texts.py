"""Jira's error sentences, in the language of the account unless English is asked for."""

from typing import Any

from dev.sample_site.exchange import Answer, Refusal, Request, json_answer

TEXTS = {
    "issue_missing": {
        "en": "Issue does not exist or you do not have permission to see it.",
        "ko": "이슈가 없거나 이슈를 볼 권한이 없습니다.",
    },
    "unbounded": {
        "en": "Unbounded JQL queries are not allowed here. Add a search restriction to the query.",
        "ko": "제한 없는 JQL 쿼리는 여기에서 허용되지 않습니다. 검색 제한을 추가하십시오.",
    },
    "payload": {
        "en": "Invalid request payload. Refer to the REST API documentation and try again.",
        "ko": "요청 페이로드가 잘못되었습니다. REST API 문서를 참조하여 다시 시도하십시오.",
    },
    "order_by": {
        "en": "The field to order by must be one of [created]. Instead: {value}",
        "ko": "정렬할 필드는 [created] 중 하나여야 합니다. 입력값: {value}",
    },
    "unknown_value": {
        "en": "The value '{value}' does not exist for the field '{field}'.",
        "ko": "'{field}' 필드에 '{value}' 값이 존재하지 않습니다.",
    },
    "unknown_key": {
        "en": "An issue with key '{value}' does not exist for field 'key'.",
        "ko": "'key' 필드에 '{value}' 키를 가진 이슈가 없습니다.",
    },
    "unknown_field": {
        "en": "Field '{field}' does not exist or you do not have permission to view it.",
        "ko": "'{field}' 필드가 존재하지 않거나 볼 권한이 없습니다.",
    },
    "operator": {
        "en": "The operator '{operator}' is not supported by the '{field}' field.",
        "ko": "'{field}' 필드는 '{operator}' 연산자를 지원하지 않습니다.",
    },
    "unparsable_text": {
        "en": "Unable to parse the text '{value}' for field '{field}'.",
        "ko": "'{field}' 필드의 텍스트 '{value}'을(를) 구문 분석할 수 없습니다.",
    },
    "empty_text": {
        "en": "The field '{field}' does not support searching for an empty string.",
        "ko": "'{field}' 필드는 빈 문자열 검색을 지원하지 않습니다.",
    },
    "date": {
        "en": "Date value '{value}' for field '{field}' is invalid. Use yyyy-MM-dd or a period such as -5d.",
        "ko": "'{field}' 필드의 날짜 값 '{value}'이(가) 잘못되었습니다.",
    },
    "syntax": {"en": "Error in the JQL Query: {detail}", "ko": "JQL 쿼리 오류: {detail}"},
    "too_many_orders": {
        "en": "At most 7 fields can be given in ORDER BY.",
        "ko": "ORDER BY에는 필드를 7개까지만 지정할 수 있습니다.",
    },
    "max_results": {
        "en": "The value of maxResults must be between 1 and 5000.",
        "ko": "maxResults 값은 1에서 5000 사이여야 합니다.",
    },
    "page_token": {"en": "The next page token is invalid.", "ko": "다음 페이지 토큰이 잘못되었습니다."},
}


def language_of(request: Request, account_language: str) -> str:
    forced = request.headers.get("x-force-accept-language", "").lower() == "true"
    return request.headers.get("accept-language", "en")[:2].lower() if forced else account_language


def sentence(name: str, language: str, **values: str) -> str:
    versions = TEXTS[name]
    return versions.get(language, versions["en"]).format(**values)


def jira_errors(message: str, status: int = 400, **extra: Any) -> Answer:
    return json_answer({"errorMessages": [message]} | (extra or {"errors": {}}), status)


def jira_refusal(message: str, status: int = 400, **extra: Any) -> Refusal:
    return Refusal(jira_errors(message, status, **extra))
