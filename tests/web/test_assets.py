"""What browsers load from others is pinned to the byte."""

import re

import pytest

from tracker.web.assets import assets


@pytest.mark.parametrize("base", ["cdn", "local"])
def test_every_asset_has_an_exact_version_and_a_hash(base: str) -> None:
    for asset in assets(base).values():
        assert re.search(r"@\d+\.\d+\.\d+/", asset.url)
        assert re.fullmatch(r"sha384-[A-Za-z0-9+/]{64}", asset.integrity)


def test_local_assets_ask_nobody_else() -> None:
    assert all(asset.url.startswith("/static/vendor/") for asset in assets("local").values())


def test_both_places_serve_the_same_bytes() -> None:
    cdn, local = assets("cdn"), assets("local")
    assert {name: asset.integrity for name, asset in cdn.items()} == {
        name: asset.integrity for name, asset in local.items()
    }
