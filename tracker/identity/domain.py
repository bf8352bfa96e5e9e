"""Who belongs together: a rule from messages to people that does not depend on their order.

Keys are visitors: a user id (u), an e-mail (e) or a browser (a).

* An identified key (u, e) is *decided* by the message through which we first **heard** of it.
  If that message names another identified key, the two belong together: at that moment at
  least one of them was new to us.  Two keys that we both know never join, whatever a later
  message says about when it happened: a stranger may claim any time, but not when we heard.
* A browser is decided by the first message, in (`occurred_at`, message id), that names it
  beside an identified key: it belongs there, with all that it did before.  Later claims by
  others link nothing.  Proof comes before any word, whenever that is said to have happened.
* Where a workspace wants proof, a message without it decides nothing.

Each key is decided by the *minimum* of what has been seen, so the same messages lead to the
same decisions in whatever order, and however often, they are worked through; leads are the
components.

A merge is one more edge, between two keys, which somebody may take away again.  What the
decisions alone say is kept beside what the merges make of it, so that nothing needs to be
remembered for the way back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tracker.touches.domain import Order


class Level(StrEnum):
    """How sure it is who a lead is."""

    ANONYMOUS = "anonymous"
    CLAIMED = "claimed"
    VERIFIED = "verified"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """One message that names visitors: at most one of each sort; `heard` is its receipt."""

    order: Order
    heard: int
    user: int | None = None
    email: int | None = None
    anonymous: int | None = None
    # The user id that an alias with proof names beside its own.
    previous: int | None = None
    is_verified: bool = False
    is_unproven: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What is decided about one visitor; `order` is None while nobody has claimed it.

    `heard` is when we heard of an identified key, in microseconds; it says nothing of a browser.
    A key is verified once any proof has named it, a browser where proof has decided.
    """

    is_identified: bool
    order: Order | None = None
    heard: int = 0
    partner: int | None = None
    is_verified: bool = False


# Two visitors that a merge joins: first the one whose lead was absorbed, then the other.
Pair = tuple[int, int]


def decide(known: Mapping[int, Decision], mentions: Iterable[Mention]) -> dict[int, Decision]:
    """Return the decisions that are new or differ after these mentions, in any order."""
    changed: dict[int, Decision] = {}
    for mention in mentions:
        for visitor, decision in _proposals(mention):
            current = changed.get(visitor) or known.get(visitor)
            if current is None or _is_earlier(decision, current):
                changed[visitor] = _with_proof(decision, current)
            elif decision.is_verified > current.is_verified and current.is_identified:
                changed[visitor] = replace(current, is_verified=True)
    return changed


def components(
    partners: Mapping[int, int | None], merged: Iterable[Pair] = ()
) -> list[frozenset[int]]:
    """Return the groups of visitors that are joined; a partner outside is ignored."""
    parent = {visitor: visitor for visitor in partners}

    def root(visitor: int) -> int:
        while parent[visitor] != visitor:
            parent[visitor] = parent[parent[visitor]]
            visitor = parent[visitor]
        return visitor

    for visitor, partner in (*partners.items(), *merged):
        if partner is not None and partner in parent:
            parent[root(visitor)] = root(partner)
    groups: dict[int, set[int]] = {}
    for visitor in partners:
        groups.setdefault(root(visitor), set()).add(visitor)
    return [frozenset(group) for group in groups.values()]


def together(decisions: Mapping[int, Decision], merged: Sequence[Pair]) -> list[frozenset[int]]:
    """Return the groups that decisions and merges make.

    Whose a merged browser is has been said by whoever merged it: no claim moves it, or a
    public call could join two people whom we know.  Of browsers that are merged with each
    other alone, the earliest claim speaks for all.
    """
    partners = {visitor: decision.partner for visitor, decision in decisions.items()}
    for cluster in components({visitor: None for pair in merged for visitor in pair}, merged):
        browsers = [v for v in sorted(cluster) if not decisions[v].is_identified]
        claimed = [v for v in browsers if decisions[v].order is not None]
        if len(browsers) == len(cluster) and claimed:
            claimed.remove(min(claimed, key=lambda v: _rank(decisions[v])))
        partners |= dict.fromkeys(claimed)
    return components(partners, merged)


def homes(
    own: Mapping[int, int], decisions: Mapping[int, Decision], merged: Sequence[Pair]
) -> dict[int, int]:
    """Return in which lead each visitor lives; `own` is where it would without any merge.

    Every lead is at home with its oldest identified key, else with its oldest browser.  Where
    several come together the one stays that others were merged into.
    """
    known = {lead for visitor, lead in own.items() if decisions[visitor].is_identified}
    absorbed = {own[gone] for gone, kept in merged if own[gone] != own[kept]}
    hosts = host_of(own, decisions)
    living: dict[int, int] = {}
    for group in together(decisions, merged):
        here = {own[visitor] for visitor in group if hosts[own[visitor]] in group}
        home = min(here - absorbed or here, key=lambda lead: (lead not in known, lead))
        living |= dict.fromkeys(group, home)
    return living


def host_of(own: Mapping[int, int], decisions: Mapping[int, Decision]) -> dict[int, int]:
    """Return the visitor with which each lead goes: its oldest identified key, else browser."""
    hosts: dict[int, int] = {}
    for visitor in sorted(own, key=lambda v: (not decisions[v].is_identified, v)):
        hosts.setdefault(own[visitor], visitor)
    return hosts


def _proposals(mention: Mention) -> Iterable[tuple[int, Decision]]:
    claimer = mention.user if mention.user is not None else mention.email
    # A word that needed proof names somebody, and decides nothing.
    order = None if mention.is_unproven else mention.order
    pairs = ((mention.user, mention.email), (mention.email, mention.user), (mention.previous, None))
    for visitor, other in pairs:
        if visitor is not None:
            yield (
                visitor,
                Decision(
                    is_identified=True,
                    order=order,
                    heard=mention.heard if order else 0,
                    partner=other if order else None,
                    is_verified=mention.is_verified,
                ),
            )
    if mention.anonymous is not None:
        order = None if claimer is None else order
        yield (
            mention.anonymous,
            Decision(
                is_identified=False,
                order=order,
                partner=claimer if order else None,
                is_verified=mention.is_verified and order is not None,
            ),
        )


def _with_proof(new: Decision, old: Decision | None) -> Decision:
    if old is None or not (old.is_identified and old.is_verified):
        return new
    return replace(new, is_verified=True)


def _is_earlier(new: Decision, old: Decision) -> bool:
    if new.order is None:
        return False
    return old.order is None or _rank(new) < _rank(old)


def _rank(decision: Decision) -> tuple[bool, int, Order]:
    assert decision.order is not None
    # Whose a browser is was proved before it was claimed, whatever happened first.
    is_word = not (decision.is_identified or decision.is_verified)
    return is_word, decision.heard, decision.order
