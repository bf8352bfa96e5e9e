"""The shapes of merges on the wire."""

from marshmallow import fields, validate

from tracker.identity.merges import REASON
from tracker.stages.domain import Stage
from tracker.web.api.shapes import Shape, Text
from tracker.web.leads.schemas import HandoffBriefSchema


class PreviewArgs(Shape):
    """Which lead would be merged into this one."""

    absorbed = Text(
        required=True,
        validate=validate.Length(1, 64),
        metadata={"description": "The code of the lead to be absorbed."},
    )


class NewMergeSchema(Shape):
    """Which lead is merged into this one, and why."""

    absorbed = Text(
        required=True,
        validate=validate.Length(1, 64),
        metadata={"description": "The code of the lead to be absorbed."},
    )
    reason = Text(required=True, validate=validate.Length(1, REASON))


class LeadNamedSchema(Shape):
    """A lead by its code."""

    code = fields.String()
    name = fields.String()
    email = fields.String()


class MergeSchema(Shape):
    """Two leads made one, until somebody undoes it."""

    code = fields.String()
    kept = fields.Nested(LeadNamedSchema)
    absorbed = fields.Nested(LeadNamedSchema)
    reason = fields.String()
    merged_at = fields.DateTime()
    undone_at = fields.DateTime(allow_none=True)


class MergedSchema(MergeSchema):
    """A merge and who made it and took it back; nobody where a program did."""

    code = fields.String(attribute="merge.code")
    kept = fields.Nested(LeadNamedSchema, attribute="merge.kept")
    absorbed = fields.Nested(LeadNamedSchema, attribute="merge.absorbed")
    reason = fields.String(attribute="merge.reason")
    merged_at = fields.DateTime(attribute="merge.merged_at")
    undone_at = fields.DateTime(allow_none=True, attribute="merge.undone_at")
    kept_as = fields.String(metadata={"description": "The key by which the kept one was joined."})
    absorbed_as = fields.String(metadata={"description": "The key by which the other one was."})
    by = fields.String()
    undone_by = fields.String()


class SideSchema(Shape):
    """What one of the two leads brings along."""

    lead = fields.Nested(LeadNamedSchema)
    stage = fields.Enum(Stage, by_value=True, allow_none=True)
    touches = fields.Integer()
    handoffs = fields.List(fields.Nested(HandoffBriefSchema))
    deals = fields.Integer()


class WordSchema(Shape):
    """A field about which the two say different things, and what holds afterwards."""

    name = fields.String()
    kept = fields.String()
    absorbed = fields.String()
    after = fields.String()


class PreviewSchema(Shape):
    """Both leads as they are, and what they would be as one."""

    kept = fields.Nested(SideSchema)
    absorbed = fields.Nested(SideSchema)
    stage = fields.Enum(Stage, by_value=True, allow_none=True)
    fields_after = fields.List(fields.Nested(WordSchema), attribute="words")
    withdrawn = fields.Nested(
        HandoffBriefSchema,
        allow_none=True,
        metadata={"description": "The open offer that would make room for the other's."},
    )
