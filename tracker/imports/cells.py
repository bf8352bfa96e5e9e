"""Cells that no spreadsheet takes for a formula, and what they say."""

from unicodedata import category, normalize

# A spreadsheet takes what begins like this for a formula, whatever stands unseen before it.
_FORMULA = ("=", "+", "-", "@", "%", "|")
_UNSEEN = ("C", "Z")
_CELL_ENDS = ("\t", "\r", "\n")
_MARK = "'"


def plain(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"{_MARK}{text}" if _is_marked(text) else text


def said(cell: str) -> str:
    """Return what a cell says, without the mark that kept it from being a formula."""
    bare = cell.removeprefix(_MARK)
    return bare if _is_marked(bare) else cell


def _is_marked(text: str) -> bool:
    # What looks like a marked formula by itself gets a mark too, or it would lose its own.
    return _is_formula(text.lstrip(_MARK))


def _is_formula(text: str) -> bool:
    seen = (sign for sign in normalize("NFKC", text) if not category(sign).startswith(_UNSEEN))
    return text.startswith(_CELL_ENDS) or next(seen, "").startswith(_FORMULA)
