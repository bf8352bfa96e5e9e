"""Backup files: written whole or not at all, readable by their owner, with a checksum."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tracker.errors import Conflict, Invalid

SQLITE = b"SQLite format 3\x00"
POSTGRESQL = b"PGDMP"


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """Give a private file to write to, which becomes the target when all has gone well."""
    if target.exists():
        raise Conflict(f"{target} exists already: name a new file")
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    except OSError as error:
        raise Invalid(f"{target} cannot be written: {error.strerror}") from error
    os.close(descriptor)
    aside = Path(name)
    try:
        yield aside
        with aside.open("rb+") as written:
            os.fsync(written.fileno())
        _sum_file(target).write_text(f"{checksum(aside)}  {target.name}\n")
        aside.rename(target)
    finally:
        with suppress(FileNotFoundError):
            aside.unlink()


def check(source: Path, magic: bytes) -> None:
    """Raise Invalid unless a file is a backup of the right sort with the checksum beside it."""
    try:
        with source.open("rb") as opened:
            found = opened.read(len(magic))
    except OSError as error:
        raise Invalid(f"{source} cannot be read: {error.strerror}") from error
    if found != magic:
        sort = "SQLite" if magic == SQLITE else "PostgreSQL"
        raise Invalid(f"{source} is no backup of a {sort} database")
    sums = _sum_file(source)
    if sums.exists() and sums.read_text().split()[:1] != [checksum(source)]:
        raise Invalid(f"{source} is damaged: it does not have the checksum in {sums.name}")


def has_checksum(source: Path) -> bool:
    """Tell whether a backup has the checksum beside it by which its bytes can be checked."""
    return _sum_file(source).exists()


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _sum_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")
