"""What the printer, receipt and sim printer commands say to people, in Russian and English."""

from __future__ import annotations

from agent.command_line import lang

WORDS: dict[str, tuple[str, str]] = {
    "none": (
        "No [[printer]] is configured; or name one: --host ADDRESS, or --device PATH",
        "В настройках нет [[printer]]; можно указать прямо: --host АДРЕС или --device ПУТЬ",
    ),
    "no-printer": ("no [[printer]] of {file} is named {name}", "в {file} нет [[printer]] с именем {name}"),
    "profile": ("unknown printer profile {name}; known: {close}", "нет профиля принтера {name}; есть: {close}"),
    "setting": ("{name}: {key}: {what} {allowed}", "{name}: {key}: {what} {allowed}"),
    "missing": ("missing", "не задано"),
    "file_never_answers": ("a file never answers; allowed:", "файл не отвечает; можно:"),
    "unknown": ("unknown; allowed:", "неизвестно; можно:"),
    "ready": ("ready", "готов"),
    "unasked": ("one-way: it cannot be asked", "односторонний: спросить его нельзя"),
    "paper_low": ("paper is running low", "мало бумаги"),
    "paper_out": ("no paper: put in a roll", "нет бумаги: вставьте рулон"),
    "cover_open": ("the cover is open: close it", "открыта крышка: закройте её"),
    "printer_error": ("an error of its own: switch it off and on", "ошибка принтера: выключите и включите его"),
    "printer_offline": ("off line: press its feed button", "не в сети: нажмите кнопку подачи бумаги"),
    "silent": (
        'does not answer: is it on? For a one-way cable set ack = "none"',
        'не отвечает: включён ли он? Для одностороннего кабеля задайте ack = "none"',
    ),
    "no_ack": (
        'took the page but does not confirm: look whether it is printed, then set ack = "gs_r" or "none"',
        'принял страницу, но не подтверждает: посмотрите, напечатана ли, и задайте ack = "gs_r" или "none"',
    ),
    "stalled": ("takes no more bytes: switch it off and on", "не принимает данные: выключите и включите его"),
    "gone": ("not there: check cable and address", "не найден: проверьте кабель и адрес"),
    "timed_out": (
        "does not open in time: check address and network",
        "не отвечает на соединение: проверьте адрес и сеть",
    ),
    "busy": (
        "busy or refused: another program prints, or the port is wrong",
        "занят или отказал: печатает другая программа, или неверный порт",
    ),
    "denied": (
        "not allowed: add this user to the device's group (usually lp or dialout), then log in again",
        "нет прав: добавьте пользователя в группу устройства (обычно lp или dialout) и войдите заново",
    ),
    "port_fault": ("cannot be opened as set", "не открывается с такими настройками"),
    "printed": ("{name}: printed", "{name}: напечатано"),
    "handed_over": ("{name}: handed over, not confirmed", "{name}: отдано на печать, без подтверждения"),
    "sheet": (
        'find the line where a column reads "Ёж№" (CP1125: "Ёжї"), then set code_page = "COLUMN:NUMBER", as in "CP866:17"',
        'найдите строку, где столбец читается «Ёж№» (CP1125: «Ёжї»), и задайте code_page = "СТОЛБЕЦ:НОМЕР", как "CP866:17"',
    ),
    "test-title": ("Kopilka: test page", "Копилка: пробная страница"),
    "test-width": ("{columns} columns", "{columns} знаков в строке"),
    "bad-document": ("{file}: not a receipt's document: {reason}", "{file}: не документ чека: {reason}"),
    "no-out": ("png goes to a file: add --out FILE", "png пишется в файл: добавьте --out ФАЙЛ"),
    "cannot-write": ("{file}: {reason}", "{file}: {reason}"),
    "cannot-listen": ("port {port}: {reason}", "порт {port}: {reason}"),
    "listening": (
        "printer on {place}; receipts go to {folder}; Ctrl+C ends it",
        "принтер на {place}; чеки пишутся в {folder}; Ctrl+C завершает",
    ),
    "came-out": ("{file}: {lines} lines{copy}", "{file}: строк {lines}{copy}"),
    "copy": (", a copy", ", копия"),
}


def say(code: str, **fields: object) -> str:
    """The words of a code in the language of the command line."""
    return WORDS[code][lang() == "ru"].format(**fields)
