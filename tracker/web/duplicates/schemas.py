"""The shapes of probable duplicates on the wire."""

from marshmallow import fields

from tracker.identity.likeness import Clue
from tracker.web.api.shapes import PageArgs, Shape, Text, page_of
from tracker.web.leads.schemas import LeadSchema


class DuplicateArgs(PageArgs):
    """Which pairs."""

    weak = fields.Boolean(
        load_default=False, metadata={"description": "Also those that little speaks for."}
    )
    dismissed = fields.Boolean(
        load_default=False, metadata={"description": "Those that staff took for two people."}
    )


class ClueSchema(Shape):
    """Something that speaks for the two being one person."""

    clue = fields.Enum(Clue, by_value=True)
    words = fields.String()


class DuplicateSchema(Shape):
    """Two leads that may be one person."""

    lead = fields.Nested(LeadSchema)
    other = fields.Nested(LeadSchema)
    score = fields.Integer(metadata={"description": "How sure we are, of 100."})
    clues = fields.List(fields.Nested(ClueSchema))


class PairSchema(Shape):
    """Two leads by their codes, in any order."""

    lead = Text(required=True)
    other = Text(required=True)


DuplicatePageSchema = page_of(DuplicateSchema)
