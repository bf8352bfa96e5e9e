"""The shape of sites on the wire."""

from marshmallow import fields

from tracker.web.api.shapes import Shape


class OutcomesSchema(Shape):
    """What became of a day's messages; received is the sum of the others."""

    received = fields.Integer()
    accepted = fields.Integer()
    duplicate = fields.Integer()
    quarantined = fields.Integer()
    refused = fields.Integer()


class SiteSchema(Shape):
    """A place that sends us hits."""

    code = fields.String()
    name = fields.String()
    write_key = fields.String()
    consent_required = fields.Boolean()
    status = fields.String(metadata={"description": "waiting, live or silent."})
    last_at = fields.DateTime(allow_none=True, metadata={"description": "Its last good hit."})
    today = fields.Nested(OutcomesSchema, metadata={"description": "Since midnight UTC."})


class SitesSchema(Shape):
    """Every site."""

    items = fields.List(fields.Nested(SiteSchema))
    total = fields.Integer()
