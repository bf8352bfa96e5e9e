"""The shape of touches on the wire."""

from marshmallow import fields, validate

from tracker.touches.domain import Channel, ContentKind
from tracker.web.api.shapes import PageArgs, Shape, Text, page_of


class TouchArgs(PageArgs):
    """Which touches."""

    lead = Text(load_default="", metadata={"description": "The code of a lead."})
    site = Text(load_default="", metadata={"description": "The code of a site."})
    kind = fields.Enum(ContentKind, by_value=True, load_default=None)
    campaign = Text(
        load_default="",
        validate=validate.Length(max=255),
        metadata={"description": "A campaign, in any spelling that its links have."},
    )
    since = fields.AwareDateTime(
        load_default=None, metadata={"description": "Happened at this moment or later."}
    )
    until = fields.AwareDateTime(
        load_default=None, metadata={"description": "Happened before this moment."}
    )


class TouchSchema(Shape):
    """One stored contact."""

    message_id = fields.String()
    type = fields.String(metadata={"description": "page, track, screen, identify, alias, group."})
    occurred_at = fields.DateTime()
    received_at = fields.DateTime()
    site = fields.String(metadata={"description": "The code of the site that sent it."})
    lead = fields.String(allow_none=True, metadata={"description": "The code of the lead."})
    kind = fields.Enum(ContentKind, by_value=True, allow_none=True)
    content = fields.String(
        allow_none=True, metadata={"description": "The code of the item of the catalogue."}
    )
    title = fields.String()
    url = fields.String()
    source = fields.String()
    medium = fields.String()
    campaign = fields.String()
    channel = fields.Enum(Channel, by_value=True, allow_none=True)
    is_human = fields.Boolean()


TouchPageSchema = page_of(TouchSchema)
