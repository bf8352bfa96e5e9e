"""Check the document of a stage model: every fault by its field, with the reason."""

from typing import Any

from tracker.stages.domain import Stage
from tracker.stages.faults import Faults, one_of, short, text, unknown, whole
from tracker.stages.fit_checks import check_fit
from tracker.stages.rule_checks import KIND, MAX_DAYS, check_rules, is_item
from tracker.touches.domain import ContentKind

MAX_POINTS = 1_000
MAX_ITEMS = 200
MAX_NAME = 60
MAX_MEANING = 500

_FIELDS = {
    *("half_life_days", "half_lives", "dormant_after_days", "points", "item_points", "caps"),
    *("stages", "rules", "fit"),
}


def faults_of(raw: Any) -> dict[str, str]:
    """Return what is wrong with a document that was read, the reason by the field."""
    faults: Faults = {}
    if not isinstance(raw, dict):
        return {"document": "must be a table of fields"}
    unknown(faults, "", raw, _FIELDS)
    for name in ("half_life_days", "dormant_after_days"):
        whole(faults, name, raw.get(name), least=1, most=MAX_DAYS)
    _worths(faults, "points", raw.get("points"), least=-MAX_POINTS, most=MAX_POINTS)
    _worths(faults, "caps", raw.get("caps", {}), least=1, most=MAX_POINTS)
    _worths(faults, "half_lives", raw.get("half_lives", {}), least=1, most=MAX_DAYS)
    _item_points(faults, raw.get("item_points", {}))
    _stages(faults, raw.get("stages"))
    check_rules(faults, raw.get("rules"))
    if "fit" in raw:
        check_fit(faults, raw["fit"])
    return faults


def _worths(faults: Faults, name: str, raw: Any, *, least: int, most: int) -> None:
    if not isinstance(raw, dict):
        faults[name] = "must be a table of kinds and whole numbers"
        return
    for kind, worth in raw.items():
        field = f"{name}.{short(kind)}"
        if one_of(faults, field, kind, ContentKind, KIND):
            whole(faults, field, worth, least=least, most=most)


def _item_points(faults: Faults, raw: Any) -> None:
    if not isinstance(raw, dict):
        faults["item_points"] = "must be a table of items and whole points"
        return
    if len(raw) > MAX_ITEMS:
        faults["item_points"] = f"must be at most {MAX_ITEMS} items, not {len(raw)}"
        return
    for item, worth in raw.items():
        field = f"item_points.{short(item)}"
        if is_item(faults, field, item):
            whole(faults, field, worth, least=-MAX_POINTS, most=MAX_POINTS)


def _stages(faults: Faults, raw: Any) -> None:
    if not isinstance(raw, dict):
        faults["stages"] = "must be a table of the stages"
        return
    unknown(faults, "stages.", raw, set(Stage))
    for stage in Stage:
        own = raw.get(stage.value)
        if not isinstance(own, dict):
            faults[f"stages.{stage}"] = "must have a name and a meaning"
            continue
        unknown(faults, f"stages.{stage}.", own, {"name", "meaning"})
        text(faults, f"stages.{stage}.name", own.get("name"), most=MAX_NAME)
        text(faults, f"stages.{stage}.meaning", own.get("meaning"), most=MAX_MEANING)
