"""Why a message was not accepted, as people would say it."""

from flask_babel import gettext as _

from tracker.collector.domain import DropReason


def reason_words(reason: str) -> str:
    """Return why a message was refused or quarantined; an unknown reason speaks for itself."""
    words: dict[str, str] = {
        DropReason.MALFORMED: _("not written as a message should be"),
        DropReason.UNKNOWN_KEY: _("the write key opens no site"),
        DropReason.TOO_LARGE: _("too large"),
        DropReason.UNKNOWN_TYPE: _("a type that we do not know"),
        DropReason.NO_IDENTITY: _("names neither a user nor a browser"),
        DropReason.NO_CONSENT: _("the visitor has not agreed"),
        DropReason.BAD_TIME: _("its time makes no sense"),
        DropReason.PREFETCH: _("fetched ahead by a browser, nobody looked"),
        DropReason.RATE_LIMITED: _("too fast for one sender; the sender was asked to wait"),
        DropReason.OVERLOADED: _("too much at once; the sender was asked to wait"),
        DropReason.STORAGE: _("the store was busy; the sender was asked to wait"),
        DropReason.REJECTED_BY_STORE: _("the store could not keep it"),
    }
    return words.get(reason, reason.replace("_", " "))
