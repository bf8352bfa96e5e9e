import pytest

from tracker.collector.domain import Traits
from tracker.collector.traits import employees_of, traits_of


def test_a_company_is_told_by_name_or_with_its_facts():
    company = {
        "name": "Acme",
        "website": "https://acme.example",
        "industry": "Optics",
        "employee_count": 250,
        "address": {"country": "Poland"},
    }
    assert traits_of({"company": "Acme"}) == Traits(company="Acme")
    assert traits_of({"company": company}) == Traits(
        company="Acme",
        company_website="https://acme.example",
        company_country="Poland",
        industry="Optics",
        employees=250,
    )


@pytest.mark.parametrize("company", [7, ["Acme"], {"name": ["Acme"]}, {}, None])
def test_a_company_that_is_no_name_says_nothing(company):
    assert traits_of({"company": company}) == Traits()


def test_what_stands_beside_the_company_counts_where_it_is_silent():
    beside = {"industry": "Optics", "employees": "51-200"}
    assert traits_of(beside) == Traits(industry="Optics", employees=51)
    found = traits_of(beside | {"company": {"industry": "Glass", "employeeCount": 7}})
    assert (found.industry, found.employees) == ("Glass", 7)


def test_a_persons_country_is_apart_from_the_companys():
    traits = {"country": "PL", "address": {"country": "Poland"}, "company": {"country": "Malta"}}
    found = traits_of(traits)
    assert (found.country, found.company_country) == ("Poland", "Malta")
    assert traits_of({"country": "PL", "address": "Long Street 1"}).country == "PL"


@pytest.mark.parametrize(
    "said, meant",
    [
        (250, 250),
        (250.0, 250),
        ("250", 250),
        (" 1,200 ", 1200),
        ("1 200", 1200),
        ("51-200", 51),
        ("51–200 employees", 51),
        ("10,001+", 10001),
        ("10.001 - 50.000", 10001),
        ("more than 500", 500),
    ],
)
def test_employees_are_a_number_or_the_lower_end_of_a_range(said, meant):
    assert employees_of(said) == meant


@pytest.mark.parametrize(
    "said",
    ["", "many", "-5", "1.5", 0, -5, 2.5, True, None, [250], "9" * 12, 10**9, float("nan"),
     float("inf"), "250" + " " * 80],
)  # fmt: skip
def test_what_is_no_number_of_people_says_nothing(said):
    assert employees_of(said) is None
