"""The browser assets that others wrote: exact versions, addresses and hashes."""

from dataclasses import dataclass

CDN = "https://cdn.jsdelivr.net/npm/"
LOCAL = "/static/vendor/"


@dataclass(frozen=True, kw_only=True)
class Asset:
    """One file of a published npm package."""

    url: str
    integrity: str


# path inside the npm registry's mirror -> SHA-384 of the published bytes
_PUBLISHED = {
    "tabler": (
        "@tabler/core@1.6.1/dist/css/tabler.min.css",
        "sha384-tT2UAGE9hxG/p5d0iGIvZ/s8El3nWWG3tfG02i8iOY5Pbf8cZZRVmcrrVs+JG5Vw",
    ),
    "chart": (
        "chart.js@4.6.1/dist/chart.umd.min.js",
        "sha384-Emf5ZVIUiarAdhkgtqK+5/Z5qIvM6QoVrS+qAVtfyZVuD5lIHrac0me485+Antp0",
    ),
    "sortable": (
        "sortablejs@1.15.7/Sortable.min.js",
        "sha384-DgmC6Xe2bSN2WjTDXzWYbUbxyhNP+NNkGDR/g78pCXV7E7rcVTGxVg0uIVCUUcBc",
    ),
    "htmx": (
        "htmx.org@2.0.11/dist/htmx.min.js",
        "sha384-2OatzQy1H+Zd/IIrjr1TcuDGqLXeHhbooAyJY1KdQMKnr4LZ22k31GBLdYKHmVjg",
    ),
}


def assets(base: str) -> dict[str, Asset]:
    """Return every asset by name, from the CDN or, when base is "local", from our own folder."""
    prefix = LOCAL if base == "local" else CDN
    return {
        name: Asset(url=prefix + path, integrity=integrity)
        for name, (path, integrity) in _PUBLISHED.items()
    }
