"""The one composition root: clock, ids and chance are made here, and everything is joined to everything else."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from agent import sqlite
from agent.errors import ConfigFault, CorruptDatabase
from agent.loyalty.programme.reader import read_programme
from agent.loyalty.programme.values import Programme
from agent.rows import NOT_BEGUN
from agent.runtime import secrets
from agent.runtime.backups import backup_folder, kept_backups
from agent.runtime.clock import SystemClock, SystemIds
from agent.runtime.recognise import TextRecogniser
from agent.runtime.secrets import Secrets
from agent.runtime.settings import Settings
from agent.runtime.shelf import Shelf
from agent.runtime.state import Board, Line
from agent.store.heal import finish, heal
from agent.store.settings import HUB_LINKS
from agent.store.till_store import TillStore
from agent.till.afresh import Reason, begin
from agent.till.desk import Desk, Rules
from agent.till.ports import Events, Ids, RunningClock
from drivers.printer.document import encode_document
from drivers.scanner.recognition import Recognizer
from sync.chain import hlc_ms
from sync.keyring import Keyring
from sync.signing import check_programme
from sync.wire import KeyLink

if TYPE_CHECKING:
    from sync.hub.embedded import EmbeddedHub

_log = logging.getLogger("kopilka.wiring")
DATABASE = "till.sqlite3"
TEMPLATE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "templates", "programmes", "points.toml")


@dataclass(slots=True, kw_only=True)
class Parts:
    """What the daemon runs and the simulation can run too."""

    settings: Settings
    secrets: Secrets
    clock: RunningClock
    ids: Ids
    writer: sqlite.Writer
    store: TillStore
    shelf: Shelf
    desk: Desk
    board: Board
    line: Line
    recogniser: Recognizer
    embedded: EmbeddedHub | None = None
    """The hub inside, where this till has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What differs between a real till and a simulated one."""

    clock: RunningClock
    ids: Ids
    writer: sqlite.Writer
    factory: sqlite.Factory | None = None


def real_world() -> World:
    """System clock, system entropy, one writer thread."""
    return World(clock=SystemClock(), ids=SystemIds(), writer=sqlite.ThreadWriter())


def join(settings: Settings, events: Events, world: World) -> Parts:
    """Open the store and join a till's parts; call it on the writer. Raises ConfigFault and the storage errors."""
    folder = settings.till.data
    os.makedirs(folder, mode=0o750, exist_ok=True)
    kept, embedded = _secrets(folder), None
    if settings.hub.embedded:
        from agent.runtime.embedding import embed

        kept, embedded = embed(settings, kept, world.clock)
    till, store_id = kept.till or settings.till.id, kept.store or settings.till.store
    store = _opened(settings, till, world)
    # A wall that stands before the last record was set back while nobody looked.
    world.clock.known(hlc_ms(store.journal.tail.hlc))
    shelf = Shelf(local_programme(settings))
    load_shelf(shelf, store, kept)
    board, line = Board(), Line(configured=bool(kept.hub_key and (settings.hub.url or kept.hub_url or embedded)))
    if settings.hub.embedded and embedded is None:
        line.configured, line.failing, line.refused, line.cause = True, True, True, "hub-database"
    recogniser = _recognizer(settings)
    desk = Desk(
        rules=_rules(settings, till=till, store=store_id, name=settings.till.store_name or kept.store_name),
        store=store,
        clock=world.clock,
        ids=world.ids,
        recogniser=TextRecogniser(recogniser),
        events=events,
        programme=shelf.at,
        key=bytes.fromhex(kept.programme_key),
        encode_document=encode_document,
        online=lambda: line.online(world.clock.monotonic_ms()),
    )
    kept = _boot(desk, kept, folder)
    return Parts(
        settings=settings,
        secrets=kept,
        clock=world.clock,
        ids=world.ids,
        writer=world.writer,
        store=store,
        shelf=shelf,
        desk=desk,
        board=board,
        line=line,
        recogniser=recogniser,
        embedded=embedded,
    )


def _secrets(folder: str) -> Secrets:
    """The kept secrets; new ones for a new till only. Raises ConfigFault.

    New keys beside an old journal would name every card anew: no member would be found, and nothing could be sent.
    """
    kept, path = secrets.read(folder), os.path.join(folder, DATABASE)
    if kept is None and os.path.exists(path):
        missing = os.path.join(folder, secrets.NAME)
        raise ConfigFault(
            [
                f"{missing}: missing, but {path} was written with it; restore it from a backup, or begin with an empty folder"
            ],
            file=missing,
        )
    return kept or secrets.ensure(folder)


