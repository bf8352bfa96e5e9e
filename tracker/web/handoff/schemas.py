"""The shapes of handoffs on the wire."""

from marshmallow import fields, validate

from tracker.handoff.domain import HandoffStatus, RejectReason, WithdrawReason
from tracker.web.api.shapes import Named, PageArgs, Shape, Text, page_of
from tracker.web.leads.schemas import FitSchema

VERDICTS = (HandoffStatus.ACCEPTED.value, HandoffStatus.REJECTED.value)


class HandoffArgs(PageArgs):
    """Which handoffs."""

    status = fields.Enum(HandoffStatus, by_value=True, load_default=None)
    mine = fields.Boolean(
        load_default=False, metadata={"description": "Only those that I have claimed."}
    )


class LeadBriefSchema(Shape):
    """The lead that is offered."""

    code = fields.String()
    name = fields.String()
    email = fields.String()


class HandoffSchema(Shape):
    """One offer of one lead to sales."""

    code = fields.String()
    status = fields.Enum(HandoffStatus, by_value=True)
    lead = fields.Nested(LeadBriefSchema)
    fit = fields.Nested(FitSchema, metadata={"description": "How well the lead fits today."})
    offered_at = fields.DateTime()
    due_at = fields.DateTime(metadata={"description": "By when sales has promised to answer."})
    claimed_by = fields.Nested(Named, allow_none=True)
    claimed_at = fields.DateTime(allow_none=True)
    settled_by = fields.Nested(Named, allow_none=True)
    settled_at = fields.DateTime(allow_none=True)
    reason = fields.Enum(RejectReason, by_value=True, allow_none=True)
    note = fields.String()
    recycled_until = fields.DateTime(
        allow_none=True, metadata={"description": "Until then it is not offered again."}
    )
    withdrawn = fields.Enum(
        WithdrawReason,
        by_value=True,
        allow_none=True,
        metadata={"description": "Why it was withdrawn, where it was."},
    )
    why_withdrawn = fields.String(metadata={"description": "The same in one sentence, or nothing."})


class AnsweredSchema(HandoffSchema):
    """An offer with what its answer led to."""

    deal = fields.Nested(Named, allow_none=True, metadata={"description": "What it opened."})


class AnswerSchema(Shape):
    """What sales says."""

    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    reason = fields.Enum(
        RejectReason,
        by_value=True,
        load_default=None,
        allow_none=True,
        metadata={"description": "Why not; only with a rejection, and then a must."},
    )
    note = Text(load_default="", validate=validate.Length(max=2000))


HandoffPageSchema = page_of(HandoffSchema)
