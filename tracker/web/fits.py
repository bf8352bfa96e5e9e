"""How well a lead fits, in the reader's language."""

from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.stages.fit import Fit, FitLine
from tracker.web.terms import fit_field_name, signed


@dataclass(frozen=True, kw_only=True, slots=True)
class FitWords:
    """One line of a fit's receipt as pages show it."""

    name: str
    value: str
    points: str
    is_known: bool


def fit_lines(fit: Fit) -> list[FitWords]:
    """Return the lines of the receipt, what is unknown too."""
    return [
        FitWords(
            name=fit_field_name(line.field),
            value=_("unknown") if line.value is None else str(line.value),
            points=signed(line.points),
            is_known=line.value is not None,
        )
        for line in fit.lines
    ]


def fit_words(fit: Fit) -> str:
    """Return a fit as one line: the grade, the points, what gave them, what is unknown."""
    head = _("No grade") if fit.grade is None else fit.grade.value
    parts = [_part(line) for line in fit.lines]
    return _("%(grade)s, %(points)s points: %(parts)s", grade=head, points=fit.points,
             parts=", ".join(parts))  # fmt: skip


def _part(line: FitLine) -> str:
    name = fit_field_name(line.field)
    name = name[:1].lower() + name[1:]
    if line.value is None:
        return _("%(name)s unknown", name=name)
    value = f"“{line.value}”" if isinstance(line.value, str) else str(line.value)
    return _("%(name)s %(value)s %(points)s", name=name, value=value, points=signed(line.points))
