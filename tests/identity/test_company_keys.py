import pytest

from tracker.collector.domain import Traits
from tracker.identity.company_keys import host_of, keys_of, resembles, states

SHARED = {"mail.example", "linkedin.com"}


@pytest.mark.parametrize(
    "said, keys",
    [
        (Traits(), ()),
        (Traits(email="ana@mail.example"), ()),
        (Traits(email="ana@acme.example"), ("d:acme.example",)),
        (Traits(company="  ACME  Inc "), ("n:acme inc",)),
        (Traits(email="ana@mail.example", company="Acme"), ("n:acme",)),
        (Traits(email="ana@acme.example", company="Acme"), ("d:acme.example", "n:acme")),
        # Who writes from elsewhere may work for somebody else.
        (Traits(email="ana@lindley.example", company="Acme"), ("n:acme",)),
        (
            Traits(group="g-1", company="Acme", company_website="https://www.acme.example/en"),
            ("g:g-1", "d:acme.example", "n:acme"),
        ),
        (Traits(email="ana@acme.example", company_website="acme.example"), ("d:acme.example",)),
        (Traits(company="Acme", company_website="linkedin.com/company/acme"), ("n:acme",)),
        # A key that would be cut tells nobody apart.
        (Traits(group="g" * 254), ()),
    ],
)
def test_a_company_is_recognised_by_the_strongest_that_is_said(said, keys):
    assert keys_of(said, SHARED) == keys


def test_an_address_alone_does_not_state_a_company():
    assert not states(Traits(email="ana@acme.example", industry="Optics"))
    assert states(Traits(group="g-1"))


@pytest.mark.parametrize(
    "website, host",
    [
        ("https://www.Acme.example/en?x=1", "acme.example"),
        ("acme.example", "acme.example"),
        ("http://acme.example:8080", "acme.example"),
        ("www.linkedin.com/company/acme", ""),
        ("localhost", ""),
        ("http://10.0.0.1/", ""),
        ("http://[", ""),
        ("not a website", ""),
        ("", ""),
    ],
)
def test_a_website_tells_its_host(website, host):
    assert host_of(website, SHARED) == host


@pytest.mark.parametrize(
    "name, domain",
    [
        ("Acme", "acme.example"),
        ("Acme Optics GmbH", "acme-optics.example"),
        ("Acme Optics", "acme.example"),
        ("Acme", "acmeoptics.example"),
        ("The Acme Group", "acme.co.example"),
        ("North Sea Fishing", "nsf.example"),
        ("Zażółć", "zażółć.example"),
    ],
)
def test_a_domain_may_look_like_a_name(name, domain):
    assert resembles(name, domain)


@pytest.mark.parametrize(
    "name, domain",
    [("Acme", "lindley.example"), ("Ac", "acme.example"), ("", "acme.example"),
     ("Acme", "example"), ("A B", "acme.example"), ("!!", "acme.example")],
)  # fmt: skip
def test_a_domain_that_does_not_look_like_a_name_joins_nothing(name, domain):
    assert not resembles(name, domain)
