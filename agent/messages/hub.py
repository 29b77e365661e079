"""What the hub refuses, to a till and to whoever runs it."""

from __future__ import annotations

from agent.messages.shape import both

CODES = {
    "push-refused": both(
        ru=(
            "Посылка кассы не принята.",
            "Она не сходится сама с собой: {cause}.",
            "Сообщите разработчику; записи на кассе целы.",
        ),
        en=(
            "The till's batch was refused.",
            "It contradicts itself: {cause}.",
            "Tell the developer; the till keeps its records.",
        ),
    ),
    "push-too-large": both(
        ru=("Посылка кассы слишком велика.", "Предел {limit}, пришло {found}.", "Разделите её."),
        en=("The till's batch is too large.", "The limit is {limit}, {found} came.", "Split it."),
    ),
    "no-hub-there": both(
        ru=(
            "Базы центра здесь нет: {path}",
            "Нужна папка данных кассы, в которой работал центр, папка копий или сам файл.",
            "Укажите её: kopilka-hub adopt ПАПКА",
        ),
        en=(
            "There is no hub's database here: {path}",
            "It takes the data folder of the till the hub was in, a folder of copies, or the file.",
            "Name it: kopilka-hub adopt FOLDER",
        ),
    ),
    "hub-exists": both(
        ru=(
            "На этом месте уже есть центр: {path}",
            "Два центра в один не складываются.",
            "Назовите другой файл: --database ФАЙЛ",
        ),
        en=("There is a hub already: {path}", "Two hubs do not add up to one.", "Name another file: --database FILE"),
    ),
    "not-a-hub": both(
        ru=(
            "Это не база центра: {path}",
            "В ней нет таблиц центра: это база кассы, другой программы или пустой файл.",
            "Назовите базу центра: --database ФАЙЛ; для restore - копию hub-....db.",
        ),
        en=(
            "This is no hub's database: {path}",
            "It has no tables of a hub: it is a till's, another program's, or an empty file.",
            "Name the hub's database: --database FILE; to restore, a copy: hub-....db.",
        ),
    ),
    "hub-adopted": both(
        ru=(
            "Этот центр уже переехал.",
            "Второй такой же разошёлся бы с первым. {path}",
            "На кассе укажите адрес нового центра: [hub] url",
        ),
        en=(
            "This hub has moved already.",
            "A second one would part from the first. {path}",
            "At the till give the new hub's address: [hub] url",
        ),
    ),
    "hub-other-keys": both(
        ru=(
            "База центра не от этой кассы: {path}",
            "Карты в ней названы другим ключом.",
            "Верните на место её прежнюю базу или ключи secrets.json из копии.",
        ),
        en=(
            "The hub's database is not this till's: {path}",
            "It names cards by another key.",
            "Put its former database back, or secrets.json from a backup.",
        ),
    ),
    "adopt-needs-file": both(
        ru=(
            "Перенести центр можно только в файл.",
            "На сервер PostgreSQL его пока не перенести.",
            "Назовите файл: --database ФАЙЛ",
        ),
        en=(
            "A hub can only move into a file.",
            "It cannot move to a PostgreSQL server yet.",
            "Name a file: --database FILE",
        ),
    ),
    "other-till": both(
        ru=("Касса говорит за другую.", "Подписано {till}, а записи {found}.", "Проверьте номер кассы в настройках."),
        en=(
            "A till speaks for another.",
            "Signed by {till}, records of {found}.",
            "Check the till's id in its configuration.",
        ),
    ),
    "fill-making": both(
        ru=(
            "Файл участников уже готовится.",
            "Другая команда или служба центра пишет в {folder}.",
            "Дождитесь её конца; новый файл касса увидит сама.",
        ),
        en=(
            "The file of members is being made already.",
            "Another command or the hub's service writes into {folder}.",
            "Wait for it; tills see the new file by themselves.",
        ),
    ),
    "till-unknown": both(
        ru=(
            "Такой кассы центр не знает: {till}",
            "Её не добавляли, или она ещё не показала ключ.",
            "kopilka-hub till add, затем kopilka enrol-till КОД",
        ),
        en=(
            "The hub knows no such till: {till}",
            "It was never added, or has shown no key yet.",
            "kopilka-hub till add, then kopilka enrol-till CODE",
        ),
    ),
    "till-revoked": both(
        ru=(
            "Касса отозвана: {till}",
            "Центр больше не принимает её; неотправленные записи остаются на кассе.",
            "Сотрите на ней данные участников; чтобы вернуть её: kopilka-hub till add",
        ),
        en=(
            "The till was revoked: {till}",
            "The hub takes nothing from it; what it has not sent stays on it.",
            "Wipe its member data; to bring it back: kopilka-hub till add",
        ),
    ),
    "signature-missing": both(
        ru=(
            "Запрос не подписан.",
            "Нет заголовков Kopilka-Till, -Time, -Nonce, -Signature.",
            "Подпишите запрос ключом кассы.",
        ),
        en=(
            "The request is not signed.",
            "Headers Kopilka-Till, -Time, -Nonce, -Signature are missing.",
            "Sign it with the till's key.",
        ),
    ),
    "signature-refused": both(
        ru=(
            "Подпись кассы не подошла.",
            "Ключ другой, или запрос изменён в пути.",
            "Зарегистрируйте кассу заново: kopilka enrol-till КОД",
        ),
        en=(
            "The till's signature does not fit.",
            "Another key, or the request was changed on its way.",
            "Enrol it again: kopilka enrol-till CODE",
        ),
    ),
    "clock-off": both(
        ru=(
            "Часы кассы расходятся с центром.",
            "Разница больше пяти минут.",
            "Касса поправит время запроса по этому ответу сама.",
        ),
        en=(
            "The till's clock is off.",
            "It differs from the hub's by more than five minutes.",
            "The till corrects its requests by this answer.",
        ),
    ),
    "request-repeated": both(
        ru=("Этот запрос уже был.", "Одноразовое число повторилось.", "Подпишите запрос заново и пришлите снова."),
        en=("This request was seen before.", "Its nonce is not new.", "Sign the request anew and send it again."),
    ),
    "rotate-refused": both(
        ru=("Ключ кассы {till} не сменён.", "Новый ключ не подписал смену.", "Повторите: kopilka rotate-key"),
        en=(
            "The key of till {till} was not changed.",
            "The new key has not signed for it.",
            "Again: kopilka rotate-key",
        ),
    ),
    "hub-busy": both(
        ru=("Центр занят.", "Посылок больше, чем он успевает принять.", "Касса повторит сама через {wait_s} с."),
        en=("The hub is busy.", "More pushes come than it can take.", "The till comes again in {wait_s} s."),
    ),
    "encoding-unknown": both(
        ru=("Сжатие не поддерживается: {encoding}", "Есть zstd, gzip и identity.", "Пришлите одним из них."),
        en=("Unknown content encoding: {encoding}", "There are zstd, gzip and identity.", "Send one of them."),
    ),
    "store-name-refused": both(
        ru=(
            "Такое название магазина не годится.",
            "Печатные знаки в одну строку, до {most}.",
            "Дайте название короче.",
        ),
        en=("This name of a store cannot be.", "Printable signs on one line, up to {most}.", "Give a shorter name."),
    ),
    "name-refused": both(
        ru=(
            "Такое имя не годится: {name}",
            "Латинские буквы, цифры, точка, дефис, подчёркивание; до 40 знаков.",
            "Дайте другое имя.",
        ),
        en=(
            "This name cannot be: {name}",
            "Latin letters, digits, dot, dash, underscore; up to 40 signs.",
            "Choose another name.",
        ),
    ),
    "programme-not-newer": both(
        ru=(
            "Программа не опубликована.",
            "Версия {version} не новее опубликованной {published}.",
            "Увеличьте version и опубликуйте снова.",
        ),
        en=(
            "The programme was not published.",
            "Version {version} is not above the published {published}.",
            "Raise version and publish again.",
        ),
    ),
    "import-refused": both(
        ru=(
            "Участники не загружены: {file}",
            "{count:ошибка|ошибки|ошибок}, они перечислены выше.",
            "Исправьте файл или добавьте --skip-bad.",
        ),
        en=(
            "Members were not imported: {file}",
            "{count:mistake|mistakes}, listed above.",
            "Mend the file, or add --skip-bad.",
        ),
    ),
    "member-not-found": both(
        ru=("Такого участника нет.", "Ни карта, ни телефон, ни номер не найдены.", "Проверьте написание."),
        en=("There is no such member.", "No card, phone or id like this was found.", "Check the spelling."),
    ),
    "lease-not-found": both(
        ru=(
            "Такого права на списание нет.",
            "Ничьё не начинается с {lease}, или оно закрыто.",
            "Посмотрите: kopilka-hub lease list",
        ),
        en=("There is no such lease.", "None begins with {lease}, or it is closed.", "kopilka-hub lease list"),
    ),
    "lease-ambiguous": both(
        ru=("Подходит не одно право на списание.", "Несколько начинаются с {lease}.", "Напишите номер длиннее."),
        en=("More than one lease fits.", "Several begin with {lease}.", "Give more letters of the id."),
    ),
    "till-not-awaited": both(
        ru=(
            "Эту кассу центр не ждёт: {till}",
            "Её нет среди ожидаемых, или её уже слышали.",
            "Посмотрите: kopilka-hub status",
        ),
        en=(
            "The hub does not wait for this till: {till}",
            "It is not awaited, or was heard.",
            "See: kopilka-hub status",
        ),
    ),
    "not-parked": both(
        ru=(
            "Такой записи в карантине нет.",
            "{till}/{inc}/{seq}: её там не было, или её уже закрыли.",
            "Посмотрите: kopilka-hub quarantine ls",
        ),
        en=(
            "No such record is in quarantine.",
            "{till}/{inc}/{seq}: it never was, or is settled.",
            "See: kopilka-hub quarantine ls",
        ),
    ),
    "not-a-record": both(
        ru=("Так запись не называют: {text}", "Нужно КАССА/ИНКАРНАЦИЯ/НОМЕР.", "Посмотрите: kopilka-hub quarantine ls"),
        en=("No record is named like this: {text}", "TILL/INCARNATION/SEQ is meant.", "See: kopilka-hub quarantine ls"),
    ),
    "hub-running": both(
        ru=("С этой базой работает центр.", "{path}, процесс {pid}.", "Остановите его и повторите."),
        en=("A hub runs on this database.", "{path}, process {pid}.", "Stop it and repeat."),
    ),
    "epoch-behind": both(
        ru=(
            "База центра старее, чем была.",
            "Её эпоха {found}, а {path} знает {known}.",
            "Верните копию командой: kopilka-hub restore; на сервере: kopilka-hub new-epoch",
        ),
        en=(
            "The hub's database is older than it was.",
            "Its epoch is {found}, {path} knows {known}.",
            "Put a copy back by: kopilka-hub restore; on a server: kopilka-hub new-epoch",
        ),
    ),
    "fleet-unreadable": both(
        ru=("Файл с эпохой и кассами не читается.", "{path}", "Замените его таким же из папки копий."),
        en=("The file of epoch and tills cannot be read.", "{path}", "Replace it by the one in the backup folder."),
    ),
    "other-hub": both(
        ru=(
            "Это копия другого центра.",
            "Её ключ не тот, что в файле с эпохой или в базе на месте.",
            "Возьмите копию этого центра.",
        ),
        en=(
            "This is another hub's copy.",
            "Its key is not that of the epoch's file or of the database in place.",
            "Take a copy of this hub.",
        ),
    ),
    "no-backup-folder": both(
        ru=("Некуда класть копию.", "В настройках нет [backup] folder.", "Назовите папку: kopilka-hub backup ПАПКА"),
        en=(
            "There is nowhere to put a copy.",
            "No [backup] folder is configured.",
            "Name one: kopilka-hub backup FOLDER",
        ),
    ),
    "server-keeps-copies": both(
        ru=(
            "База на сервере PostgreSQL.",
            "Копии делает и возвращает он сам (pg_basebackup).",
            "О копии скажите: kopilka-hub backed-up; после её возврата: kopilka-hub new-epoch",
        ),
        en=(
            "The database is on a PostgreSQL server.",
            "It makes and restores copies itself (pg_basebackup).",
            "Tell of a copy: kopilka-hub backed-up; after restoring one: kopilka-hub new-epoch",
        ),
    ),
    "copy-not-begun": both(
        ru=(
            "Такой метки копии здесь нет: {token}",
            "Копию не начинали, её уже подтвердили, или эта база старше метки.",
            "Начните новую копию: kopilka-hub backed-up begin",
        ),
        en=(
            "There is no such token of a copy here: {token}",
            "No copy was begun under it, it was confirmed already, or this database is older than it.",
            "Begin a new copy: kopilka-hub backed-up begin",
        ),
    ),
    "copy-of-other-epoch": both(
        ru=(
            "Копия {token} начата до восстановления центра.",
            "Её эпоха {began}, теперь {epoch}: под её номерами могут быть другие записи.",
            "Начните новую копию: kopilka-hub backed-up begin",
        ),
        en=(
            "Copy {token} was begun before the hub was restored.",
            "Its epoch is {began}, now it is {epoch}: other records may stand under its numbers.",
            "Begin a new copy: kopilka-hub backed-up begin",
        ),
    ),
    "hub-recovering": both(
        ru=(
            "Центр восстанавливается из копии.",
            "Кассы ещё не принесли всё, что было после неё.",
            "Кого он ждёт, говорит kopilka-hub status",
        ),
        en=(
            "The hub is recovering from a backup.",
            "Tills have not brought all that came after it.",
            "kopilka-hub status says for whom it waits",
        ),
    ),
    "members-are-one": both(
        ru=("Это уже один участник.", "Оба имени ведут к участнику {into}.", "Больше ничего делать не нужно."),
        en=("They are one member already.", "Both names lead to member {into}.", "There is nothing to do."),
    ),
    "family-refused": both(
        ru=(
            "Так семью не составить.",
            "{member} или {pot} уже в семье, объединён с другим, или это один участник.",
            "Посмотрите: kopilka-hub family list",
        ),
        en=(
            "No family can be made of these.",
            "{member} or {pot} is in a family already, was merged, or they are one.",
            "Look: kopilka-hub family list",
        ),
    ),
    "nothing-published": both(
        ru=(
            "Программа ещё не опубликована.",
            "В базе центра нет ни одной.",
            "Опубликуйте: kopilka-hub programme publish ФАЙЛ",
        ),
        en=(
            "No programme has been published.",
            "The hub's database holds none.",
            "Publish one: kopilka-hub programme publish FILE",
        ),
    ),
}
