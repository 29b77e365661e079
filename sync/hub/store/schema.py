"""The hub's tables, as numbered steps. One text for SQLite, PostgreSQL and engines that shard by member.

`member` is NOT NULL and first in every key of a member table; watermark, record and quarantine are keyed by till, `sale` by
its own hash, the feed by a small part. No triggers, serials or defaults that change: ids and times come from Python. Times are
UTC milliseconds, days ISO text in the programme's zone, points smallest points.
"""

from __future__ import annotations

import re

import peewee

from sync.hub.store.server import Server

FIRST = """
CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE till (
  till TEXT NOT NULL PRIMARY KEY, store TEXT NOT NULL, store_name TEXT NOT NULL, public_key TEXT,
  code_hash TEXT, code_until BIGINT NOT NULL, code_used BIGINT, added BIGINT NOT NULL, enrolled BIGINT, revoked BIGINT);
CREATE TABLE watermark (
  till TEXT NOT NULL, inc BIGINT NOT NULL, wm BIGINT NOT NULL, hash TEXT NOT NULL, hlc BIGINT NOT NULL,
  at BIGINT NOT NULL, forks BIGINT NOT NULL, durable BIGINT NOT NULL,
  answered BIGINT NOT NULL, waiting TEXT NOT NULL, writes BIGINT NOT NULL, place BIGINT NOT NULL,
  PRIMARY KEY (till, inc));
-- The till's own bytes, verbatim, of every record whose number was reached.
CREATE TABLE record (
  till TEXT NOT NULL, inc BIGINT NOT NULL, seq BIGINT NOT NULL, hash TEXT NOT NULL, at BIGINT NOT NULL,
  line BLOB NOT NULL, PRIMARY KEY (till, inc, seq));
-- Copies that somebody else makes of this database: how far tills had come when one was begun.
CREATE TABLE begun (token TEXT NOT NULL PRIMARY KEY, at BIGINT NOT NULL, epoch BIGINT NOT NULL, marks TEXT NOT NULL);
CREATE TABLE quarantine (
  till TEXT NOT NULL, inc BIGINT NOT NULL, seq BIGINT NOT NULL, reason TEXT NOT NULL, at BIGINT NOT NULL,
  line BLOB NOT NULL, PRIMARY KEY (till, inc, seq));
-- SHA-256 of kind, store and id: the net under a sale replayed at another key.
CREATE TABLE sale (
  hash TEXT NOT NULL PRIMARY KEY, content TEXT NOT NULL, till TEXT NOT NULL, inc BIGINT NOT NULL, seq BIGINT NOT NULL);
CREATE TABLE member (
  member TEXT NOT NULL PRIMARY KEY, status TEXT NOT NULL, tier TEXT, name TEXT NOT NULL, masked TEXT NOT NULL,
  birthday TEXT, joined TEXT, added BIGINT NOT NULL);
CREATE TABLE card (
  member TEXT NOT NULL, hmac TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (member, hmac));
CREATE INDEX card_hmac ON card (hmac);
-- A sale that spent beyond every right: what it took in truth, as JSON; what was given back of it since is off the end.
CREATE TABLE late_spend (
  member TEXT NOT NULL, sale TEXT NOT NULL, unit TEXT NOT NULL, taken TEXT NOT NULL, PRIMARY KEY (member, sale, unit));
-- A merge: what becomes available of `member` is `target`'s, for ever. Kept one hop long.
CREATE TABLE alias (
  member TEXT NOT NULL PRIMARY KEY, target TEXT NOT NULL, at BIGINT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX alias_target ON alias (target);
-- Merges that a restored database has forgotten: made again when every till was heard.
CREATE TABLE merge_due (
  member TEXT NOT NULL PRIMARY KEY, target TEXT NOT NULL, at BIGINT NOT NULL, reason TEXT NOT NULL);
-- A family: what its members earn is gathered in the pot. `pot_move` left the member and has not reached the pot yet.
CREATE TABLE family (member TEXT NOT NULL PRIMARY KEY, pot TEXT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX family_pot ON family (pot);
CREATE TABLE pot_move (
  member TEXT NOT NULL, step BIGINT NOT NULL, unit TEXT NOT NULL, lot TEXT NOT NULL, pot TEXT NOT NULL,
  points BIGINT NOT NULL, born BIGINT NOT NULL, spendable_from TEXT NOT NULL, expires_on TEXT,
  PRIMARY KEY (member, step, unit, lot));
CREATE TABLE account (
  member TEXT NOT NULL, unit TEXT NOT NULL, posted BIGINT NOT NULL, leased BIGINT NOT NULL, debt BIGINT NOT NULL,
  PRIMARY KEY (member, unit), CHECK (leased >= 0 AND debt >= 0 AND posted - leased >= 0));
CREATE INDEX account_debt ON account (member) WHERE debt > 0;
CREATE TABLE lot (
  member TEXT NOT NULL, unit TEXT NOT NULL, lot TEXT NOT NULL, points BIGINT NOT NULL, remaining BIGINT NOT NULL,
  leased BIGINT NOT NULL, lapsed BIGINT NOT NULL, unbacked BIGINT NOT NULL,
  unborn BIGINT NOT NULL, born BIGINT NOT NULL, spendable_from TEXT NOT NULL, expires_on TEXT,
  PRIMARY KEY (member, unit, lot),
  CHECK (leased >= 0 AND lapsed >= 0 AND unbacked >= 0 AND remaining >= leased AND points >= remaining + lapsed));
CREATE INDEX lot_unbacked ON lot (member) WHERE unbacked > 0;
CREATE INDEX lot_expiry ON lot (expires_on) WHERE remaining > 0;
CREATE TABLE lease (
  member TEXT NOT NULL, lease TEXT NOT NULL, till TEXT NOT NULL, inc BIGINT NOT NULL, unit TEXT NOT NULL,
  style TEXT NOT NULL, granted BIGINT NOT NULL, spent BIGINT NOT NULL, back BIGINT NOT NULL, state TEXT NOT NULL,
  recalled BIGINT NOT NULL, at BIGINT NOT NULL, parts TEXT NOT NULL, signed BLOB NOT NULL, PRIMARY KEY (member, lease),
  CHECK (spent >= 0 AND back >= 0 AND spent + back <= granted));
CREATE INDEX lease_till ON lease (till) WHERE state <> 'closed';
CREATE TABLE entry (
  member TEXT NOT NULL, till TEXT NOT NULL, inc BIGINT NOT NULL, seq BIGINT NOT NULL, n BIGINT NOT NULL,
  unit TEXT NOT NULL, account TEXT NOT NULL, amount BIGINT NOT NULL, PRIMARY KEY (member, till, inc, seq, n));
-- The tills a hub that came back from a backup has to hear, and whether it has; `missing` of their open leases it does not know.
CREATE TABLE awaited (
  till TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL, at BIGINT NOT NULL, missing BIGINT NOT NULL);
-- What people did to the hub by hand, and why; `numbers` is JSON.
CREATE TABLE audit (
  n BIGINT NOT NULL PRIMARY KEY, at BIGINT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL,
  reason TEXT NOT NULL, numbers TEXT NOT NULL);
-- `recalls`: ids of leases asked back, parted by blanks. `pending` is announced and waits for its number.
CREATE TABLE feed (
  part BIGINT NOT NULL, rev BIGINT NOT NULL, member TEXT NOT NULL, recalls TEXT NOT NULL, PRIMARY KEY (part, rev));
CREATE TABLE pending (
  part BIGINT NOT NULL, till TEXT NOT NULL, inc BIGINT NOT NULL, n BIGINT NOT NULL, member TEXT NOT NULL,
  recalls TEXT NOT NULL, PRIMARY KEY (part, till, inc, n, member));
CREATE TABLE feed_head (part BIGINT NOT NULL PRIMARY KEY, rev BIGINT NOT NULL);
-- Which records a member's book is made of, in canonical order; who is to be worked out anew; what that changed.
CREATE TABLE event (
  member TEXT NOT NULL, place BIGINT NOT NULL, till TEXT NOT NULL, inc BIGINT NOT NULL, seq BIGINT NOT NULL,
  floats BIGINT NOT NULL, twice BIGINT NOT NULL, PRIMARY KEY (member, place, till, inc, seq));
CREATE INDEX event_floats ON event (member) WHERE floats = 1;
CREATE TABLE correction_due (
  member TEXT NOT NULL PRIMARY KEY, till TEXT NOT NULL, inc BIGINT NOT NULL, seq BIGINT NOT NULL);
CREATE TABLE correction (
  member TEXT NOT NULL, step BIGINT NOT NULL, till TEXT NOT NULL, inc BIGINT NOT NULL, seq BIGINT NOT NULL,
  at BIGINT NOT NULL, changes TEXT NOT NULL, PRIMARY KEY (member, step));
-- Books as a merge left them, records that are in them included: from there they are worked out anew.
CREATE TABLE checkpoint (member TEXT NOT NULL PRIMARY KEY, at BIGINT NOT NULL, books TEXT NOT NULL);
-- What a person may want to look at: never refused, never in anybody's way.
CREATE TABLE flag (
  till TEXT NOT NULL, inc BIGINT NOT NULL, seq BIGINT NOT NULL, code TEXT NOT NULL, at BIGINT NOT NULL,
  numbers TEXT NOT NULL, PRIMARY KEY (till, inc, seq, code));
-- How far each journal has been judged again, and what a till gave by the hour.
CREATE TABLE review (
  till TEXT NOT NULL, inc BIGINT NOT NULL, seq BIGINT NOT NULL, clock TEXT NOT NULL, PRIMARY KEY (till, inc));
CREATE TABLE till_hour (
  till TEXT NOT NULL, hour BIGINT NOT NULL, points BIGINT NOT NULL, PRIMARY KEY (till, hour));
CREATE INDEX till_hour_points ON till_hour (points);
CREATE TABLE programme (
  serial BIGINT NOT NULL PRIMARY KEY, id TEXT NOT NULL, version BIGINT NOT NULL, hash TEXT NOT NULL,
  timezone TEXT NOT NULL, text TEXT NOT NULL, signature TEXT NOT NULL, published BIGINT NOT NULL);
INSERT INTO feed_head (part, rev) VALUES (0, 0);
"""

