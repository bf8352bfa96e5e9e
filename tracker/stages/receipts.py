"""Receipts as the JSON that is stored."""

import json

from tracker.stages.fold import Receipt
from tracker.stages.scoring import Line
from tracker.touches.domain import ContentKind


def dump_receipt(receipt: Receipt) -> str:
    """Return a receipt as the JSON that is stored."""
    touches = ",".join(map(str, receipt.touches))
    lines = ",".join([_line(line) for line in receipt.lines])
    more = "" if receipt.override is None else f',"override":{receipt.override}'
    return (
        f'{{"rule":"{receipt.rule}","version":{receipt.version},"touches":[{touches}],'
        f'"lines":[{lines}]{more}}}'
    )


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


def _line(line: Line) -> str:
    item = "" if line.item is None else f",{line.item}"
    return f'["{line.kind}",{line.day},{line.touches},{line.milli}{item}]'
