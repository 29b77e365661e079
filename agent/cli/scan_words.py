"""What the scan commands say to people, in Russian and English."""

from __future__ import annotations

from agent.command_line import lang

WORDS: dict[str, tuple[str, str]] = {
    "help": ("list, try, record or explain scans", "сканеры: список, проба, запись, разбор"),
    "help-list": ("serial devices that may be scanners", "последовательные устройства, среди них сканеры"),
    "help-test": ("show scans as they come", "показывать сканы, как они приходят"),
    "help-record": (
        "write scans to a file as captures; bank cards never",
        "записать сканы в файл; банковские карты никогда",
    ),
    "help-port": ("the device; else that of the configured scanner", "устройство; без него то, что в настройках"),
    "help-count": ("end after so many scans", "закончить после стольких сканов"),
    "help-explain": ("say step by step what a scan's bytes are", "шаг за шагом: что значат байты скана"),
    "help-hex": ("the bytes as they came, terminator included", "байты как пришли, вместе с окончанием"),
    "help-framing": (
        "CR, LF, CRLF, TAB, STX/ETX or none (default CR)",
        "CR, LF, CRLF, TAB, STX/ETX или none (без ключа CR)",
    ),
    "help-config": ("take rules and scanner from this configuration", "правила и сканер из этих настроек"),
    "help-scanner": ("which scanner of the configuration; else the first", "какой сканер настроек; без ключа первый"),
    "hex": (
        "HEX must be pairs of 0-9 and a-f, for example 323831310d",
        "HEX: пары знаков 0-9 и a-f, например 323831310d",
    ),
    "hex-empty": ("HEX is empty: give the bytes of a scan", "HEX пуст: укажите байты скана"),
    "framing": ("unknown framing {given}; allowed: {allowed}", "нет обрамления {given}; есть: {allowed}"),
    "option": ("{detail}", "неверный параметр: {detail}"),
    "no-scanner": ("no [[scanner]] of {file} is named {name}", "в {file} нет [[scanner]] с именем {name}"),
    "scanner-alone": ("--scanner needs --config", "--scanner требует --config"),
    "dropped": (
        "dropped: {overlong} longer than max_len, {noise} outside a frame (is the framing right?), {stale} half scans",
        "отброшено: длиннее max_len {overlong}, вне кадра {noise} (то ли обрамление?), неполных {stale}",
    ),
    "device": ("serial port", "последовательный порт"),
    "write-port": ('  write in the configuration: port = "{port}"', '  впишите в настройки: port = "{port}"'),
    "held": ("  held by {holders}", "  занят: {holders}"),
    "no-device": (
        "No serial device is attached. A scanner in keyboard mode must be set to USB serial (USB-COM) first.",
        "Последовательных устройств нет. Сканер в режиме клавиатуры сначала переключите в USB-COM.",
    ),
    "ready": ("ready: scan something", "готов: сканируйте"),
    "gone": (
        "not there: check the cable and the port's name; waiting for it",
        "отключён: проверьте кабель и имя порта; жду",
    ),
    "denied": (
        "not allowed: add this user to the device's group (usually dialout), then log in again",
        "нет прав: добавьте пользователя в группу устройства (обычно dialout) и войдите заново",
    ),
    "busy": ("held by another program", "занят другой программой"),
    "fault": ("a fault inside; trying again", "внутренняя ошибка; пробую снова"),
    "lost": ("{count} half scan(s) dropped", "отброшено неполных сканов: {count}"),
    "payment": ("payment: a bank card, not a card of the club", "payment: банковская карта, не карта клуба"),
    "recorded": ("{file}: {count} capture(s)", "{file}: записано сканов: {count}"),
    "left-out": ("; {count} bank card(s) left out", "; банковских карт не записано: {count}"),
    "plugged": ("plugged in already", "уже подключён"),
    "unplugged": ("not plugged in", "не подключён"),
    "unread": ("nobody reads {path}", "никто не читает {path}"),
    "sim-help": (
        "Each line is one scan. Also: hex:3238310d (these bytes, no terminator added), !unplug, !plug, !replug, !noise.",
        "Каждая строка: один скан. Ещё: hex:3238310d (эти байты, без окончания), !unplug, !plug, !replug, !noise.",
    ),
}


def say(code: str, **fields: object) -> str:
    """The words of a code in the language of the command line."""
    return WORDS[code][lang() == "ru"].format(**fields)


class Misuse(Exception):
    """The command line asks for what cannot be; `code` and fields make the words."""

    def __init__(self, code: str, **fields: object) -> None:
        """`code` is a key of WORDS."""
        super().__init__(code)
        self.code = code
        self.fields = fields

    def __str__(self) -> str:
        """For people, in the language of the command line."""
        return say(self.code, **self.fields)
