"""What can happen to disk and database."""

from __future__ import annotations

from agent.messages.shape import both

CODES = {
    "storage-full": both(
        ru=(
            "На диске кассы нет места, продажа не записана.",
            "Свободно {free_mb} МБ в {path}.",
            "Освободите место и повторите; продажи пойдут сразу.",
        ),
        en=(
            "The till's disk is full, nothing was recorded.",
            "{free_mb} MB free in {path}.",
            "Free some space and try again; sales go on at once.",
        ),
    ),
    "storage-broken": both(
        ru=(
            "Диск кассы не записал данные.",
            "Ошибка ввода-вывода: {problem}",
            "Касса перезапустится сама; если повторится, замените диск.",
        ),
        en=(
            "The till's disk failed to write.",
            "Input/output error: {problem}",
            "The till restarts by itself; if it happens again, replace the disk.",
        ),
    ),
    "database-away": both(
        ru=(
            "База центра не отвечает.",
            "Сервер PostgreSQL занят, перезапускается или недоступен: {problem}.",
            "Кассы повторят сами; если это надолго, проверьте сервер базы и сеть до него.",
        ),
        en=(
            "The hub's database does not answer.",
            "The PostgreSQL server is busy, restarting or out of reach: {problem}.",
            "Tills try again by themselves; if it lasts, look at the database's server and the way to it.",
        ),
    ),
    "storage-busy": both(
        ru=(
            "База данных занята.",
            "Её держит другая программа: {path}",
            "Закройте её; вторую копию кассы не запускайте.",
        ),
        en=(
            "The database is busy.",
            "Another program holds it: {path}",
            "Close it; never run a second copy of the till.",
        ),
    ),
    "database-corrupt": both(
        ru=(
            "База данных кассы повреждена.",
            "{problem}",
            "Запустите кассу: kopilka run отложит файл и восстановит базу.",
        ),
        en=(
            "The till's database is damaged.",
            "{problem}",
            "Start the till: kopilka run puts the file aside and heals.",
        ),
    ),
    "database-newer": both(
        ru=(
            "База данных новее программы.",
            "Версия базы {found}, программа понимает до {known}.",
            "Поставьте новую версию Копилки.",
        ),
        en=(
            "The database is newer than the program.",
            "It is version {found}; this release reads up to {known}.",
            "Install the newer Kopilka.",
        ),
    ),
    "journal-broken": both(
        ru=(
            "Журнал не сходится.",
            "Первая неверная запись: {seq}.",
            "Не удаляйте базу: kopilka journal export сохранит записи до неё.",
        ),
        en=(
            "The journal does not add up.",
            "The first bad record is {seq}.",
            "Keep the database: kopilka journal export saves what comes before.",
        ),
    ),
    "no-database": both(
        ru=("Базы данных кассы нет.", "Не найден файл {path}.", "Проверьте --database или [till] data в настройках."),
        en=("There is no till database.", "No file {path}.", "Check --database, or [till] data in the configuration."),
    ),
    "record-unknown": both(
        ru=("Такой записи в журнале нет.", "Номер {seq}.", "Посмотрите список: kopilka queue ls"),
        en=("The journal has no such record.", "Number {seq}.", "See the list: kopilka queue ls"),
    ),
}
