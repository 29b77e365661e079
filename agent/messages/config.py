"""What can be wrong with files the shop writes: configuration, programme, templates."""

from __future__ import annotations

from agent.messages.shape import both

CODES = {
    "config-broken": both(
        ru=(
            "Настройки не приняты: {file}",
            "{count:ошибка|ошибки|ошибок}, они перечислены выше.",
            "Исправьте и проверьте: kopilka config check",
        ),
        en=(
            "The configuration was not accepted: {file}",
            "{count:mistake|mistakes}, listed above.",
            "Mend them and check: kopilka config check",
        ),
    ),
    "config-missing": both(
        ru=("Настроек нет: {file}", "Файл не найден или не читается.", "Возьмите за образец config.example.toml."),
        en=(
            "There is no configuration: {file}",
            "The file is missing or cannot be read.",
            "Begin with config.example.toml.",
        ),
    ),
    "programme-broken": both(
        ru=(
            "Программа не принята: {file}",
            "{count:ошибка|ошибки|ошибок}, они перечислены выше.",
            "Исправьте и проверьте: kopilka programme check",
        ),
        en=(
            "The programme was not accepted: {file}",
            "{count:mistake|mistakes}, listed above.",
            "Mend them and check: kopilka programme check",
        ),
    ),
    "file-unreadable": both(
        ru=("Файл не прочитан: {file}", "{problem}", "Проверьте имя и права."),
        en=("The file could not be read: {file}", "{problem}", "Check its name and permissions."),
    ),
}
