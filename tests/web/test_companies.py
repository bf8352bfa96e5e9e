"""Companies: their list, their page, what staff knows better; and the same for programs."""

import pytest

from tests.builders import lead_of, make_bofu_lead, make_house, record
from tests.people import log_in
from tracker.workspaces.domain import Role

FACTS = {"name": "Acme Inc", "domain": "acme.example", "industry": "Optics", "employees": "51-200"}


@pytest.fixture
def house(session, client):
    house = make_house(session)
    make_bofu_lead(session, house, "ana@acme.example")
    record(session, house.page("/pricing", email="cy@lindley.example"))
    session.commit()
    log_in(client, Role.MARKETER, house.workspace)
    return house


@pytest.fixture
def at(session, house):
    """Return where the company of a domain is, on pages and for programs."""

    def at(domain="acme.example", root=""):
        key = {"acme.example": "e:ana@acme.example"}.get(domain, f"e:cy@{domain}")
        return f"{root}/companies/{lead_of(session, house, key).company.code}"

    return at


@pytest.fixture
def api(at):
    return at(root="/api/v1")


def test_an_empty_list_says_where_companies_come_from(client):
    log_in(client, Role.VIEWER)
    assert "No companies yet" in client.get("/companies").text


def test_the_list_finds_and_says_when_it_does_not(client, house):
    acme, lindley = 'title="acme.example"', 'title="lindley.example"'
    page = client.get("/companies").text
    assert acme in page
    assert lindley in page
    found = client.get("/companies?q=lind").text
    assert lindley in found
    assert acme not in found
    assert "No company matches" in client.get("/companies?q=nothing").text


def test_a_companys_page_shows_its_people_what_they_did_and_leads_to_all(client, at, house):
    page = client.get(at()).text
    assert "ana@acme.example" in page
    assert "Demo request" in page
    listed = client.get(f"/leads?company={at().rpartition('/')[2]}").text
    assert "1 lead matches." in listed
    assert "cy@lindley.example" not in listed


def test_a_marketer_corrects_a_company(client, at, house):
    assert client.post(f"{at()}/edit", data=FACTS).status_code == 302
    page = client.get(at()).text
    assert "Acme Inc" in page
    assert "Optics" in page
    assert "Corrected by your team" in page
    assert 'value="51"' in client.get(f"{at()}/edit").text


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("name", "", 422),
        ("employees", "many", 422),
        ("domain", "gmail.com", 422),
        ("domain", "lindley.example", 409),
    ],
)
def test_a_wrong_correction_is_named_and_keeps_what_was_typed(
    client, at, house, field, value, status
):
    answer = client.post(f"{at()}/edit", data=FACTS | {field: value})
    assert answer.status_code == status
    assert f'id="error-{field}"' in answer.text
    assert 'value="Optics"' in answer.text


def test_a_company_becomes_part_of_another_and_is_parted_again(client, at, house):
    small, large = at("lindley.example"), at()
    assert client.post(f"{small}/merge", data={"into": "nothing"}).status_code == 422
    assert client.post(f"{small}/merge", data={"into": "ACME.example"}).location.endswith(large)
    assert client.get(small).location.endswith(large)
    assert "cy@lindley.example" in client.get(large).text
    assert client.post(f"{small}/part").location.endswith(small)
    assert client.post(f"{small}/part").status_code == 409


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REP])
def test_others_only_look(client, at, house, role):
    log_in(client, role, house.workspace)
    assert client.get(at()).status_code == 200
    assert "Edit the company" not in client.get(at()).text
    for path in ("edit", "merge", "part"):
        assert client.post(f"{at()}/{path}").status_code == 403
    assert client.get(f"{at()}/edit").status_code == 403


def test_what_is_not_there_is_not_found(client, house):
    assert client.get("/companies/none").status_code == 404
    assert client.get("/leads?company=none").status_code == 404
    assert client.get("/api/v1/leads?company=none").status_code == 404


def test_programs_list_companies(client, house):
    rows = client.get("/api/v1/companies?sort=name").json
    assert [row["name"] for row in rows["items"]] == ["acme.example", "lindley.example"]
    assert rows["items"][0]["stage"] == "bofu"
    assert client.get("/api/v1/companies?sort=luck").status_code == 422
    assert client.get("/api/v1/companies/none").status_code == 404


def test_programs_read_a_company_and_its_touches(client, api, house):
    assert client.get(api).json["people"] == 1
    touches = client.get(f"{api}/touches").json
    assert touches["total"] == 2
    assert {row["lead"] for row in touches["items"]} == {
        row["code"]
        for row in client.get(f"/api/v1/leads?company={api.rpartition('/')[2]}").json["items"]
    }
    assert client.get(f"{api}/touches?limit=0").status_code == 422


def test_programs_correct_a_company(client, api, house):
    changed = client.patch(api, json={"industry": "Optics", "employees": 40}).json
    assert (changed["name"], changed["industry"], changed["employees"]) == (
        "acme.example", "Optics", 40,
    )  # fmt: skip
    assert changed["stated"] == ["employees", "industry"]
    assert client.patch(api, json={"employees": "51-200"}).status_code == 422
    assert client.patch(api, json={"size": 1}).status_code == 422
    assert client.patch(api, json={"domain": "lindley.example"}).status_code == 409
    assert client.patch("/api/v1/companies/none", json={}).status_code == 404
    log_in(client, Role.REP, house.workspace)
    assert client.patch(api, json={"industry": "Glass"}).status_code == 403


def test_programs_merge_and_part_companies(client, at, api, house):
    small = at("lindley.example", root="/api/v1")
    into = api.rpartition("/")[2]
    assert client.post(f"{small}/merge", json={}).status_code == 422
    assert client.post(f"{small}/merge", json={"into": "none"}).status_code == 404
    merged = client.post(f"{small}/merge", json={"into": into}).json
    assert (merged["code"], merged["merged"][0]["name"]) == (into, "lindley.example")
    assert client.post(f"{small}/merge", json={"into": into}).status_code == 409
    assert client.post(f"{small}/part").json["name"] == "lindley.example"
    assert client.post(f"{small}/part").status_code == 409
    assert client.post("/api/v1/companies/none/part").status_code == 404
    log_in(client, Role.REP, house.workspace)
    assert client.post(f"{small}/merge", json={"into": into}).status_code == 403
    assert client.post(f"{small}/part").status_code == 403
