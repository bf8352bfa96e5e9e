"""The shapes of leads on the wire."""

from marshmallow import Schema, fields, validate

from tracker.identity.domain import Level
from tracker.reports.fits import Graded
from tracker.reports.people import Knowing, Sorting
from tracker.stages.domain import Cause, FitField, Grade, Stage
from tracker.stages.overrides import REASON
from tracker.web.api.shapes import Named, PageArgs, Shape, Text, page_of
from tracker.web.leads.lines import why


class LeadArgs(PageArgs):
    """Which leads."""

    q = Text(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Part of a name, an e-mail or a company."},
    )
    stage = Text(load_default="", validate=validate.OneOf(["", "none", *Stage]))
    source = Text(
        load_default="",
        validate=validate.Length(max=255),
        metadata={"description": 'The first source; "(missing)" for none.'},
    )
    who = Text(load_default="", validate=validate.OneOf(["", "everyone", *Knowing]))
    company = Text(load_default="", metadata={"description": "The code of a company."})
    fit = Text(load_default="", validate=validate.OneOf(["", *Graded]))
    sort = fields.Enum(Sorting, by_value=True, load_default=Sorting.LAST_SEEN)


class FitLineSchema(Shape):
    """What one rule gave for a fact; a value of null is unknown."""

    field = fields.Enum(FitField, by_value=True)
    value = fields.Raw(allow_none=True, metadata={"type": ["string", "integer", "null"]})
    points = fields.Integer()


class FitSchema(Shape):
    """Who somebody is, apart from what somebody does; the points are the sum of the lines."""

    grade = fields.Enum(Grade, by_value=True, allow_none=True)
    points = fields.Integer()
    lines = fields.List(fields.Nested(FitLineSchema))


class LeadSchema(Shape):
    """One person on the journey."""

    code = fields.String()
    name = fields.String()
    email = fields.String()
    company = fields.String()
    is_known = fields.Boolean()
    level = fields.Enum(
        Level,
        by_value=True,
        metadata={"description": "Only claimed, or verified: by a server, a signature or staff."},
    )
    stage = fields.Enum(Stage, by_value=True, allow_none=True)
    score = fields.Method("points", metadata={"type": "number", "description": "Points today."})
    fit = fields.Nested(FitSchema)
    touches = fields.Integer(metadata={"description": "Human touches that count."})
    first_at = fields.DateTime(allow_none=True)
    last_at = fields.DateTime(allow_none=True)
    source = fields.String(metadata={"description": 'The first source, or "(missing)".'})

    def points(self, lead) -> float:
        """Return milli-points as points."""
        milli: int = lead["score"] if isinstance(lead, dict) else lead.score
        return milli / 1000


class PlacementSchema(Schema):
    """Where somebody puts a lead by hand, why, and until when."""

    stage = fields.Enum(Stage, by_value=True, required=True)
    reason = Text(required=True, validate=validate.Length(min=1, max=REASON))
    until = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        metadata={"description": "Without it the lead stays there until somebody ends it."},
    )


class OverrideSchema(Shape):
    """A stage that somebody has set by hand, while it holds."""

    stage = fields.Enum(Stage, by_value=True)
    reason = fields.String()
    started_at = fields.DateTime()
    until = fields.DateTime(allow_none=True)
    by = fields.Nested(Named, attribute="started_by", allow_none=True)


class TransitionSchema(Shape):
    """One change of stage, or of what lies beside it, with its receipt."""

    at = fields.DateTime()
    cause = fields.Enum(Cause, by_value=True)
    why = fields.Function(why, metadata={"type": "string", "description": "One sentence."})
    from_stage = fields.Enum(Stage, by_value=True, allow_none=True, attribute="before")
    to_stage = fields.Enum(Stage, by_value=True, allow_none=True, attribute="stage")
    rule = fields.String(attribute="receipt.rule")
    model_version = fields.Integer(attribute="receipt.version")
    score = fields.Method("points", metadata={"type": "number"})

    def points(self, change) -> float:
        """Return the receipt's sum as points."""
        return change.receipt.score / 1000


class HandoffBriefSchema(Shape):
    """A handoff of the lead."""

    code = fields.String()
    status = fields.String()
    offered_at = fields.DateTime()


class DealBriefSchema(Shape):
    """A deal of the lead."""

    code = fields.String()
    title = fields.String()
    status = fields.String()


class LeadDetailSchema(LeadSchema):
    """One person with the way so far."""

    title = fields.String()
    phone = fields.String()
    country = fields.String()
    is_dormant = fields.Boolean()
    override = fields.Nested(OverrideSchema, allow_none=True)
    next = fields.String(
        metadata={"description": "The nearest rule that is not met, in one sentence, or nothing."}
    )
    transitions = fields.List(fields.Nested(TransitionSchema))
    handoffs = fields.List(fields.Nested(HandoffBriefSchema))
    deals = fields.List(fields.Nested(DealBriefSchema))


LeadPageSchema = page_of(LeadSchema)
