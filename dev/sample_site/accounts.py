"""Every account and token that the sample site knows, in one place."""

from dataclasses import dataclass, field

JIRA_SCOPES = frozenset({"read:jira-work", "read:jira-user"})
CONFLUENCE_SCOPES = frozenset(
    {
        "read:page:confluence",
        "read:space:confluence",
        "read:comment:confluence",
        "read:content-details:confluence",
        "read:user:confluence",
        "search:confluence",
        "read:confluence-user",
    }
)


@dataclass(frozen=True)
class Token:
    """Without `product` the token has no scopes: good on the site and at the gateway alike."""

    value: str
    product: str = ""
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Account:
    """`projects` and `spaces` name what the account may see; None is everything."""

    account_id: str
    name: str
    email: str
    tokens: tuple[Token, ...] = ()
    language: str = "en"
    projects: tuple[str, ...] | None = None
    spaces: tuple[str, ...] | None = None
    groups: frozenset[str] = field(default_factory=frozenset)
    has_confluence: bool = True
    service: bool = False

    def sees_project(self, key: str) -> bool:
        return self.projects is None or key in self.projects

    def sees_space(self, key: str) -> bool:
        return self.spaces is None or key in self.spaces

    def token(self, value: str) -> Token | None:
        return next((token for token in self.tokens if token.value == value), None)


READER = Account(
    account_id="712020:5f0c2a1e-7b1d-4a55-9c6e-0a4be1d7c001",
    name="Lantern Reader",
    email="reader@lantern.example",
    groups=frozenset({"Developers"}),
    tokens=(
        Token("sample-reader"),
        Token("sample-reader-jira", "jira", JIRA_SCOPES),
        Token("sample-reader-jira-no-work", "jira", frozenset({"read:jira-user"})),
        Token("sample-reader-confluence", "confluence", CONFLUENCE_SCOPES),
        Token(
            "sample-reader-confluence-no-search",
            "confluence",
            CONFLUENCE_SCOPES - {"search:confluence", "read:content-details:confluence"},
        ),
        Token("sample-reader-confluence-no-page", "confluence", CONFLUENCE_SCOPES - {"read:page:confluence"}),
    ),
)
MINA = Account(
    account_id="5c8f1e7ab2d94f0c3e6a9b12",
    name="서민아 (Mina Seo)",
    email="mina@lantern.example",
    language="ko",
    groups=frozenset({"Developers", "Administrators"}),
    tokens=(Token("sample-mina"),),
)
UNLICENSED = Account(
    account_id="5c8f1e7ab2d94f0c3e6a9b77",
    name="Jonas Weber",
    email="jonas@lantern.example",
    has_confluence=False,
    tokens=(Token("sample-jonas"),),
)
NEWCOMER = Account(
    account_id="712020:5f0c2a1e-7b1d-4a55-9c6e-0a4be1d7c0ff",
    name="Noor Haddad",
    email="newcomer@lantern.example",
    projects=(),
    spaces=(),
    tokens=(Token("sample-newcomer"),),
)
CONTRACTOR = Account(
    account_id="712020:5f0c2a1e-7b1d-4a55-9c6e-0a4be1d7c0aa",
    name="Ilse Maes",
    email="contractor@lantern.example",
    projects=("GATE",),
    spaces=("ENG",),
    tokens=(Token("sample-contractor"),),
)
SERVICE = Account(
    account_id="712020:5f0c2a1e-7b1d-4a55-9c6e-0a4be1d7c0e5",
    name="agent-reader (service account)",
    email="agent-reader@serviceaccount.example",
    service=True,
    tokens=(
        Token("sample-service-jira", "jira", JIRA_SCOPES),
        Token("sample-service-confluence", "confluence", CONFLUENCE_SCOPES),
    ),
)
ACCOUNTS = (READER, MINA, UNLICENSED, NEWCOMER, CONTRACTOR, SERVICE)
