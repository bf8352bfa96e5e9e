"""The shapes of deals and pipelines on the wire."""

from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

from tracker.pipeline.domain import DealStatus
from tracker.web.api.shapes import Named, PageArgs, Shape, Text, page_of

MOST = 999_999_999_999


def within(value: Decimal | None) -> None:
    """Raise a validation error unless an amount can be kept."""
    if value is not None and not 0 <= value <= MOST:
        raise ValidationError(f"Must be between 0 and {MOST}.")


class Money(fields.Decimal):
    """An amount with two decimals, on the wire as text: no reader rounds it."""

    def __init__(self, **more: Any) -> None:
        described = {"type": "string", "description": 'A decimal, as in "1200.50".'}
        super().__init__(
            places=2, as_string=True, validate=within, allow_none=True, metadata=described, **more
        )


class Version(fields.Integer):
    """The version of the deal that was looked at: a stale one is refused."""

    def __init__(self, **more: Any) -> None:
        described = {"description": "The version that you saw; a stale one gives 409."}
        bounds = validate.Range(1, 2**31 - 1)
        super().__init__(strict=True, validate=bounds, metadata=described, **more)


class DealArgs(PageArgs):
    """Which deals."""

    status = fields.Enum(DealStatus, by_value=True, load_default=None)
    pipeline = Text(load_default="", metadata={"description": "The code of a pipeline."})
    q = Text(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Part of a title, a company, a name or an e-mail."},
    )


class DealSchema(Shape):
    """An open chance to sell, or how it ended."""

    code = fields.String()
    title = fields.String()
    value = Money()
    currency = fields.String()
    status = fields.Enum(DealStatus, by_value=True)
    version = fields.Integer()
    pipeline = fields.Nested(Named)
    stage = fields.Nested(Named)
    lead = fields.Nested(Named)
    company = fields.Nested(Named, allow_none=True)
    owner = fields.Nested(Named, allow_none=True)
    lost_reason = fields.Nested(Named, allow_none=True)
    opened_at = fields.DateTime()
    entered_at = fields.DateTime(metadata={"description": "When it came to its stage."})
    closed_at = fields.DateTime(allow_none=True)


class EditSchema(Shape):
    """What may be changed of a deal; what is left out stays."""

    title = Text(validate=validate.Length(min=1, max=255))
    value = Money()
    version = Version(load_default=None)


class MoveSchema(Shape):
    """Where a deal goes."""

    stage = Text(required=True, metadata={"description": "The code of a stage of its pipeline."})
    version = Version(required=True)


class WinSchema(Shape):
    """What a won deal brought."""

    value = Money(load_default=None)
    version = Version(load_default=None)


class LoseSchema(Shape):
    """Why a deal is lost."""

    reason = Text(
        required=True, metadata={"description": "The code of a lost reason; see pipelines."}
    )
    note = Text(load_default="", validate=validate.Length(max=4000))
    version = Version(load_default=None)


class ReopenSchema(Shape):
    """Which version of the deal was looked at."""

    version = Version(load_default=None)


class StageSchema(Named):
    """A column of a pipeline."""

    rot_days = fields.Integer()
    exit_criteria = fields.Method(
        "criteria", metadata={"type": "array", "items": {"type": "string"}}
    )

    def criteria(self, stage) -> list[str]:
        """Return the lines of the checklist."""
        lines: list[str] = stage.exit_criteria.splitlines()
        return lines


class PipelineSchema(Named):
    """An ordered list of deal stages."""

    is_default = fields.Boolean()
    stages = fields.List(fields.Nested(StageSchema))


class PipelinesSchema(Shape):
    """Every pipeline, and the reasons for which deals are lost."""

    items = fields.List(fields.Nested(PipelineSchema))
    lost_reasons = fields.List(fields.Nested(Named))


DealPageSchema = page_of(DealSchema)
