"""The till's configuration: every key with its type and limits; config.example.toml is the same schema as a letter."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from drivers.printer.settings import PrinterSettings
from drivers.scanner.settings import RecognitionSettings, ScannerSettings

Name = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[\w.\-]+$")]
Path = Annotated[str, Meta(min_length=1, max_length=400)]
Minutes = Annotated[int, Meta(ge=1, le=24 * 60)]
Seconds = Annotated[int, Meta(ge=1, le=3600)]


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the configuration."""


class TillSettings(Section, frozen=True):
    """[till]: which till this is and how it speaks."""

    id: Name = "T1"
    store: Name = "S1"
    store_name: Annotated[str, Meta(max_length=60)] = ""
    lang: Literal["ru", "en"] = "ru"
    data: Path = "/var/lib/kopilka"
    programme: Path | None = None


class ApiSettings(Section, frozen=True):
    """[api]: where the POS and the page reach the till."""

    port: Annotated[int, Meta(ge=0, le=65535)] = 8770
    socket: Path | None = None
    hosts: Annotated[tuple[Annotated[str, Meta(max_length=100)], ...], Meta(max_length=16)] = ()


class HubSettings(Section, frozen=True):
    """[hub]: the centre, elsewhere (url) or inside this till (embedded); leave both out and the till works alone."""

    embedded: bool = False
    url: Annotated[str, Meta(max_length=300, pattern=r"^https?://[^\s/]+(/[^\s]*)?$")] | None = None
    ca: Path | None = None
    """The authority that signed the hub's certificate; no other is believed then."""
    cert: Path | None = None
    key: Path | None = None
    """The till's own certificate and its key, where the hub asks for one."""
    push_s: Seconds = 5
    poll_s: Annotated[int, Meta(ge=1, le=25)] = 25
    timeout_s: Seconds = 10

    def __post_init__(self) -> None:
        if self.embedded and self.url:
            raise ValueError("embedded and url exclude each other: the hub is in this till or elsewhere")

    @property
    def client_cert(self) -> tuple[str, str] | None:
        return (self.cert, self.key) if self.cert and self.key else None


class SaleSettings(Section, frozen=True):
    """[sale]: how long promises hold."""

    quote_minutes: Minutes = 15
    hold_minutes: Minutes = 15
    current_idle_s: Seconds = 180
    oldest_hours: Annotated[int, Meta(ge=1, le=24 * 31)] = 24


class ReceiptSettings(Section, frozen=True):
    """[receipt]: which printer gets the receipts."""

    printer: Name | None = None


class BackupSettings(Section, frozen=True):
    """[backup]: online copies of the database."""

    folder: Path | None = None
    every_minutes: Minutes = 60
    keep: Annotated[int, Meta(ge=1, le=1000)] = 24


class LogSettings(Section, frozen=True):
    """[log]: what goes to the system's log."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(Section, frozen=True):
    """The whole file."""

    till: TillSettings = TillSettings()
    api: ApiSettings = ApiSettings()
    hub: HubSettings = HubSettings()
    sale: SaleSettings = SaleSettings()
    receipt: ReceiptSettings = ReceiptSettings()
    backup: BackupSettings = BackupSettings()
    log: LogSettings = LogSettings()
    recognition: RecognitionSettings = RecognitionSettings()
    scanner: Annotated[tuple[ScannerSettings, ...], Meta(max_length=8)] = ()
    printer: Annotated[tuple[PrinterSettings, ...], Meta(max_length=8)] = ()
