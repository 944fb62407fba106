"""Secrets that show by their own form what they are: prefixes that their issuers chose so that scanners find them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from atlassian.masking.placeholders import is_placeholder


def _always(value: str) -> bool:
    return True


def _mixed(value: str) -> bool:
    return any(sign.isdigit() for sign in value) and any(sign.isupper() for sign in value)


def _real(value: str) -> bool:
    return value.lower() not in _WORDS_FOR_A_PASSWORD and not is_placeholder(value)


@dataclass(frozen=True)
class TokenKind:
    """
    The group `secret` of `pattern`, or all of it, is masked. No pattern is tried on a text without one of `hints`,
    which are in lower case, as the text that they are looked for in; one without hints is tried on each.
    """

    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    is_secret: Callable[[str], bool] = _always
    then: str = ""

    def found_in(self, text: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, kind) of each."""
        for match in self.pattern.finditer(text):
            start, end = match.span("secret") if match.groupdict().get("secret") else match.span()
            if self.is_secret(text[start:end]):
                yield start, end, self.name


def _kind(name: str, hints: str, pattern: str, is_secret: Callable[[str], bool] = _always, then: str = "") -> TokenKind:
    return TokenKind(name, tuple(hints.split()), re.compile(pattern, re.ASCII), is_secret, then)


_WORDS_FOR_A_PASSWORD = frozenset({"password", "passwd", "pass", "pwd", "secret", "token", "pw", "passwort"})
_START = r"(?<![A-Za-z0-9])"  # not within a word


def _from(letters: str, rest: str) -> str:
    """Not within a word either: `re` looks for letters ten times as fast as for what stands before them."""
    return rf"{letters}(?<![A-Za-z0-9]{letters}){rest}"


# Each is bounded, or eats up what it looks at, so that a text costs no more than its length. Those without hints, and
# those with one that ordinary words hold, begin with letters.
TOKEN_KINDS = (
    _kind("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", _from("gh", r"[oprsu]_[A-Za-z0-9]{20,}(?:[._-][\w-]{20,}){0,4}")),
    _kind("GitHub token", "github_pat_", _from("github_pat_", r"\w{22,}")),
    _kind("GitLab token", "", _from("gl", r"[a-z]{2,8}-[\w.-]{20,}"), _mixed),
    _kind("GitLab token", "gr1348941", _from("GR1348941", r"[\w-]{20,}")),
    _kind("Slack token", "xox xapp-", rf"{_START}(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9-]{{10,}}"),
    _kind(
        "webhook address",
        "hooks.slack.com/ /api/webhooks/ webhook.office.com/",
        r"(?:hooks\.slack\.com/(?:services|workflows|triggers)|discord(?:app)?\.com/api/webhooks"
        r"|webhook\.office\.com/webhookb2)/(?P<secret>[\w/@-]{20,})",
    ),
    _kind("Atlassian API token", "atatt3 atctt3 atstt3", _from("AT", r"(?:ATT|CTT|STT)3[\w=.+/-]{16,}")),
    _kind("Bitbucket token", "atbb", _from("ATBB", r"[A-Za-z0-9]{24,}")),
    _kind("AWS access key", "", _from("A", r"(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}(?![A-Za-z0-9])")),
    _kind(
        "AWS secret key",
        "secret",
        r"(?i:secret_?\\?_?(?:access)?\\?_?key|secret[ -](?:access[ -])?key)[\"'`*\\ ]{0,6}[:=|]{1,2}[\"'`*\\ |]{0,8}"
        r"(?P<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        then=r"[ _\\-]{0,5}(?:access[ _\\-]{0,2})?key[\"'`*\\ ]{0,6}[:=|]",
    ),
    _kind("Google API key", "aiza", _from("AIza", r"[\w-]{35}")),
    _kind("Google OAuth secret", "gocspx- ya29.", rf"{_START}(?:GOCSPX-[\w-]{{20,}}|ya29\.[\w-]{{20,}})"),
    _kind(
        "Azure key",
        "accountkey= accesskey= 8q~",
        r"(?:Account|SharedAccess|Access)Key=(?P<secret>[A-Za-z0-9+/]{32,}={0,2})"
        r"|(?<![\w~.-])[\w~.-]{3}8Q~[\w~.-]{31,34}(?![\w~.-])",
    ),
    _kind("Azure signature", "sig=", r"[?&;]sig=(?P<secret>[A-Za-z0-9%+/]{40,}(?:%3[dD]|=){1,2})"),
    _kind("Stripe key", "k_live_ k_test_ whsec_", rf"{_START}(?:[srp]k_(?:live|test)_|whsec_)[A-Za-z0-9]{{16,}}"),
    _kind("package registry token", "npm_ pypi-", rf"{_START}(?:npm_[A-Za-z0-9]{{30,}}|pypi-[\w-]{{50,}})"),
    _kind("Docker token", "dckr_", _from("dckr_", r"(?:pat|oat)_[\w-]{20,}")),
    _kind("Hugging Face token", "hf_", _from("hf_", r"[A-Za-z0-9]{30,}")),
    _kind("API key of this service", "mc_", _from("mc_", r"[\w-]{40,}")),
    _kind("API key", "sk-", r"sk-(?<![\w-]sk-)[\w-]{20,}", _mixed),
    _kind("SendGrid key", "sg.", _from(r"SG\.", r"[\w-]{16,32}\.[\w-]{32,64}")),
    _kind("Vault token", "hvs. hvb. hvr.", _from("hv", r"[sbr]\.[\w-]{20,}")),
    _kind(
        "access token",
        "v1_ shp dapi glsa_ lin_api_ ntn_ pul- tskey- age-secret-key- nrak-",
        rf"{_START}(?:do[oprt]_v1_[a-f0-9]{{40,}}|shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{{32}}|dapi[a-f0-9]{{32}}"
        rf"|glsa_\w{{32,}}|lin_api_[A-Za-z0-9]{{32,}}|ntn_[A-Za-z0-9]{{40,}}|pul-[a-f0-9]{{40}}"
        rf"|tskey-[a-z]+-[\w-]{{16,}}|AGE-SECRET-KEY-1[A-Z0-9]{{50,}}|NRAK-[A-Z0-9]{{27}})",
    ),
    _kind("JWT", "eyj", r"eyJ(?<![\w-]eyJ)[\w-]{10,}(?:\.[\w-]*){1,3}\.[\w-]{4,}"),
    _kind(
        "HTTP credentials",
        "authorization",
        r"(?i:authorization)[\"'`*\\]{0,4}[:=][\"'`*\\ ]{0,6}(?i:basic|bearer|token)[ ]+(?P<secret>[\w+/=.~-]{12,})",
        lambda value: _real(value) and any(sign.isdigit() for sign in value),
        then=r"[\"'`*\\]{0,4}[:=]",
    ),
    _kind(
        "HTTP credentials",
        "curl",
        r"curl(?:(?!curl)[^\n]){0,300}?[ ](?:-u|--user)[ =][\"']?[^\s:\"']{1,100}:(?P<secret>[^\s\"'@]{4,200})",
        _real,
    ),
    _kind(
        "password in a URL",
        "",
        r"://[^\s/:@\"'<>|\[\]()]{0,100}:(?P<secret>[^\s/@\"'<>|]{2,200})@(?=[\w\[.-])",
        _real,
    ),
)
