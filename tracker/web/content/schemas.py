"""The shapes of the catalogue on the wire."""

from marshmallow import fields, validate

from tracker.reports.ledger import LedgerSort
from tracker.touches.domain import Classed, ContentKind, IntendedStage, Purpose, Subject
from tracker.web.api.shapes import Named, PageArgs, Shape, Text, page_of


class ContentArgs(PageArgs):
    """Which items."""

    q = Text(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Part of a title, an address or an event's name."},
    )
    kind = fields.Enum(ContentKind, by_value=True, load_default=None)
    stage = fields.Enum(IntendedStage, by_value=True, load_default=None)
    purpose = fields.Enum(Purpose, by_value=True, load_default=None)
    owner = Text(load_default="", metadata={"description": "The code of a user."})
    unclassed = fields.Boolean(
        load_default=False, metadata={"description": "Only what we guess: to be classed."}
    )
    sort = fields.Enum(LedgerSort, by_value=True, load_default=LedgerSort.PEOPLE)


class MeaningSchema(Shape):
    """What is said of an item."""

    kind = fields.Enum(ContentKind, by_value=True)
    intended_stage = fields.Enum(IntendedStage, by_value=True, allow_none=True)
    purpose = fields.Enum(Purpose, by_value=True, allow_none=True)


class WishSchema(MeaningSchema):
    """What is to be said of an item; what is left out stays."""

    title = Text(validate=validate.Length(1, 300))
    owner = Text(allow_none=True, metadata={"description": "The code of a user, or null."})


class NewItemSchema(WishSchema):
    """An item that nobody has touched yet."""

    title = Text(required=True, validate=validate.Length(1, 300))
    kind = fields.Enum(ContentKind, by_value=True, required=True)


class ItemSchema(MeaningSchema):
    """One item of the catalogue."""

    code = fields.String()
    key = fields.String(metadata={"description": "What the stage model calls it."})
    title = fields.String()
    url = fields.String()
    owner = fields.Nested(Named, allow_none=True)
    classed = fields.Enum(Classed, by_value=True, metadata={"description": "Who said so."})
    keys = fields.Integer(metadata={"description": "How many keys lie under it."})
    people = fields.Integer()
    touches = fields.Integer()
    last_at = fields.DateTime(allow_none=True)


class KeySchema(Shape):
    """A key that is an item."""

    code = fields.String()
    key = fields.String()
    touches = fields.Integer()


class ItemDetailSchema(ItemSchema):
    """One item with the keys that it is, at most 200."""

    under = fields.List(fields.Nested(KeySchema))


class UnderSchema(Shape):
    """The item that another is a part of."""

    item = Text(required=True, metadata={"description": "The code of the item."})


class ClassingSchema(Shape):
    """One act of classing, and how far the histories are told again."""

    code = fields.String()
    at = fields.DateTime()
    subject = fields.String()
    keys = fields.Integer(metadata={"description": "How many keys were classed anew."})
    leads = fields.Integer(metadata={"description": "How many leads touched them."})
    up = fields.Integer()
    down = fields.Integer()
    is_done = fields.Boolean(metadata={"description": "Whether every history is told again."})
    is_undone = fields.Boolean()


class PatternSchema(MeaningSchema):
    """A pattern that decides over new keys and old."""

    code = fields.String()
    subject = fields.Enum(Subject, by_value=True)
    text = fields.String()
    kind = fields.Enum(ContentKind, by_value=True, allow_none=True)
    item = fields.String(allow_none=True, metadata={"description": "The code of the item."})


class NewPatternSchema(Shape):
    """A pattern: with `item` all that it takes in are that item, else each is of `kind`."""

    subject = fields.Enum(Subject, by_value=True, required=True)
    text = Text(required=True, validate=validate.Length(1, 300))
    item = Text(load_default="")
    kind = fields.Enum(ContentKind, by_value=True, load_default=None)
    intended_stage = fields.Enum(IntendedStage, by_value=True, load_default=None)
    purpose = fields.Enum(Purpose, by_value=True, load_default=None)
    owner = Text(load_default="")


class WeighArgs(NewPatternSchema):
    """A pattern, and where the leads begin that are weighed."""

    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 2**53),
        metadata={"description": "The `next` of the answer before."},
    )


class WeighedSchema(Shape):
    """What a pattern would move; at most 1,000 leads are weighed in one answer."""

    keys = fields.Integer()
    touches = fields.Integer()
    leads = fields.Integer(metadata={"description": "How many it is about altogether."})
    weighed = fields.Integer()
    up = fields.Integer()
    down = fields.Integer()
    offers = fields.Integer(metadata={"description": "Open offers whose lead would leave BOFU."})
    next = fields.Integer(allow_none=True)


class PatternsSchema(Shape):
    """Every pattern, the most exact first."""

    items = fields.List(fields.Nested(PatternSchema))
    total = fields.Integer()


class ChangedSchema(Shape):
    """A pattern and what it did."""

    pattern = fields.Nested(PatternSchema)
    classing = fields.Nested(ClassingSchema)


ItemPageSchema = page_of(ItemSchema)
