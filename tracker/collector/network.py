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
        found = ipaddress.ip_address(_alone(address.strip()).partition("%")[0])
    except ValueError:
        return b""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return found.packed[:6]
        found = found.ipv4_mapped
    return found.packed[:3]


def _alone(address: str) -> str:
    # Some proxies forward the port as well: 203.0.113.9:4711, [2001:db8::1]:4711.
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
