"""Where a touch came from: one campaign however its links are written."""

import json
import re

import pytest
from sqlalchemy import select

from tests.builders import make_house, record
from tests.house import ROOT
from tracker.collector.domain import Utm
from tracker.reports import log
from tracker.reports.log import TouchSearch
from tracker.touches.channels import arrival_of, clean_label
from tracker.touches.models import Source

# A real access log, where one is at hand: it holds one campaign in two encodings.
APACHE = ROOT.parent / "shared" / "data" / "apache_elastic"

SPRING = [
    "Spring%20Sale",
    "Spring+Sale",
    "spring%20sale",
    "SPRING++SALE",
    "Spring%2520Sale",
    "Spring%252520Sale",
    "Spring%2BSale",
    "%20Spring%C2%A0Sale%0A",
]
FRÜHLING = [
    "Fr%C3%BChling",  # UTF-8, composed
    "Fru%CC%88hling",  # UTF-8, decomposed
    "Fr%25C3%25BChling",  # encoded twice
    "FR%C3%9CHLING",
    "Fr%FChling",  # by an old code page
    "Frühling",
]


@pytest.fixture
def house(session):
    return make_house(session)


def campaigns(session):
    return list(session.scalars(select(Source.campaign).where(Source.campaign != "")))


@pytest.mark.parametrize("spellings", [SPRING, FRÜHLING], ids=["spaces", "letters"])
def test_one_campaign_in_many_encodings_is_one(session, house, spellings):
    query = "utm_source=news&utm_medium=email&utm_campaign="
    record(session, *(house.page(f"/?{query}{text}", anonymous_id="a") for text in spellings))
    assert len(campaigns(session)) == 1
    touches = TouchSearch(campaign=spellings[-1])
    assert log.count(session, house.workspace.id, touches) == len(spellings)


def test_a_campaign_keeps_its_first_spelling(session, house):
    for text in ("Spring%20Sale", "SPRING+SALE", "spring%2520sale"):
        record(session, house.page(f"/?utm_source=x&utm_campaign={text}", anonymous_id="a"))
    assert campaigns(session) == ["Spring Sale"]


def test_a_campaign_is_the_same_in_the_address_and_beside_it(session, house):
    record(session, house.page("/?utm_source=x&utm_campaign=Spring%20Sale", anonymous_id="a"))
    told = Utm(source="x", campaign="Spring+Sale")
    record(session, house.page("/", utm=told, anonymous_id="b"))
    assert campaigns(session) == ["Spring Sale"]


def test_a_campaign_is_found_over_all_its_sources(session, house):
    for source, text in (("news", "Spring%20Sale"), ("bing", "spring+sale"), ("bing", "autumn")):
        record(session, house.page(f"/?utm_source={source}&utm_campaign={text}"))
    assert log.count(session, house.workspace.id, TouchSearch(campaign="SPRING SALE")) == 2
    assert log.count(session, house.workspace.id, TouchSearch(campaign="winter")) == 0


@pytest.mark.parametrize(
    "text", ["50%cash", "100%", "%", "spring-sale", "spring_sale", "a%zz", "%ff"]
)
def test_what_is_no_encoding_stays_as_it_is(text):
    assert clean_label(text) == text


def test_another_word_is_another_campaign(session, house):
    for text in ("spring-sale", "spring_sale", "spring sale", "springsale"):
        record(session, house.page(f"/?utm_source=x&utm_campaign={text}", anonymous_id="a"))
    assert len(campaigns(session)) == 4


@pytest.mark.skipif(not APACHE.exists(), reason="the access log of semicomplete.com is not here")
def test_the_campaign_of_a_real_log_is_one(house):
    truth = json.loads((APACHE / "truth.json").read_text())["apache_elastic"]
    lines = (APACHE / "apache_logs").read_text(errors="replace")
    paths = re.findall(r'"(?:GET|HEAD) (\S*utm_\S*) HTTP', lines)
    ways = [arrival_of(house.page(path)) for path in paths]
    assert len(ways) == truth["requests_with_utm_in_path"]
    assert {way.campaign for way in ways} == set(truth["utm_campaign_path_decoded"])
    assert len({way.key for way in ways}) == 1
