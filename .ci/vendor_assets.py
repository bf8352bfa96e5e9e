"""Copy the browser assets from node_modules to static/vendor, if they are the published bytes."""

import base64
import hashlib
import shutil
import sys
from pathlib import Path

from tracker.web.assets import assets

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
STATIC = ROOT / "static"


def source_of(path: str) -> Path:
    """Return where npm put "[@scope/]name@version/inner/path"."""
    scope, at, rest = path.rpartition("@")
    _version, _, inner = rest.partition("/")
    if not (at and inner):
        sys.exit(f"{path} names no version")
    return MODULES / scope / inner


def copy(url: str, integrity: str) -> None:
    """Copy one asset; end the run when its hash is not the one that pages ask for."""
    path = url.removeprefix("/static/vendor/")
    source = source_of(path)
    algorithm, _, expected = integrity.partition("-")
    found = base64.b64encode(hashlib.new(algorithm, source.read_bytes()).digest()).decode()
    if found != expected:
        sys.exit(f"{path}: integrity is {algorithm}-{found}, tracker/web/assets.py says otherwise")
    target = STATIC / "vendor" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


if __name__ == "__main__":
    for asset in assets("local").values():
        copy(asset.url, asset.integrity)
