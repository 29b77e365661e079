"""What can happen to disk and database."""

from __future__ import annotations

from agent.messages.shape import both

CODES = {
    "backup-unknown": both(
        ru=("Такой копии нет.", "{path}", "Посмотрите папку копий: backup в папке данных кассы."),
        en=("There is no such backup.", "{path}", "Look into the backup folder in the till's data."),
    ),
    "backup-bad": both(
        ru=("Копия не годится.", "Цепочка записей в {path} не сходится.", "Возьмите копию раньше."),
        en=("The backup will not do.", "The chain of records in {path} does not hold.", "Take an earlier one."),
    ),
    "copy-damaged": both(
        ru=(
            "Копия не годится: {path}",
            "Она повреждена: {problem}",
            "Возьмите копию раньше; нынешняя база не тронута.",
        ),
        en=(
            "The copy will not do: {path}",
            "It is damaged: {problem}",
            "Take an earlier one; the database in use was not touched.",
        ),
    ),
    "backup-other-till": both(
        ru=("Это копия другой кассы.", "{path} не кассы {till}.", "Возьмите копию этой кассы."),
        en=("This is another till's backup.", "{path} is not of till {till}.", "Take a backup of this till."),
    ),
    "restore-loses": both(
        ru=(
            "Пропали бы записи, которых нет в центре.",
            "Их {count} в {path}.",
            "Дайте кассе отправить их, или повторите с --force: прежняя база останется рядом.",
        ),
        en=(
            "Records would be lost that the hub has not got.",
            "{count} of them in {path}.",
            "Let the till send them, or use --force: the former database stays beside.",
        ),
    ),
    "storage-full": both(
        ru=(
            "На диске нет места, ничего не записано.",
            "Свободно {free_mb} МБ в {path}.",
            "Освободите место и повторите; продажи пойдут сразу.",
        ),
        en=(
            "The disk is full, nothing was recorded.",
            "{free_mb} MB free in {path}.",
            "Free some space and try again; sales go on at once.",
        ),
    ),
    "storage-broken": both(
        ru=(
            "Диск не прочитал или не записал данные.",
            "{path}: {problem}",
            "Проверьте имя и права; если они верны и это повторится, замените диск.",
        ),
        en=(
            "The disk could not be read or written.",
            "{path}: {problem}",
            "Check the name and the permissions; if both are well and it happens again, replace the disk.",
        ),
    ),
    "tokens-broken": both(
        ru=(
            "Файл ключей доступа не читается, никого не пускаем.",
            "{path} повреждён или изменён не нашей программой.",
            "Верните его из копии; или удалите и выдайте ключи снова: kopilka token add, kopilka page pair.",
        ),
        en=(
            "The file of access tokens cannot be understood; nobody is let in.",
            "{path} is damaged or was changed by something else.",
            "Put a copy back; or delete it and give the tokens out again: kopilka token add, kopilka page pair.",
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
            "База данных повреждена.",
            "{path}: {problem}",
            "Базу кассы чинит запуск: kopilka run; базу центра возвращает копия: kopilka-hub restore.",
        ),
        en=(
            "The database is damaged.",
            "{path}: {problem}",
            "A till's heals by itself: kopilka run. A hub's comes back from a copy: kopilka-hub restore.",
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
