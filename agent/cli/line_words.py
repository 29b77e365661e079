"""Why the line to the hub is down and what to do about it, in a line for `kopilka status`."""

from __future__ import annotations

_AWAY = ("центр не отвечает; проверьте сеть", "the hub does not answer; check the network")
_OTHER = (
    "по этому адресу отвечает не тот сервер; проверьте [hub] url",
    "another server answers at that address; check [hub] url",
)
_STORY = (
    "центр и касса помнят разное; сообщите в центр, папку данных не трогайте",
    "hub and till remember different things; tell the centre, keep the data folder",
)
_KEY = ("центр не узнаёт ключ кассы; сообщите в центр", "the hub does not know the till's key; tell the centre")
WHY: dict[str, tuple[str, str]] = {
    "unreachable": _AWAY,
    "timeout": _AWAY,
    "cut": _AWAY,
    "server": ("в центре сбой; касса повторит сама", "the hub is in trouble; the till tries again"),
    "busy": ("центр занят; касса повторит сама", "the hub is busy; the till tries again"),
    "tls": ("сертификат центра не подошёл; проверьте [hub] ca", "the hub's certificate was not right; check [hub] ca"),
    "nonsense": _OTHER,
    "till-revoked": ("касса отозвана в центре; сообщите в центр", "the till was revoked at the hub; tell the centre"),
    "till-unknown": _KEY,
    "signature-refused": _KEY,
    "clock-off": ("часы кассы врут; поправьте время", "the till's clock is wrong; set it right"),
    "hub-database": (
        "база центра в этой кассе потеряна или повреждена; смотрите docs/one-till.md",
        "the database of the hub in this till is lost or damaged; see docs/one-till.md",
    ),
    "hub-adopted": (
        "центр переехал; укажите его адрес в [hub] url вместо embedded",
        "the hub has moved; give its address as [hub] url instead of embedded",
    ),
    "fork": (
        "работает копия этой кассы; остановите её, сообщите в центр",
        "a copy of this till is at work; stop it, tell the centre",
    ),
    "rolled-back": _STORY,
    "old-epoch": _STORY,
    "watermark-shrank": _STORY,
    "not-kept": _STORY,
    "hash-differs": _STORY,
    "impossible": _OTHER,
    "hub-busy": ("центр занят; касса повторит сама", "the hub is busy; the till tries again"),
    "cursor-empty": _OTHER,
    "cursor-shrank": _STORY,
    "cursor-leapt": _STORY,
    "changes-empty": _STORY,
    "bad-time": _OTHER,
    "programme-signature": (
        "программа подписана не ключом центра; сообщите в центр",
        "the programme is not signed by the hub's key; tell the centre",
    ),
}


def why(cause: str, lang: str) -> str:
    """Words for a cause; one without words is shown as it is, short and on one line."""
    pair = WHY.get(cause)
    if pair is None:
        return "".join(sign if sign.isprintable() else " " for sign in cause[:55])
    return pair[0 if lang == "ru" else 1]
