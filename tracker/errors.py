"""What can go wrong, named after what happened; nothing here knows HTTP."""

from collections.abc import Mapping


class TrackerError(Exception):
    """Something that a user or a caller can understand and mend."""

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})


class Invalid(TrackerError):
    """What was asked makes no sense; `fields` names where and why."""


class NotFound(TrackerError):
    """There is no such thing, or it is not yours to see."""


class Conflict(TrackerError):
    """It made sense a moment ago, but things have moved on."""


class Forbidden(TrackerError):
    """You may see it, but not do this with it."""


class Unauthorized(TrackerError):
    """Nobody is logged in, or the key or token is not known."""


class TooMany(TrackerError):
    """Too often: try again after `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(TrackerError):
    """The store cannot take it right now; nothing was kept, so send it again."""
