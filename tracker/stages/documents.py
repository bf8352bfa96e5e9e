"""The stage model as a document: the default from the article, and to and from JSON."""

import json
from functools import lru_cache
from typing import Any

from tracker.errors import Invalid
from tracker.stages.domain import Rule, Stage, StageModel
from tracker.touches.domain import ContentKind as Kind

_VISITS = (Kind.PAGE, Kind.ARTICLE, Kind.SOCIAL, Kind.PRICING, Kind.COMPARISON, Kind.CASE_STUDY,
           Kind.WEBINAR_SIGNUP)  # fmt: skip

DEFAULT: dict[str, Any] = {
    "half_life_days": 30,
    "dormant_after_days": 180,
    "points": {
        "page": 1, "article": 2, "social": 1, "survey": 10, "webinar_signup": 3, "webinar": 12,
        "download": 8, "case_study": 8, "comparison": 10, "pricing": 10, "demo": 40,
    },
    "stages": {
        "tofu": {
            "name": "TOFU",
            "meaning": "Just becoming aware: visited the site, read something or met a post.",
        },
        "mofu": {
            "name": "MOFU",
            "meaning": "Engaged and comparing: filled in a survey, attended a webinar or "
            "downloaded something to learn from.",
        },
        "bofu": {
            "name": "BOFU",
            "meaning": "Ready for a demo: asked for one, or looked at proof and prices "
            "when already comparing.",
        },
    },
    "rules": [
        {"id": "tofu-visit", "stage": "tofu", "kinds": sorted(k.value for k in _VISITS)},
        {"id": "mofu-survey", "stage": "mofu", "kinds": ["survey"]},
        {"id": "mofu-webinar", "stage": "mofu", "kinds": ["webinar"]},
        {"id": "mofu-download", "stage": "mofu", "kinds": ["download"]},
        {"id": "bofu-demo", "stage": "bofu", "kinds": ["demo"]},
        {
            "id": "bofu-proof", "stage": "bofu", "from_stage": "mofu",
            "kinds": ["case_study", "comparison", "pricing"],
        },
    ],
}  # fmt: skip


def default_document() -> str:
    """Return the default model as the JSON that is stored."""
    return json.dumps(DEFAULT, separators=(",", ":"), sort_keys=True)


@lru_cache(maxsize=256)
def parse(document: str, *, version: int) -> StageModel:
    """Return the model of a stored document; raise Invalid naming the field that is wrong."""
    try:
        raw = json.loads(document)
        stages = raw["stages"]
        return StageModel(
            version=version,
            rules=tuple(_rule(rule) for rule in raw["rules"]),
            points={Kind(kind): int(points) for kind, points in raw["points"].items()},
            half_life_days=int(raw["half_life_days"]),
            dormant_after_days=int(raw["dormant_after_days"]),
            names={stage: str(stages[stage]["name"]) for stage in Stage},
            meanings={stage: str(stages[stage]["meaning"]) for stage in Stage},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(f"this is no stage model: {error}", fields={"document": str(error)}) from None


def _rule(raw: dict[str, Any]) -> Rule:
    from_stage = raw.get("from_stage")
    return Rule(
        id=str(raw["id"]),
        stage=Stage(raw["stage"]),
        kinds=frozenset(Kind(kind) for kind in raw.get("kinds", ())),
        at_least=int(raw.get("at_least", 1)),
        within_days=raw.get("within_days"),
        from_stage=Stage(from_stage) if from_stage else None,
        min_score=raw.get("min_score"),
    )
