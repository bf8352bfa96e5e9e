"""Probable duplicates for programs."""

from flask_login import current_user

from tracker.identity import duplicates
from tracker.identity.likeness import LIKELY, WEAK, Clue, Twins
from tracker.reports import people
from tracker.reports.people import LeadRow
from tracker.web.api.blueprint import ApiBlueprint
from tracker.web.api.shapes import page
from tracker.web.context import by, commit, now, requires, session
from tracker.web.duplicates.schemas import (
    DuplicateArgs,
    DuplicatePageSchema,
    DuplicateSchema,
    PairSchema,
)
from tracker.web.duplicates.words import clues_of
from tracker.workspaces.domain import Role

blueprint = ApiBlueprint("duplicates", "Known leads that may be one person, and why.")


@blueprint.get("")
@requires(Role.VIEWER)
@blueprint.arguments(DuplicateArgs, location="query")
@blueprint.response(200, DuplicatePageSchema)
def index(args):
    """List the pairs of leads that may be one person, the surest first."""
    home = current_user.workspace_id
    found = duplicates.find(session(), home, least=WEAK if args["weak"] else LIKELY)
    pairs = found.dismissed if args["dismissed"] else found.open
    shown = pairs[args["offset"] : args["offset"] + args["limit"]]
    return page(_rows(shown), len(pairs), args)


@blueprint.post("/dismiss")
@requires(Role.MARKETER)
@blueprint.arguments(PairSchema)
@blueprint.response(200, DuplicateSchema)
def dismiss(pair):
    """Take the two for two people, until something new speaks for their being one."""
    twins = duplicates.dismiss(session(), *_leads(pair), by=by())
    commit()
    return _rows([twins])[0]


@blueprint.post("/restore")
@requires(Role.MARKETER)
@blueprint.arguments(PairSchema)
@blueprint.response(200, DuplicateSchema)
def restore(pair):
    """Undo a dismissal."""
    twins = duplicates.restore(session(), *_leads(pair), by=by())
    commit()
    return _rows([twins])[0]


def _leads(pair):
    home = current_user.workspace_id
    return [duplicates.get_lead(session(), home, pair[name]) for name in ("lead", "other")]


def _rows(pairs: list[Twins]) -> list[dict[str, object]]:
    wanted = {lead for twins in pairs for lead in (twins.lead, twins.other)}
    rows: dict[int, LeadRow] = people.chosen(
        session(), current_user.workspace_id, wanted, now=now()
    )
    return [
        {
            "lead": rows[twins.lead],
            "other": rows[twins.other],
            "score": twins.score,
            "clues": [
                {"clue": clue, "words": words}
                for clue, words in zip(
                    (clue for clue in Clue if clue in twins.clues), clues_of(twins), strict=True
                )
            ],
        }
        for twins in pairs
    ]
