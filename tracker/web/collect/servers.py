"""What client libraries ask for and are told: their settings, the snippet, what was stored."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.collector.domain import DropReason, Hit, Outcome, Reject
from tracker.web.collect import answers
from tracker.web.collect.answers import Answer
from tracker.web.collect.asked import Asked
from tracker.web.collect.sites import KnownSite

Judged = Hit | Reject | None


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """Our own client, as one file."""

    text: bytes
    etag: str

    @classmethod
    def of(cls, text: bytes) -> "Snippet":
        """Return the snippet with a tag that changes when it does."""
        return cls(text=text, etag=f'"{hashlib.sha256(text).hexdigest()[:16]}"')

    def answer(self, asked: Asked) -> Answer:
        """Return the file, or that the asker's copy is still good."""
        is_known = asked.word(b"if-none-match") == self.etag
        return answers.script(self.text, self.etag, is_known=is_known)


def settings(asked: Asked, site: KnownSite | None, public_url: str) -> Answer:
    """Return what Segment's browser library wants to know before it sends anything."""
    if site is None:
        return answers.error(404, "there is no such project")
    # Behind a proxy that speaks HTTPS for us, what was asked is not what the browser asked.
    scheme, _, host = public_url.partition("://")
    if not public_url:
        scheme, host = asked.scope.get("scheme", "http"), asked.word(b"host")
    segment = {"apiKey": site.write_key, "apiHost": f"{host}/v1", "protocol": scheme}
    body: dict[str, Any] = {
        "integrations": {"Segment.io": segment},
        "plan": {},
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }
    return answers.words(body)


def metrics(totals: Mapping[tuple[Outcome, str], int], waiting: int) -> Answer:
    """Return counts as Prometheus reads them; received is their sum."""
    lines = [
        "# HELP tracker_hits_total Messages that arrived, by what became of them and why.",
        "# TYPE tracker_hits_total counter",
    ]
    known = {(outcome, ""): 0 for outcome in (Outcome.ACCEPTED, Outcome.DUPLICATE)}
    for (outcome, reason), number in sorted((known | dict(totals)).items()):
        labels = f'outcome="{outcome.value}",reason="{reason}"'
        lines.append(f"tracker_hits_total{{{labels}}} {number}")
    lines += [
        "# HELP tracker_intake_waiting Messages of this process that wait to be stored.",
        "# TYPE tracker_intake_waiting gauge",
        f"tracker_intake_waiting {waiting}",
    ]
    return answers.plain("\n".join(lines) + "\n")


def report(judged: Sequence[tuple[Judged, Outcome | None]], *, is_batch: bool) -> Answer:
    """Return what became of messages: a batch succeeds without those that could not be taken."""
    bad = [
        (index, *_why(item))
        for index, (item, outcome) in enumerate(judged)
        if outcome is None or outcome is Outcome.QUARANTINED
    ]
    if is_batch and (len(bad) < len(judged) or any(b[1] is not DropReason.NO_CONSENT for b in bad)):
        body: dict[str, Any] = {"success": True, **_warnings(judged)}
        if bad:
            body["rejected"] = [
                {"index": index, "code": reason.value, "message": why, "field": field}
                for index, reason, field, why in bad
            ]
        return answers.words(body)
    if not bad:
        return answers.words({"success": True, **_warnings(judged)})
    _index, reason, field, why = bad[0]
    return answers.error(answers.STATUS[reason], why, errors={field: why} if field else None)


def _warnings(judged: Sequence[tuple[Judged, Outcome | None]]) -> dict[str, Any]:
    # It says nothing but what the message itself does: the same for whoever sends it.
    warnings = [
        {"index": index, "code": "illegal_id", "message": "this id names nobody", "field": field}
        for index, (item, _outcome) in enumerate(judged)
        if isinstance(item, Hit)
        for field in item.illegal_ids
    ]
    return {"warnings": warnings} if warnings else {}


def _why(item: Judged) -> tuple[DropReason, str, str]:
    if item is None:
        return DropReason.NO_CONSENT, "", "the visitor has not consented"
    if isinstance(item, Reject):
        return item.reason, item.field, item.why
    return DropReason.REJECTED_BY_STORE, "", "the store cannot keep this"
