"""Addresses are cut before anything else sees them."""

import pytest

from tracker.collector.network import cut


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", bytes([203, 0, 113])),
        ("::ffff:203.0.113.9", bytes([203, 0, 113])),
        ("2001:db8:1:2::3", bytes.fromhex("20010db80001")),
        ("fe80::1%eth0", bytes.fromhex("fe8000000000")),
        ("203.0.113.9:4711", bytes([203, 0, 113])),
        ("[2001:db8:1:2::3]:4711", bytes.fromhex("20010db80001")),
        ("[2001:db8:1:2::3]", bytes.fromhex("20010db80001")),
        ("[", b""),
        (":1", b""),
        ("", b""),
        ("not an address", b""),
        ("203.0.113.9, 10.0.0.1", b""),
    ],
)
def test_only_the_network_is_left(address, network):
    assert cut(address) == network
