"""Following a hub's key: link by link, by whoever holds the current one, and never back."""

import itertools

import msgspec

from sync.keyring import MOST_LINKS, Keyring
from sync.signing import Signer, sign_link, sign_programme
from sync.wire import KeyLink

FIRST, SECOND, THIRD, THIEF = (Signer(bytes([n]) * 32) for n in (1, 2, 3, 9))
ONE, TWO = sign_link(FIRST, SECOND.public), sign_link(SECOND, THIRD.public)


def test_links_are_followed_in_their_order():
    ring = Keyring(FIRST.public)
    assert ring.current.public == FIRST.public
    assert ring.follow((ONE,)).current.public == SECOND.public
    assert ring.follow((ONE, TWO)).current.public == THIRD.public
    assert ring.follow((ONE,)).follow((ONE, TWO)).links == (ONE, TWO)


def test_what_is_known_changes_nothing():
    ring = Keyring(FIRST.public).follow((ONE,))
    assert ring.follow((ONE,)) is ring
    assert ring.follow(()) is ring


def test_links_that_do_not_go_on_from_here_are_let_be():
    ring = Keyring(FIRST.public)
    forged = msgspec.structs.replace(ONE, key=THIEF.public)
    for told in ((TWO,), (TWO, ONE)[:1], (forged,), (sign_link(THIEF, SECOND.public),), (KeyLink("x", "y", "z"),)):
        assert ring.follow(told) is ring
    assert ring.follow((KeyLink(FIRST.public, "\ud800", ""), ONE)).current.public == SECOND.public


def test_a_former_key_leads_nobody_away():
    ring = Keyring(FIRST.public).follow((ONE,))
    assert ring.follow((sign_link(FIRST, THIEF.public),)) is ring


def test_what_was_signed_before_is_known_still():
    ring = Keyring(FIRST.public).follow((ONE, TWO))
    for signer, known in ((FIRST, True), (SECOND, True), (THIRD, True), (THIEF, False)):
        signature = sign_programme(signer, "x")
        found = ring.known(lambda key, given=signature: key.check(b"kopilka-programme-1\nx", given))
        assert found is known


def test_there_is_an_end():
    signers = [Signer(n.to_bytes(32, "big")) for n in range(1, MOST_LINKS + 3)]
    links = [sign_link(a, b.public) for a, b in itertools.pairwise(signers)]
    assert len(Keyring(signers[0].public).follow(links).links) == MOST_LINKS
