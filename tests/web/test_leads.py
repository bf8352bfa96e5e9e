import re
from datetime import timedelta

import pytest

from tests.builders import FIREFOX, GOOGLEBOT, NOON, days, lead_of, make_house, record
from tests.histories import WINNER, Life, live
from tests.people import log_in
from tracker.handoff.domain import HandoffStatus
from tracker.identity.models import Lead
from tracker.reports.timeline import TOUCHES
from tracker.workspaces.domain import Role

LONG = "Maximiliane " + "Hohenlohe-" * 10 + "Waldenburg"


@pytest.fixture
def lived(app, client):
    """Return a function that lets people live in the house, and then logs a viewer in."""

    def fill(*steps):
        with app.extensions["database"].writing() as session:
            house = make_house(session)
            codes = [step(session, house).code for step in steps]
            session.commit()
        log_in(client, Role.VIEWER)
        return codes

    return fill


def _life(**facts):
    return lambda session, house: live(session, house, Life(**facts))


def _codes(page):
    return re.findall(r'class="person-name" href="/leads/([^"]+)"', page.text)


def test_an_empty_list_says_what_to_do_next(client, lived):
    lived()
    assert "No leads yet" in client.get("/leads").text


def test_the_last_seen_stands_first(client, lived):
    old, new = lived(_life(day=1), _life(day=3))
    assert _codes(client.get("/leads")) == [new, old]
    assert _codes(client.get("/leads?sort=first")) == [new, old]


@pytest.mark.parametrize("words", ["ana", "ANA", "Żaneta", "żaneta", "firm.example"])
def test_search_finds_by_name_mail_and_company(client, lived, words):
    (both,) = lived(_life(name="Żaneta Ana"))
    assert _codes(client.get("/leads", query_string={"q": words})) == [both]


@pytest.mark.parametrize("words", ["%", "_", "' OR 1=1 --", "\x00", "no such lead"])
def test_what_is_searched_for_is_only_text(client, lived, words):
    lived(_life(name="Ana"))
    found = _codes(client.get("/leads", query_string={"q": words}))
    assert found == [] or words == "\x00"


@pytest.mark.parametrize(
    ("query", "number"),
    [("stage=tofu", 1), ("stage=mofu", 1), ("stage=none", 0), ("who=known", 1),
     ("who=anonymous", 1), ("source=news", 1), ("source=(missing)", 1)],
)  # fmt: skip
def test_filters_narrow_the_list(client, lived, query, number):
    lived(_life(source="news"), _life(name="Ana", touches=("survey",)))
    assert len(_codes(client.get(f"/leads?{query}"))) == number


@pytest.mark.parametrize("query", ["stage=top", "who=me"])
def test_a_filter_that_makes_no_sense_is_named(client, lived, query):
    lived()
    assert client.get(f"/leads?{query}").status_code == 422


def test_pages_have_fifty_and_leave_nobody_out(client, lived):
    codes = lived(*[_life(day=1) for _ in range(51)])
    first, second = _codes(client.get("/leads")), _codes(client.get("/leads?page=2"))
    assert (len(first), len(second)) == (50, 1)
    assert sorted(first + second) == sorted(codes)


def test_a_page_beyond_the_last_is_the_last(client, lived):
    lived(_life())
    assert len(_codes(client.get("/leads?page=999"))) == 1


def test_a_winners_journey_tells_everything(client, lived):
    (code,) = lived(lambda session, house: live(session, house, WINNER))
    page = client.get(f"/leads/{code}").text
    for words in ("Offered to sales", "Accepted by sales", "Deal opened", "Won", "Identified"):
        assert words in page
    assert "BOFU because this lead asked for a demo" in page


def test_how_a_lead_stands_comes_before_its_journey(client, lived):
    (code,) = lived(_life(touches=("page", "survey")))
    page = client.get(f"/leads/{code}").text
    heads = [page.index(words) for words in (">Standing<", ">Sales<", 'class="journey"', ">Score<")]
    assert heads == sorted(heads)


def test_the_receipts_lines_add_up(client, lived):
    (code,) = lived(_life(touches=("page", "page", "survey")))
    page = client.get(f"/leads/{code}").text
    mofu = re.search(r"mark-mofu.*?</table>", page[page.index('class="journey"') :], re.DOTALL)
    *parts, total = [float(n) for n in re.findall(r'num">([\d.]+)</td>', mofu.group())]
    assert parts == [2, 10]
    assert total == 12


def test_a_receipt_tells_its_lines_apart_by_day_and_names_what_decided(client, lived):
    def live_on(session, house):
        for day in range(2):
            record(session, house.page("/blog/x", anonymous_id="a", occurred_at=NOON + days(day)))
        asked = NOON + days(2)
        record(
            session, house.event("Survey Completed", "Prices", anonymous_id="a", occurred_at=asked)
        )
        return lead_of(session, house, "a:a")

    (code,) = lived(live_on)
    receipt = client.get(f"/leads/{code}").text.partition('class="receipt-lines"')[2]
    found = re.findall(r'class="receipt-day">([^<]+)<', receipt.partition("</table>")[0])
    assert found == [f"Mar {day}, 2026" for day in (4, 5, 6)]
    assert "“<bdi>Prices</bdi>”" in receipt.partition("</details>")[0]


