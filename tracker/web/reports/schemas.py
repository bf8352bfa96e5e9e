"""The shapes of the funnel on the wire."""

from marshmallow import fields, validate

from tracker.reports.domain import Part, Side
from tracker.touches.domain import Channel
from tracker.web.api.shapes import PageArgs, Shape, Text
from tracker.web.reports.picture import step_name


class FunnelArgs(Shape):
    """Whom the funnel is about; the same filters as on the page."""

    period = Text(metadata={"description": 'The last so many days, or "all".'})
    first = Text(data_key="from", metadata={"description": "First seen on this day or later."})
    last = Text(data_key="to", metadata={"description": "First seen on this day or before."})
    source = Text(metadata={"description": 'The first source; "(missing)" for none.'})
    channel = Text(validate=validate.OneOf(["", *Channel]))
    who = Text(validate=validate.OneOf(["", "everyone", "known"]))
    pipeline = Text(metadata={"description": "The code of a pipeline; without it every deal."})
    stages = Text(
        metadata={
            "description": 'How stages are read: "now", "recorded" (what each version said of the '
            'time when it was in force), or "v3" (as under version 3).'
        }
    )


class PeopleArgs(FunnelArgs, PageArgs):
    """Whom of the funnel."""

    step = Text(required=True, metadata={"description": "The code of a step."})
    part = fields.Enum(Part, by_value=True, load_default=Part.REACHED)


class RatioSchema(Shape):
    """A share with what it was made of."""

    numerator = fields.Integer()
    denominator = fields.Integer()
    share = fields.Float(allow_none=True, metadata={"description": "Null when there is nobody."})
    interval = fields.List(
        fields.Float(), allow_none=True, metadata={"description": "Wilson, 95 %."}
    )
    is_few = fields.Boolean(metadata={"description": "Too few to speak of a percentage."})


class ColumnSchema(Shape):
    """One step and its people."""

    code = fields.String(attribute="step.code")
    name = fields.Function(lambda column: step_name(column.step), metadata={"type": "string"})
    side = fields.Enum(Side, by_value=True, attribute="step.side")
    reached = fields.Integer(metadata={"description": "Here or further."})
    direct = fields.Integer(metadata={"description": "Seen here."})
    skipped = fields.Integer(metadata={"description": "Further without being seen here."})
    went = fields.Integer(metadata={"description": "Further."})
    waiting = fields.Integer(metadata={"description": "Here and still on the way."})
    left = fields.Integer(metadata={"description": "Here and lost, or silent for long."})
    rate = fields.Nested(RatioSchema, allow_none=True)
    cumulative = fields.Nested(RatioSchema)
    median_wait_seconds = fields.Function(
        lambda column: column.wait.micros / 1_000_000 if column.wait else None,
        metadata={"type": "number", "nullable": True},
    )


class FunnelSchema(Shape):
    """The whole way of a population."""

    population = fields.Integer()
    unplaced = fields.Integer(metadata={"description": "Have done nothing that counts."})
    won = fields.Nested(RatioSchema)
    steps = fields.List(fields.Nested(ColumnSchema), attribute="columns")
    weakest = fields.Function(
        lambda found: _code(found, found.weakest),
        metadata={"type": "string", "nullable": True, "description": "Only beyond chance."},
    )
    best = fields.Function(
        lambda found: _code(found, found.best),
        metadata={"type": "string", "nullable": True, "description": "Only beyond chance."},
    )


def _code(found, finding):
    return found.columns[finding.index].step.code if finding else None
