"""Tables as files that a spreadsheet opens."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response


def spreadsheet(rows: Iterable[Sequence[str]], name: str) -> Response:
    """Return rows as a file of CSV; cells come as `cells.plain` makes them."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return Response(
        # The mark in front tells spreadsheets that this is UTF-8.
        "\ufeff" + out.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