CLUSTERED = (
    "meta",
    "till",
    "watermark",
    "sale",
    "member",
    "card",
    "late_spend",
    "alias",
    "merge_due",
    "account",
    "lot",
    "entry",
    "feed",
    "feed_head",
    "pending",
    "flag",
    "review",
    "till_hour",
    "event",
    "correction_due",
    "family",
    "pot_move",
    "correction",
)
"""Small rows: on SQLite they live in the key's own tree, half the pages and one look-up. A word only SQLite knows."""


WORDS = {"file": {}, "server": {"BLOB": "BYTEA", "TEXT": 'TEXT COLLATE "C"'}}
"""The words one engine says otherwise: a server is told to compare texts by their bytes, as SQLite and Python do."""


def first(database: peewee.Database) -> None:
    """Version 1."""
    lines = (line for line in FIRST.splitlines() if not line.startswith("--"))
    for statement in "\n".join(lines).split(";\n"):
        if statement.strip():
            database.execute_sql(_text(statement.strip(), server=isinstance(database, Server)))


def _text(statement: str, *, server: bool) -> str:
    for word, other in WORDS["server" if server else "file"].items():
        statement = re.sub(rf"\b{word}\b", other, statement)
    name = statement.partition("(")[0].rpartition("TABLE ")[2].strip()
    clustered = statement.startswith("CREATE TABLE") and name in CLUSTERED and not server
    return f"{statement} WITHOUT ROWID" if clustered else statement


STEPS = (first,)
