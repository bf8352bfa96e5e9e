"""Addresses, cut before anything is stored or logged: /24 and /48."""

import ipaddress
import socket


def cut(address: str) -> bytes:
    """Return the network of an address (3 bytes, or 6 for IPv6), or b'' if it is none."""
    try:
        # Nearly all of them, and ten times faster.
        return socket.inet_pton(socket.AF_INET, address)[:3]
    except (OSError, ValueError):
        return _cut(address)


def _cut(address: str) -> bytes:
    try:
        found = ipaddress.ip_address(address.strip().partition("%")[0])
    except ValueError:
        return b""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return found.packed[:6]
        found = found.ipv4_mapped
    return found.packed[:3]
