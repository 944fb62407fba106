"""The way out to Atlassian, as the environment may describe it."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.network import ca_bundle, client_cert, proxies
from tests.atlassian.upstream.authority import Authority


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("http://proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("http://proxy.example.com", "http://proxy.example.com:80"),
        ("https://proxy.example.com/", "https://proxy.example.com:443"),
        ("http://ann:p%40ss@proxy.example.com:3128", "http://ann:p%40ss@proxy.example.com:3128"),
        ("http://[::1]:3128", "http://[::1]:3128"),
    ],
)
def test_a_proxy_is_understood(text, proxy):
    assert proxies("NAME", text) == {"https": proxy}


@pytest.mark.parametrize(
    "text",
    [
        "socks5://ann:s3cret@proxy:1080",
        "http://ann:s3cret@:3128",
        "http://ann:s3cret@proxy:port",
        "http://ann:s3cret@proxy/path",
        "http://ann:s3cret@proxy:99999",
        "http://[ann:s3cret",
    ],
)
def test_what_is_no_proxy_is_refused_by_name_and_without_the_password(text):
    with pytest.raises(ImproperlyConfigured, match=r"^MEMORY_CORE_HTTPS_PROXY: give the address") as caught:
        proxies("MEMORY_CORE_HTTPS_PROXY", text)

    assert "s3cret" not in str(caught.value)


def test_nothing_is_nothing():
    assert (proxies("NAME", ""), ca_bundle("NAME", ""), client_cert("NAME", "")) == ({}, "", "")


def test_files_with_certificates_are_taken(tmp_path):
    authority = Authority(tmp_path)

    assert ca_bundle("NAME", str(authority.bundle)) == str(authority.bundle)
    assert client_cert("NAME", str(issued := authority.issue())) == str(issued)


@pytest.mark.parametrize("read", [ca_bundle, client_cert])
@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_files_without_are_refused_by_name_at_start(tmp_path, read, content):
    path = tmp_path / "file.pem"
    if content is not None:
        path.write_text(content)

    with pytest.raises(ImproperlyConfigured, match=r"^NAME='.*file\.pem': give a readable"):
        read("NAME", str(path))


def test_a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(tmp_path):
    path = Authority(tmp_path).issue(password=b"s3cret")

    with pytest.raises(ImproperlyConfigured, match="without a password"):
        client_cert("NAME", str(path))
