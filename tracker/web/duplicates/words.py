"""What speaks for two leads being one person, in words."""

from collections.abc import Sequence

from flask_babel import gettext as _

from tracker.identity.likeness import LIKELY, Clue, Twins

SURE = 80


def clues_of(twins: Twins) -> Sequence[str]:
    """Return a sentence for each clue, the strongest first."""
    return [_sentence(clue, twins.clues[clue]) for clue in Clue if clue in twins.clues]


def how_sure(score: int) -> tuple[str, str]:
    """Return how sure a score makes us: a word, and the look of its mark."""
    if score >= SURE:
        return _("Very likely"), "good"
    return (_("Likely"), "wait") if score >= LIKELY else (_("Perhaps"), "quiet")


def _sentence(clue: Clue, what: str) -> str:
    sentence: str = {
        Clue.MAILBOX: _("Both addresses lead to one mailbox: %(what)s.", what=what),
        Clue.CLAIMED: _("Both user ids were named with one address: %(what)s.", what=what),
        Clue.NAME: _("The same name at the same company."),
        Clue.WORDS: _("The same name at the same company, its words in another order."),
        Clue.PHONE: _("The same telephone number, ending in %(what)s.", what=what[-4:]),
        Clue.SPELLING: _("Names at one company that differ by one slip of the pen."),
        Clue.INITIAL: _("Names at one company, one with an initial alone."),
        Clue.BROWSER: _("Both said who they are in one browser. It may be a shared device."),
        Clue.NAMESAKE: _("The same name."),
    }[clue]
    return sentence
