"""Shapes that every family shares: careful text, pages of a list, names with their codes."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

LARGEST_PAGE = 200
FURTHEST = 1_000_000


class Text(fields.String):
    """Text that both databases can keep: no NUL, no halves of characters."""

    default_error_messages = {"unkeepable": "Contains characters that cannot be kept."}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            raise self.make_error("unkeepable")
        return text


class Shape(ma.Schema):
    """What is on the wire, in the order in which it is written down."""

    class Meta:
        unknown = ma.RAISE


class PageArgs(Shape):
    """Which part of a list."""

    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(1, LARGEST_PAGE),
        metadata={"description": "How many, at most 200."},
    )
    offset = fields.Integer(
        load_default=0,
        validate=validate.Range(0, FURTHEST),
        metadata={"description": "How many to leave out first."},
    )


class Named(Shape):
    """Something by its code and its name."""

    code = fields.String()
    name = fields.String()


def page_of(item: type[ma.Schema]) -> type[ma.Schema]:
    """Return the shape of a page of a list."""
    name = item.__name__.removesuffix("Schema")
    described: Mapping[str, Any] = {
        "items": fields.List(fields.Nested(item)),
        "total": fields.Integer(metadata={"description": "How many there are altogether."}),
        "limit": fields.Integer(),
        "offset": fields.Integer(),
    }
    return Shape.from_dict(dict(described), name=f"{name}Page")


def page(items: Any, total: int, args: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page as its shape wants it."""
    return {"items": items, "total": total, "limit": args["limit"], "offset": args["offset"]}


def named(thing: Any) -> dict[str, str] | None:
    """Return something by its code and its name, None for nothing."""
    return None if thing is None else {"code": thing.code, "name": thing.name}
