"""Words for people, in Russian and English, by stable code. The one border where texts are made.

A code is one entry in a module of this package: `"code": both(ru=(what, why, next_step), en=(...))`. Placeholders are
`{field}`; `{count:чек|чека|чеков}` puts the noun in the right plural, `{amount:money}` writes minor units as money.
"""

from __future__ import annotations

from agent.messages.catalogue import CODES, Lang, Words, both, say
from agent.messages.figures import money, plural

__all__ = ["CODES", "Lang", "Words", "both", "money", "plural", "say"]
