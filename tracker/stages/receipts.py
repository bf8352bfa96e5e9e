"""Receipts as the JSON that is stored."""

import json

from tracker.stages.fold import Receipt
from tracker.stages.scoring import Line
from tracker.touches.domain import ContentKind

_compact = json.JSONEncoder(separators=(",", ":")).encode


def dump_receipt(receipt: Receipt) -> str:
    """Return a receipt as the JSON that is stored."""
    raw = {
        "rule": receipt.rule,
        "version": receipt.version,
        "touches": receipt.touches,
        "lines": [_line(line) for line in receipt.lines],
    }
    if receipt.override is not None:
        raw["override"] = receipt.override
    return _compact(raw)


def load_receipt(text: str) -> Receipt:
    """Return the receipt that was stored."""
    raw = json.loads(text)
    return Receipt(
        rule=raw["rule"],
        version=raw["version"],
        touches=tuple(raw["touches"]),
        lines=tuple(
            Line(
                kind=ContentKind(kind),
                day=day,
                touches=touches,
                milli=milli,
                item=item[0] if item else None,
            )
            for kind, day, touches, milli, *item in raw["lines"]
        ),
        override=raw.get("override"),
    )


def _line(line: Line) -> list[object]:
    what: list[object] = [line.kind, line.day, line.touches, line.milli]
    return what if line.item is None else [*what, line.item]
