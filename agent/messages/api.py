"""What a call to the local API or the hub can meet."""

from __future__ import annotations

from agent.messages.shape import both

CODES = {
    "internal": both(
        ru=(
            "Ошибка в программе.",
            "Такого мы не предусмотрели ({code}).",
            "Повторите; если не прошло, пришлите разработчикам строку журнала службы.",
        ),
        en=(
            "Something broke inside the program.",
            "We did not foresee this ({code}).",
            "Try again; if it stays, send the service's log line to the developers.",
        ),
    ),
    "bad-request": both(
        ru=("Запрос не понят.", "{path}: {problem:shape}", "Исправьте поле и пришлите снова."),
        en=("The request was not understood.", "{path}: {problem:shape}", "Mend the field and send it again."),
    ),
    "bad-http": both(
        ru=("Это не запрос HTTP.", "{problem}", "Пришлите запрос по RFC 9112."),
        en=("This is no HTTP request.", "{problem}", "Send a request as RFC 9112 says."),
    ),
    "bad-json": both(
        ru=("Тело запроса не JSON.", "{problem:shape}", "Пришлите JSON в UTF-8."),
        en=("The body is not JSON.", "{problem:shape}", "Send JSON in UTF-8."),
    ),
    "too-deep": both(
        ru=("Тело запроса вложено слишком глубоко.", "Уровней больше {limit}.", "Пришлите документ проще."),
        en=("The body is nested too deeply.", "More than {limit} levels.", "Send a flatter document."),
    ),
    "too-large": both(
        ru=("Запрос слишком велик.", "Больше {limit_bytes} байт.", "Разделите его на части."),
        en=("The request is too large.", "More than {limit_bytes} bytes.", "Split it into parts."),
    ),
    "too-slow": both(
        ru=("Запрос шёл слишком долго.", "Тело не пришло за {limit_ms} мс.", "Проверьте связь и пришлите снова."),
        en=(
            "The request took too long.",
            "The body did not arrive within {limit_ms} ms.",
            "Check the line and send it again.",
        ),
    ),
    "wrong-media": both(
        ru=("Тип тела не тот.", "Нужен Content-Type: application/json.", "Укажите его и пришлите снова."),
        en=("The body has the wrong type.", "Content-Type: application/json is needed.", "Set it and send again."),
    ),
    "not-found": both(
        ru=("Такого здесь нет.", "Ничего не найдено: {path}", "Проверьте адрес или номер."),
        en=("There is no such thing here.", "Nothing found: {path}", "Check the address or the number."),
    ),
    "method-refused": both(
        ru=("Этот адрес вызывают иначе.", "{method} здесь не принимается.", "Допустимо: {allowed}."),
        en=("This address is called in another way.", "{method} is not taken here.", "Allowed: {allowed}."),
    ),
    "conflict": both(
        ru=("Так сделать уже нельзя.", "Состояние изменилось: {path}", "Запросите его снова и решите заново."),
        en=("This can no longer be done.", "The state has changed: {path}", "Ask for it again and decide anew."),
    ),
    "unprocessable": both(
        ru=("Запрос понят, но выполнить его нельзя.", "{path}: {problem:shape}", "Исправьте и пришлите снова."),
        en=("Understood, but it cannot be done.", "{path}: {problem:shape}", "Mend it and send it again."),
    ),
    "unauthorised": both(
        ru=(
            "Нужен ключ доступа.",
            "Ключа нет, или касса его не знает.",
            "Выдайте ключ: kopilka token add ИМЯ --scope {scope}",
        ),
        en=(
            "An access token is needed.",
            "There is none, or this till does not know it.",
            "Make one: kopilka token add NAME --scope {scope}",
        ),
    ),
    "forbidden": both(
        ru=(
            "Этому ключу такое не позволено.",
            "Нужно право {scope}.",
            "Выдайте другой ключ: kopilka token add ИМЯ --scope {scope}",
        ),
        en=(
            "This token may not do that.",
            "The scope {scope} is needed.",
            "Make another: kopilka token add NAME --scope {scope}",
        ),
    ),
    "host-refused": both(
        ru=(
            "Запрос адресован не этой кассе.",
            "Имя узла {host} не из списка.",
            "Обращайтесь к 127.0.0.1 или добавьте имя в [api] hosts.",
        ),
        en=(
            "The request names another host.",
            "The host {host} is not on the list.",
            "Call 127.0.0.1, or add the name to [api] hosts.",
        ),
    ),
    "origin-refused": both(
        ru=(
            "Чужая страница обратилась к кассе.",
            "Запрос пришёл с {origin}.",
            "Закройте её; своя страница открывается с самой кассы.",
        ),
        en=(
            "A foreign page called the till.",
            "The request came from {origin}.",
            "Close it; our page is served by the till itself.",
        ),
    ),
    "too-many": both(
        ru=("Слишком много попыток.", "Не больше {limit} за {window_s} с.", "Подождите {wait_s} с и повторите."),
        en=("Too many tries.", "No more than {limit} in {window_s} s.", "Wait {wait_s} s and try again."),
    ),
    "unavailable": both(
        ru=("Касса сейчас не отвечает.", "Она запускается или останавливается.", "Повторите через несколько секунд."),
        en=("The till does not answer now.", "It is starting or stopping.", "Try again in a few seconds."),
    ),
    "server-not-started": both(
        ru=("Локальный API не запустился.", "{problem}", "Посмотрите журнал службы: journalctl -u kopilka"),
        en=("The local API did not start.", "{problem}", "Look at the service's log: journalctl -u kopilka"),
    ),
    "address-taken": both(
        ru=("Адрес {address} занят.", "{problem}", "Остановите вторую копию или смените адрес в настройках."),
        en=(
            "The address {address} is taken.",
            "{problem}",
            "Stop the other copy, or change the address in the configuration.",
        ),
    ),
}
