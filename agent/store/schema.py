"""The till's tables, as numbered steps. Times are UTC milliseconds; `n` is incarnation << 40 | seq, so rows sort as records do.

STRICT, so that a hand with a SQLite shell cannot turn bytes into text.
"""

from __future__ import annotations

import peewee

FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
-- The journal: the record's own bytes. Never updated; pruned only below what the hub holds durably.
CREATE TABLE journal (n INTEGER PRIMARY KEY, kind TEXT NOT NULL, line BLOB NOT NULL, hash TEXT NOT NULL) STRICT;
-- What the POS asked for, by its own id: the net under every replay.
CREATE TABLE operation (
  kind TEXT NOT NULL, id TEXT NOT NULL, n INTEGER NOT NULL, content TEXT NOT NULL, of TEXT, member TEXT,
  at INTEGER NOT NULL, state TEXT NOT NULL, answer BLOB NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID, STRICT;
CREATE INDEX operation_of ON operation (of) WHERE of IS NOT NULL;
CREATE TABLE hold (
  id TEXT PRIMARY KEY, content TEXT NOT NULL, state TEXT NOT NULL, member TEXT, created INTEGER NOT NULL,
  expires INTEGER NOT NULL, points TEXT NOT NULL, quote BLOB NOT NULL) WITHOUT ROWID, STRICT;
CREATE INDEX hold_open ON hold (member) WHERE state = 'open';
CREATE INDEX hold_content ON hold (content);
-- Members as the hub last told, replaced whole; handles are keyed HMACs of cards and phones.
CREATE TABLE member (id TEXT PRIMARY KEY, rev INTEGER NOT NULL, state BLOB NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE handle (hmac TEXT PRIMARY KEY, member TEXT NOT NULL) WITHOUT ROWID, STRICT;
-- The rights to spend, and the wishes for them.
CREATE TABLE want (
  n INTEGER PRIMARY KEY, member TEXT NOT NULL, unit TEXT NOT NULL, points INTEGER NOT NULL, style TEXT NOT NULL,
  at INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', told TEXT NOT NULL DEFAULT '',
  recalled INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX want_pending ON want (member) WHERE state = 'pending';
CREATE INDEX want_refused ON want (member, unit) WHERE state = 'refused';
CREATE TABLE lease (
  id TEXT PRIMARY KEY, member TEXT NOT NULL, unit TEXT NOT NULL, state TEXT NOT NULL, body BLOB NOT NULL,
  used INTEGER NOT NULL, recalled INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID, STRICT;
CREATE INDEX lease_member ON lease (member) WHERE state = 'open';
CREATE INDEX lease_recalled ON lease (member) WHERE recalled = 1 AND state = 'open';
-- What this till's own records did and the hub's word of the member does not yet include.
CREATE TABLE own_lot (
  id TEXT PRIMARY KEY, member TEXT NOT NULL, n INTEGER NOT NULL, unit TEXT NOT NULL, points INTEGER NOT NULL, left INTEGER NOT NULL,
  born INTEGER NOT NULL, spendable_from TEXT NOT NULL, expires_on TEXT NOT NULL) WITHOUT ROWID, STRICT;
CREATE INDEX own_lot_member ON own_lot (member);
-- The same added up by their days, for balances: a member who buys a hundred times a day has one row a day. Triggers keep it, so that
-- whoever writes own_lot, a heal too, cannot leave it behind.
CREATE TABLE own_sum (
  member TEXT NOT NULL, unit TEXT NOT NULL, spendable_from TEXT NOT NULL, expires_on TEXT NOT NULL, left INTEGER NOT NULL,
  born INTEGER NOT NULL, lots INTEGER NOT NULL, PRIMARY KEY (member, unit, spendable_from, expires_on)) WITHOUT ROWID, STRICT;
CREATE TRIGGER own_lot_born AFTER INSERT ON own_lot BEGIN
  INSERT INTO own_sum VALUES (new.member, new.unit, new.spendable_from, new.expires_on, new.left, new.born, 1)
  ON CONFLICT DO UPDATE SET left = left + excluded.left, born = min(born, excluded.born), lots = lots + 1; END;
CREATE TRIGGER own_lot_taken AFTER UPDATE OF left ON own_lot BEGIN
  UPDATE own_sum SET left = left + new.left - old.left WHERE member = old.member AND unit = old.unit
  AND spendable_from = old.spendable_from AND expires_on = old.expires_on; END;
CREATE TRIGGER own_lot_told AFTER DELETE ON own_lot BEGIN
  UPDATE own_sum SET left = left - old.left, lots = lots - 1 WHERE member = old.member AND unit = old.unit
  AND spendable_from = old.spendable_from AND expires_on = old.expires_on; DELETE FROM own_sum WHERE member = old.member
  AND unit = old.unit AND spendable_from = old.spendable_from AND expires_on = old.expires_on AND lots = 0; END;
-- Takings from own lots, by the record that took; they count by themselves once the hub tells the lot.
CREATE TABLE own_part (
  n INTEGER NOT NULL, lot TEXT NOT NULL, unit TEXT NOT NULL, member TEXT NOT NULL, points INTEGER NOT NULL,
  PRIMARY KEY (n, lot)) WITHOUT ROWID, STRICT;
CREATE INDEX own_part_member ON own_part (member);
CREATE TABLE delta (
  n INTEGER NOT NULL, unit TEXT NOT NULL, member TEXT NOT NULL, spent INTEGER NOT NULL, restored INTEGER NOT NULL,
  taken_back INTEGER NOT NULL, lots TEXT NOT NULL, PRIMARY KEY (n, unit)) WITHOUT ROWID, STRICT;
CREATE INDEX delta_member ON delta (member);
CREATE TABLE receipt (
  id TEXT PRIMARY KEY, n INTEGER NOT NULL, at INTEGER NOT NULL, document BLOB NOT NULL, summary BLOB NOT NULL) WITHOUT ROWID, STRICT;
CREATE INDEX receipt_n ON receipt (n);
-- `seq` keeps the order of arrival among jobs of one moment.
CREATE TABLE print_job (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, printer TEXT NOT NULL, state TEXT NOT NULL, kind TEXT NOT NULL, created INTEGER NOT NULL,
  expires INTEGER, attempts INTEGER NOT NULL DEFAULT 0, first_attempt INTEGER, cause TEXT NOT NULL DEFAULT '',
  receipt TEXT, document BLOB NOT NULL) STRICT;
CREATE INDEX print_job_receipt ON print_job (receipt) WHERE receipt IS NOT NULL;
CREATE INDEX print_job_open ON print_job (printer, created, seq)
  WHERE state NOT IN ('printed', 'handed_over', 'cancelled', 'expired');
CREATE TABLE programme (
  hash TEXT PRIMARY KEY, version INTEGER NOT NULL, effective_from INTEGER NOT NULL, text TEXT NOT NULL,
  signature TEXT NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE rejected (
  n INTEGER PRIMARY KEY, reason TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
-- Words of the hub about a member that cannot be taken; the others of their page were.
CREATE TABLE spoilt (
  key TEXT PRIMARY KEY, member TEXT NOT NULL, rev INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL,
  state BLOB NOT NULL) WITHOUT ROWID, STRICT;
"""


def first(database: peewee.SqliteDatabase) -> None:
    """Version 1."""
    for statement in FIRST.split(";\n"):
        if statement.strip():
            database.execute_sql(statement)


STEPS = (first,)
