"""Check the document of a stage model: every fault by its field, with the reason."""

import re
from typing import Any

from tracker.stages.domain import Stage, rank_of
from tracker.stages.faults import one_of, short, text, unknown, whole
from tracker.stages.fit_checks import check_fit
from tracker.touches.domain import ContentKind

MAX_RULES = 200
MAX_TIMES = 100
MAX_DAYS = 3650
MAX_POINTS = 1_000
MAX_SCORE = 100_000
MAX_NAME = 60
MAX_MEANING = 500

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_FIELDS = {"half_life_days", "dormant_after_days", "points", "caps", "stages", "rules", "fit"}
_RULE_FIELDS = {"id", "stage", "kinds", "at_least", "within_days", "from_stage", "min_score"}
KIND, STAGE = "kind of content", "stage"


def faults_of(raw: Any) -> dict[str, str]:
    """Return what is wrong with a document that was read, the reason by the field."""
    faults: dict[str, str] = {}
    if not isinstance(raw, dict):
        return {"document": "must be a table of fields"}
    unknown(faults, "", raw, _FIELDS)
    for name in ("half_life_days", "dormant_after_days"):
        whole(faults, name, raw.get(name), least=1, most=MAX_DAYS)
    _worths(faults, "points", raw.get("points"), least=-MAX_POINTS)
    _worths(faults, "caps", raw.get("caps", {}), least=1)
    _stages(faults, raw.get("stages"))
    _rules(faults, raw.get("rules"))
    if "fit" in raw:
        check_fit(faults, raw["fit"])
    return faults


def _worths(faults: dict[str, str], name: str, raw: Any, *, least: int) -> None:
    if not isinstance(raw, dict):
        faults[name] = "must be a table of kinds and whole points"
        return
    for kind, worth in raw.items():
        field = f"{name}.{short(kind)}"
        if one_of(faults, field, kind, ContentKind, KIND):
            whole(faults, field, worth, least=least, most=MAX_POINTS)


def _stages(faults: dict[str, str], raw: Any) -> None:
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


def _rules(faults: dict[str, str], raw: Any) -> None:
    if not isinstance(raw, list) or not raw:
        faults["rules"] = "must be a list with one rule or more"
        return
    if len(raw) > MAX_RULES:
        faults["rules"] = f"must be at most {MAX_RULES} rules, not {len(raw)}"
        return
    seen: set[str] = set()
    for number, rule in enumerate(raw):
        place = f"rules[{number}]"
        if isinstance(rule, dict):
            _rule(faults, f"{place}.", rule, seen)
        else:
            faults[place] = "must be a table of fields"


def _rule(faults: dict[str, str], place: str, raw: dict[Any, Any], seen: set[str]) -> None:
    unknown(faults, place, raw, _RULE_FIELDS)
    name = raw.get("id")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        faults[f"{place}id"] = "must be a name of small letters, digits and dashes"
    elif name in seen:
        faults[f"{place}id"] = f"{name} is the id of another rule too"
    else:
        seen.add(name)
    _ladder(faults, place, raw)
    _asked(faults, place, raw)


def _ladder(faults: dict[str, str], place: str, raw: dict[Any, Any]) -> None:
    is_stage = one_of(faults, f"{place}stage", raw.get("stage"), Stage, STAGE)
    before = raw.get("from_stage")
    if before is None or not one_of(faults, f"{place}from_stage", before, Stage, STAGE):
        return
    if is_stage and rank_of(Stage(before)) >= rank_of(Stage(raw["stage"])):
        faults[f"{place}from_stage"] = (
            f"goes in a circle: {before} does not lie before {raw['stage']}"
        )


def _asked(faults: dict[str, str], place: str, raw: dict[Any, Any]) -> None:
    kinds, score = raw.get("kinds"), raw.get("min_score")
    if (not kinds) == (score is None):
        faults[f"{place}kinds"] = "a rule asks for kinds of content or for a score, one of the two"
        return
    if score is not None:
        whole(faults, f"{place}min_score", score, least=1, most=MAX_SCORE)
        for name in ("at_least", "within_days"):
            if raw.get(name) is not None:
                faults[f"{place}{name}"] = "cannot be asked together with a score"
        return
    _kinds(faults, f"{place}kinds", kinds)
    whole(faults, f"{place}at_least", raw.get("at_least", 1), least=1, most=MAX_TIMES)
    if raw.get("within_days") is not None:
        whole(faults, f"{place}within_days", raw["within_days"], least=1, most=MAX_DAYS)


def _kinds(faults: dict[str, str], name: str, raw: Any) -> None:
    if not isinstance(raw, list) or len(raw) > len(ContentKind):
        faults[name] = "must be a list of different kinds of content"
        return
    for kind in raw:
        if not one_of(faults, name, kind, ContentKind, KIND):
            return
