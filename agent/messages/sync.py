"""What can happen between till and hub."""

from __future__ import annotations

from agent.messages.shape import both

CODES = {
    "hub-nonsense": both(
        ru=("Центр ответил непонятно.", "{problem}", "Продажи идут; сообщите тому, кто ведёт центр."),
        en=("The centre's answer makes no sense.", "{problem}", "Sales go on; tell whoever runs the centre."),
    ),
    "hub-refused": both(
        ru=("Центр не принял кассу.", "{problem}", "Зарегистрируйте кассу заново: kopilka enrol-till КОД"),
        en=("The centre refused this till.", "{problem}", "Enrol it again: kopilka enrol-till CODE"),
    ),
    "till-not-enrolled": both(
        ru=(
            "Касса не подключена к центру.",
            "Менять нечего: центр её ключа не знает.",
            "Подключите: kopilka enrol-till КОД",
        ),
        en=("The till has joined no hub.", "There is no key to change that a hub knows.", "kopilka enrol-till CODE"),
    ),
    "enrol-refused": both(
        ru=(
            "Код регистрации не подошёл.",
            "Он неверен, использован или просрочен.",
            "Возьмите новый: kopilka-hub till add",
        ),
        en=(
            "The enrolment code was not accepted.",
            "It is wrong, used, or out of date.",
            "Get a new one: kopilka-hub till add",
        ),
    ),
}
