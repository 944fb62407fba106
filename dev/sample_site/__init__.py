"""A small stand-in for an Atlassian Cloud site over real HTTP, for the demo and for tests."""

from dev.sample_site.accounts import ACCOUNTS, CONTRACTOR, MINA, NEWCOMER, READER, SERVICE, UNLICENSED, Account, Token
from dev.sample_site.exchange import Request
from dev.sample_site.faults import Fault
from dev.sample_site.site import CLOUD_ID, SampleSite

__all__ = [
    "ACCOUNTS",
    "CLOUD_ID",
    "CONTRACTOR",
    "MINA",
    "NEWCOMER",
    "READER",
    "SERVICE",
    "UNLICENSED",
    "Account",
    "Fault",
    "Request",
    "SampleSite",
    "Token",
]