def _rules(settings: Settings, *, till: str, store: str, name: str) -> Rules:
    sale = settings.sale
    return Rules(
        till=till,
        store=store,
        store_name=name,
        lang=settings.till.lang,
        printer=settings.receipt.printer,
        quote_life_ms=sale.quote_minutes * 60_000,
        hold_life_ms=sale.hold_minutes * 60_000,
        current_idle_ms=sale.current_idle_s * 1000,
        oldest_sale_ms=sale.oldest_hours * 3_600_000,
    )


def _recognizer(settings: Settings) -> Recognizer:
    try:
        return Recognizer(settings.recognition)
    except ValueError as error:
        raise ConfigFault([f"[recognition]: {error}"]) from None


def _opened(settings: Settings, till: str, world: World) -> TillStore:
    """The store, healed where it is damaged. Raises the storage errors."""
    path = os.path.join(settings.till.data, DATABASE)
    finish(path)
    try:
        return TillStore(path, till=till, factory=world.factory)
    except CorruptDatabase as fault:
        _log.error("database-damaged", extra={"path": path, "cause": str(fault)[:300]})
    folder = backup_folder(settings)
    healed = heal(
        path,
        [os.path.join(folder, name) for name in reversed(kept_backups(folder))],
        now_ms=world.clock.now_ms(),
        factory=world.factory,
    )
    _log.error("database-healed", extra={"source": healed.source, "seq": healed.seq, "kept": healed.damaged})
    return TillStore(path, till=till, factory=world.factory)


def _boot(desk: Desk, kept: Secrets, folder: str) -> Secrets:
    """The first record of an incarnation: at the very first start, after a heal or restore, and on a database set back in time.

    Rights of a former incarnation stay behind: this one spends nothing until it has met the hub.
    """
    inc, mark = desk.store.journal.tail.inc, desk.store.meta.get(NOT_BEGUN)
    if not inc or inc < kept.incarnation or mark:
        behind: Reason = "restored" if kept.incarnation else "new"
        begin(desk, "healed" if mark == "1" else behind, above=kept.incarnation)
    return keep_incarnation(desk, kept, folder)


def keep_incarnation(desk: Desk, kept: Secrets, folder: str) -> Secrets:
    """Note the incarnation beside the database, also one that a power cut left noted in the database only."""
    inc = desk.store.journal.tail.inc
    if kept.incarnation == inc:
        return kept
    made = msgspec.structs.replace(kept, incarnation=inc)
    secrets.write(folder, made)
    return made


def local_programme(settings: Settings) -> Programme:
    """The programme file of the configuration, or the template that ships. Raises ConfigFault with all its faults."""
    return compiled(*programme_file(settings))


def programme_file(settings: Settings) -> tuple[str, str]:
    """Text and path of the configuration's programme. Raises ConfigFault where it cannot be read."""
    path = settings.till.programme or TEMPLATE
    try:
        with open(path, encoding="utf-8") as file:
            return file.read(2 * 1024 * 1024), path
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigFault([f"{path}: cannot be read: {error}"], file=path) from None


def compiled(text: str, name: str) -> Programme:
    """A programme's text as the engine takes it. Raises ConfigFault."""
    reading = read_programme(text, name)
    if reading.programme is None:
        raise ConfigFault(reading.faults, file=name)
    return reading.programme


def hub_keys(store: TillStore, kept: Secrets) -> Keyring:
    """The hub's key of the enrolment, and those that followed it; each link is checked again."""
    text = store.meta.get(HUB_LINKS)
    try:
        links = msgspec.json.decode(text, type=tuple[KeyLink, ...]) if text else ()
    except msgspec.MsgspecError:
        links = ()
    return Keyring(kept.hub_key).follow(links)


def load_shelf(shelf: Shelf, store: TillStore, kept: Secrets) -> None:
    """Versions the hub sent, each checked against its key again: a changed row is not obeyed."""
    if not kept.hub_key:
        return
    keys = hub_keys(store, kept)
    for row in store.programmes.all():
        if keys.known(lambda key, row=row: check_programme(key, row.text, row.signature)):  # type: ignore[misc]
            shelf.put(compiled(row.text, f"programme {row.version}"), row.effective_from)
