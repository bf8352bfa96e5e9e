"""The shapes of versions, back-tests and evidence on the wire."""

from marshmallow import fields, validate

from tracker.stages.models import StageModelRow
from tracker.touches.domain import ContentKind
from tracker.web.api.shapes import Shape, Text
from tracker.web.reports.schemas import RatioSchema


class VersionSchema(Shape):
    """One version of the stage model."""

    version = fields.Integer()
    is_draft = fields.Boolean()
    is_in_force = fields.Function(lambda row: is_in_force(row), metadata={"type": "boolean"})
    published_at = fields.AwareDateTime(allow_none=True)
    retired_at = fields.AwareDateTime(allow_none=True)
    compared_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "When it was last computed who would move."}
    )


class PaceSchema(Shape):
    """So many a week, and between which values the true pace plausibly lies."""

    per_week = fields.Float()
    low = fields.Float()
    high = fields.Float()


class ShiftSchema(Shape):
    """Days later than really (less than nothing: earlier): the median and the middle half."""

    median = fields.Float()
    lower = fields.Float()
    upper = fields.Float()
    deals = fields.Integer()


class VerdictSchema(Shape):
    """How a version does on deals that ended."""

    before = fields.Nested(
        RatioSchema, metadata={"description": "Won deals offered before they opened."}
    )
    in_time = fields.Nested(
        RatioSchema, metadata={"description": "Won deals offered before they closed."}
    )
    right = fields.Nested(RatioSchema, metadata={"description": "Offers whose lead was won."})
    false = fields.Nested(RatioSchema, metadata={"description": "Offers that came to nothing."})
    offers = fields.Integer(metadata={"description": "Leads that would have been offered."})
    open = fields.Integer(metadata={"description": "Offers that are not decided yet."})
    untried = fields.Integer(metadata={"description": "Offers of leads that nobody ever tried."})
    late = fields.Integer(metadata={"description": "Offers after everything was decided."})
    pace = fields.Nested(PaceSchema)
    per_rep = fields.Nested(PaceSchema, allow_none=True)
    shift = fields.Nested(ShiftSchema, allow_none=True)


class BacktestSchema(Shape):
    """A version beside the one in force, judged by the same deals and leads."""

    version = fields.Integer()
    live_version = fields.Integer()
    until = fields.AwareDateTime(metadata={"description": "By what had ended until then."})
    told = fields.Nested(VerdictSchema)
    live = fields.Nested(VerdictSchema)


class EvidenceArgs(Shape):
    """Evidence about what."""

    by = Text(load_default="kind", validate=validate.OneOf(["kind", "item"]))


class FindingSchema(Shape):
    """The evidence about a kind, or about an item of the catalogue."""

    kind = fields.Enum(ContentKind, by_value=True)
    code = fields.String(metadata={"description": "The item's; empty for a kind."})
    title = fields.String()
    touched = fields.Nested(RatioSchema, attribute="lift.touched")
    lift = fields.Float(attribute="lift.value", allow_none=True)
    interval = fields.List(
        fields.Float(),
        attribute="lift.interval",
        allow_none=True,
        metadata={"description": "95 %, by the log interval of the risk ratio."},
    )
    points = fields.Integer(
        attribute="lift.points",
        allow_none=True,
        metadata={"description": "What is suggested; null where chance may explain it."},
    )


class EvidenceSchema(Shape):
    """What goes together with being won."""

    base = fields.Nested(RatioSchema)
    items = fields.List(fields.Nested(FindingSchema))


def is_in_force(row: StageModelRow) -> bool:
    """Return whether a workspace lives by a version."""
    return row.published_at is not None and row.retired_at is None
