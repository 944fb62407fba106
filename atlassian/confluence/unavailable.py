"""How a part of an answer that could not be had is told of."""

from atlassian.errors import NothingThere, UpstreamAuthFailed, UpstreamFailure, UpstreamForbidden
from atlassian.notices import Notice


def unavailable(code: str, what: str, failure: UpstreamFailure, scope: str = "") -> Notice:
    """`what` is plural; `scope` the one that a token needs for it."""
    if failure.detail == NothingThere.default_detail:
        return Notice(
            code, f"The {what} could not be had: Confluence says that there is nothing, or not for the account."
        )
    hint = ""
    if scope and isinstance(failure, UpstreamAuthFailed | UpstreamForbidden):
        hint = f" A scoped token needs {scope} for them."
    return Notice(code, f"The {what} could not be had.{hint} {failure.detail}")
