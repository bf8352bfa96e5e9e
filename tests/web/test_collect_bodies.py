"""What requests carry: how long and how much of it is waited for."""

import asyncio

import pytest

from tests.loops import waited
from tracker.collector.domain import DropReason
from tracker.web.collect.asked import Asked, Refused
from tracker.web.collect.bodies import Bodies

LIMIT = 10


def asked(**headers: str) -> Asked:
    pairs = [(n.replace("_", "-").encode(), v.encode()) for n, v in headers.items()]
    return Asked({"method": "POST", "path": "/b", "headers": pairs})


def arriving(*parts: bytes, then: str = ""):
    """Give a body in parts; then it is whole, or the sender leaves or falls silent."""
    left = list(parts)

    async def receive() -> dict:
        if left:
            part = left.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(left or then)}
        if then == "leaves":
            return {"type": "http.disconnect"}
        await asyncio.sleep(60)
        raise AssertionError("nobody waits so long")

    return receive


def read(bodies: Bodies, receive, **headers: str) -> bytes:
    async def whole() -> bytes:
        async with bodies.read(asked(**headers), receive, LIMIT) as body:
            return body

    return waited(whole())


@pytest.mark.parametrize("parts", [(b"",), (b"0123456789",), (b"01234", b"", b"56789"), (b"",) * 5])
def test_a_body_is_whole_however_it_is_cut(parts):
    bodies = Bodies()
    assert read(bodies, arriving(*parts)) == b"".join(parts)
    assert bodies.held == 0


@pytest.mark.parametrize("parts", [(b"0" * 11,), (b"0" * 6, b"0" * 5, b"0" * 1000)])
def test_a_body_that_is_too_large_is_read_no_further(parts):
    bodies = Bodies()
    with pytest.raises(Refused) as refused:
        read(bodies, arriving(*parts, then="leaves"))
    assert (refused.value.status, bodies.held) == (413, 0)


@pytest.mark.parametrize("length", ["11", "9" * 40])
def test_a_size_beyond_the_limit_is_believed_at_once(length):
    with pytest.raises(Refused) as refused:
        read(Bodies(), arriving(then="is silent"), content_length=length)
    assert refused.value.status == 413


@pytest.mark.parametrize("length", ["-1", "x", "\xb2", ""])
def test_a_size_that_is_none_is_not_believed(length):
    assert read(Bodies(), arriving(b"{}"), content_length=length) == b"{}"


def test_a_sender_who_leaves_is_told_that_it_was_too_early():
    bodies = Bodies()
    with pytest.raises(Refused, match="too early") as refused:
        read(bodies, arriving(b"{", then="leaves"))
    assert (refused.value.status, bodies.held) == (400, 0)


def test_a_sender_who_falls_silent_is_not_waited_for_for_ever():
    bodies = Bodies(patience=0.05)
    with pytest.raises(Refused, match="too long") as refused:
        read(bodies, arriving(b"{", then="is silent"))
    assert (refused.value.status, bodies.held) == (408, 0)


def test_all_that_was_begun_has_room_together():
    bodies = Bodies(room=15, patience=0.3)

    async def ask(receive) -> str:
        try:
            async with bodies.read(asked(), receive, LIMIT) as body:
                return body.decode()
        except Refused as refused:
            return refused.message

    async def both() -> list[str]:
        slow = asyncio.ensure_future(ask(arriving(b"0123456789", then="is silent")))
        await asyncio.sleep(0.05)
        told = [await ask(arriving(b"012345")), await ask(arriving(b"01234")), await slow]
        return [*told, await ask(arriving(b"012345"))]

    assert waited(both()) == [
        "more arrives than can be held", "01234", "the body takes too long", "012345",
    ]  # fmt: skip
    assert bodies.held == 0


def test_a_body_takes_room_until_it_is_answered():
    bodies = Bodies(room=15)

    async def one_while_another() -> None:
        async with bodies.read(asked(), arriving(b"0123456789"), LIMIT):
            assert bodies.held == 10
            with pytest.raises(Refused) as refused:
                async with bodies.read(asked(), arriving(b"012345"), LIMIT):
                    pass
            assert bodies.held == 10
            assert (refused.value.status, refused.value.reason) == (503, DropReason.OVERLOADED)

    waited(one_while_another())
    assert bodies.held == 0
    assert read(bodies, arriving(b"012345")) == b"012345"
