import pytest

from tests.builders import make_house
from tracker.errors import Invalid
from tracker.identity.free_mail import Shared, domains_of, shared_in


@pytest.mark.parametrize(
    "domain", ["gmail.com", "yahoo.co.uk", "t-online.de", "wp.pl", "qq.com", "hey.com", "tuta.io"]
)
def test_mail_for_everybody_is_no_companys(domain):
    assert domain in Shared()


@pytest.mark.parametrize("domain", ["acme.example", "ibm.com", "google.com", "stanford.edu"])
def test_a_companys_own_domain_is_its_own(domain):
    assert domain not in Shared()


def test_a_page_among_others_is_no_companys_website():
    assert "linkedin.com" in Shared()


def test_a_workspace_has_the_last_word(session):
    house = make_house(session)
    house.workspace.free_mail = "club.example\nmail.example"
    house.workspace.company_mail = "gmail.com"
    shared = shared_in(session, house.workspace.id)
    assert "club.example" in shared
    assert "gmail.com" not in shared


def test_domains_are_read_as_people_write_them():
    assert domains_of(" @Club.example,\n mail.example;\n\nclub.example", "x") == (
        "club.example\nmail.example"
    )


@pytest.mark.parametrize("text", ["ana@mail.example", "mail", "a b.example", "x" * 300, "1.2.3.4"])
def test_what_is_no_domain_is_refused(text):
    with pytest.raises(Invalid):
        domains_of(text, "free_mail")


def test_too_many_domains_are_refused():
    with pytest.raises(Invalid):
        domains_of("\n".join(f"mail{n}.example" for n in range(2_000)), "free_mail")
