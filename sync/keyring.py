"""The hub's key as a till follows it: from the one it was enrolled with, by links each signed with the key before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sync.signing import Verifier, check_link
from sync.wire import KeyLink

MOST_LINKS = 100


@dataclass(frozen=True)
class Keyring:
    """`anchor` is the key of the enrolment (hex); `links` lead from it to the current one, each checked.

    New grants and programmes must be by the current key; what is kept from before may be by any of them.
    """

    anchor: str
    links: tuple[KeyLink, ...] = ()

    @property
    def current(self) -> Verifier:
        return Verifier(self.links[-1].key if self.links else self.anchor)

    def known(self, check: Callable[[Verifier], bool]) -> bool:
        """Whether a check holds with any key there was."""
        return any(check(Verifier(key)) for key in (self.anchor, *(link.key for link in self.links)))

    def follow(self, told: Iterable[KeyLink]) -> Keyring:
        """The ring, or a longer one where links are told that go on from its current key; whatever else is told is let be.

        Whoever holds a former key cannot lead a till away from a later one: only the current key is asked.
        """
        links, at = list(self.links), self.current
        for link in told:
            if len(links) < MOST_LINKS and link.former == at.public and check_link(link):
                links.append(link)
                at = Verifier(link.key)
        return Keyring(self.anchor, tuple(links)) if len(links) > len(self.links) else self