def test_the_page_says_what_is_missing_next(client, lived):
    (code,) = lived(_life())
    page = client.get(f"/leads/{code}").text
    assert "one more survey filled in, webinar attended, or educational download → MOFU" in page


def test_the_time_before_the_name_is_shown_as_such(client, lived):
    def live_on(session, house):
        record(session, house.page("/", anonymous_id="a"))
        later = NOON + timedelta(hours=5)
        record(session, house.identify("ana@firm.example", anonymous_id="a", occurred_at=later))
        record(session, house.page("/x", anonymous_id="a", occurred_at=later + days(1)))
        return lead_of(session, house, "e:ana@firm.example")

    (code,) = lived(live_on)
    page = client.get(f"/leads/{code}").text
    assert page.count("before we knew the name") == 1
    assert page.count("journey-visit") == 2


@pytest.mark.parametrize(("agent", "counts"), [(FIREFOX, True), (GOOGLEBOT, False)])
def test_only_what_counts_is_said_to_count(client, lived, agent, counts):
    def live_on(session, house):
        record(session, house.page("/", anonymous_id="a", user_agent=agent))
        later = NOON + timedelta(hours=5)
        record(session, house.identify("ana@firm.example", anonymous_id="a", occurred_at=later))
        return lead_of(session, house, "e:ana@firm.example")

    (code,) = lived(live_on)
    page = client.get(f"/leads/{code}").text
    assert ("did before counts here too" in page) is counts
    assert "Known since" in page


def test_half_an_hour_of_silence_ends_a_visit(client, lived):
    def live_on(session, house):
        for minutes in (0, 29, 60):
            at = NOON + timedelta(minutes=minutes)
            record(session, house.page("/", anonymous_id="a", occurred_at=at))
        return lead_of(session, house, "a:a")

    (code,) = lived(live_on)
    assert client.get(f"/leads/{code}").text.count("journey-visit") == 2


def test_robots_are_shown_and_not_counted(client, lived):
    def live_on(session, house):
        agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
        record(session, house.page("/", anonymous_id="a", user_agent=agent))
        return lead_of(session, house, "a:a")

    (code,) = lived(live_on)
    page = client.get(f"/leads/{code}").text
    assert "is-robot" in page
    assert "by a robot, not counted" in page
    assert "No touch that counts yet" in page


def test_a_long_life_comes_in_parts(client, lived):
    def live_on(session, house):
        for hour in range(TOUCHES + 20):
            at = NOON + timedelta(hours=hour)
            record(session, house.page(f"/{hour}", anonymous_id="a", occurred_at=at))
        return lead_of(session, house, "a:a")

    (code,) = lived(live_on)
    first = client.get(f"/leads/{code}")
    older = re.search(r'href="([^"]*before=\d+)"', first.text).group(1)
    second = client.get(older)
    visits = first.text.count("journey-visit"), second.text.count("journey-visit")
    assert visits == (TOUCHES, 20)


@pytest.mark.parametrize("before", ["x", "-1", "99999999999999999999"])
def test_a_moment_that_is_none_is_named(client, lived, before):
    (code,) = lived(_life())
    assert client.get(f"/leads/{code}?before={before}").status_code == 422


def test_a_merged_leads_code_leads_to_where_it_went(client, lived):
    def merged(session, house):
        one, two = live(session, house, Life()), live(session, house, Life())
        session.get_one(Lead, two.id).merged_into_id = one.id
        session.flush()
        return two

    (gone,) = lived(merged)
    answer = client.get(f"/leads/{gone}")
    assert answer.status_code == 302
    assert answer.location != f"/leads/{gone}"


def test_an_unknown_lead_is_not_found(client, lived):
    lived()
    assert client.get("/leads/nosuchlead").status_code == 404


def test_a_long_name_is_kept_whole(client, lived):
    (code,) = lived(_life(name=LONG))
    assert LONG in client.get("/leads").text
    assert LONG in client.get(f"/leads/{code}").text


def test_a_rejection_says_why(client, lived):
    (code,) = lived(_life(name="Ben", touches=("demo",), answer=HandoffStatus.REJECTED))
    page = client.get(f"/leads/{code}").text
    assert "Rejected by sales" in page
    assert "Not a fit" in page


def test_a_lead_known_by_an_id_alone_is_called_and_found_by_it(client, lived):
    def live_on(session, house):
        record(session, house.page("/", user_id="customer-4711"))
        return lead_of(session, house, "u:customer-4711")

    (code,) = lived(live_on, _life())[:1]
    found = client.get("/leads?q=customer-4711")
    assert _codes(found) == [code]
    assert "<bdi>customer-4711</bdi>" in found.text.split("</thead>")[1]
    assert "customer-4711" in client.get(f"/leads/{code}").text
