"""In which line of a YAML text each field of a document stands."""

import re

import yaml

_LAST = re.compile(r"(\.[^.\[\]]*|\[\d+\])$")


def lines_of(text: str) -> dict[str, int]:
    """Return the line of each field; of what is no YAML, the line where reading it ended."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        return {"document": error.problem_mark.line + 1 if error.problem_mark else 1}
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    lines: dict[str, int] = {}
    seen: set[int] = set()
    waiting = [("", root)] if root is not None else []
    while waiting:
        place, node = waiting.pop()
        lines.setdefault(place or "document", node.start_mark.line + 1)
        # An alias may lead back to where it stands.
        if id(node) not in seen:
            seen.add(id(node))
            waiting += _below(place, node)
    return lines


def line_of(lines: dict[str, int], field: str) -> int | None:
    """Return the line of a field, or of the nearest one around it that is there."""
    while field and field not in lines:
        shorter = _LAST.sub("", field)
        field = shorter if shorter != field else ""
    return lines.get(field or "document")


def _below(place: str, node: yaml.Node) -> list[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.SequenceNode):
        return [(f"{place}[{number}]", item) for number, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        dot = f"{place}." if place else ""
        return [(f"{dot}{key.value}", value) for key, value in node.value
                if isinstance(key, yaml.ScalarNode)]  # fmt: skip
    return []
