"""The shapes of companies on the wire."""

from marshmallow import fields, validate

from tracker.collector.traits import MOST_EMPLOYEES
from tracker.pipeline.domain import DealStatus
from tracker.reports.companies import CompanySort
from tracker.stages.domain import Stage
from tracker.web.api.shapes import Named, PageArgs, Shape, Text, page_of


class CompanyArgs(PageArgs):
    """Which companies."""

    q = Text(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Part of a name, a domain, an industry or a country."},
    )
    sort = fields.Enum(CompanySort, by_value=True, load_default=CompanySort.LAST_SEEN)


class CompanySchema(Shape):
    """One company with how many people it has and how far they are."""

    code = fields.String()
    name = fields.String()
    domain = fields.String()
    industry = fields.String()
    employees = fields.Integer(allow_none=True)
    country = fields.String()
    people = fields.Integer(metadata={"description": "Leads that are with it."})
    stage = fields.Enum(
        Stage, by_value=True, allow_none=True, metadata={"description": "Of the furthest of them."}
    )
    last_at = fields.DateTime(allow_none=True)
    deals_open = fields.Integer()
    deals_won = fields.Integer()


class DealSumSchema(Shape):
    """What its deals of one status and currency come to."""

    status = fields.Enum(DealStatus, by_value=True)
    currency = fields.String()
    number = fields.Integer()
    value = fields.Decimal(as_string=True)


class CompanyDetailSchema(CompanySchema):
    """One company with its deals' sums and what staff wrote."""

    website = fields.String()
    stated = fields.List(
        fields.String(), metadata={"description": "The fields that staff wrote: they stay so."}
    )
    deals = fields.List(fields.Nested(DealSumSchema))
    merged = fields.List(
        fields.Nested(Named), metadata={"description": "Companies that staff joined to this one."}
    )


class CorrectionSchema(Shape):
    """What is true of a company; a field that is left out stays as it is."""

    name = Text(validate=validate.Length(1, 255))
    domain = Text(validate=validate.Length(max=253))
    website = Text(validate=validate.Length(max=255))
    industry = Text(validate=validate.Length(max=255))
    employees = fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(1, MOST_EMPLOYEES)
    )
    country = Text(validate=validate.Length(max=64))


class IntoSchema(Shape):
    """The company that another one is part of from now on."""

    into = Text(required=True, metadata={"description": "Its code."})


CompanyPageSchema = page_of(CompanySchema)
