"""Why the till did not do what it was asked to: one entry a refusal of the use-cases."""

from __future__ import annotations

from agent.messages.shape import both

_QUOTE_AGAIN = "Рассчитайте чек заново.", "Quote the basket again."

CODES = {
    "id-missing": both(
        ru=("У продажи нет номера.", "Поле id пустое.", "Пришлите номер, который больше не повторится."),
        en=("The sale has no id.", "The field id is missing.", "Send an id that is never used again."),
    ),
    "bad-moment": both(
        ru=("Время чека не прочитать.", "closed_at: {closed_at}", "Пишите так: 2026-11-22T10:15:00+03:00."),
        en=("The time of the sale cannot be read.", "closed_at: {closed_at}", "Write it as 2026-11-22T10:15:00+03:00."),
    ),
    "line-twice": both(
        ru=("Номер строки повторяется.", "Строка {line} есть дважды.", "Дайте каждой строке свой номер."),
        en=("A line number repeats.", "Line {line} is there twice.", "Give each line a number of its own."),
    ),
    "line-sum": both(
        ru=(
            "Строка не сходится.",
            "Строка {line}: сумма {amount:money} больше цены {price:money} на количество {quantity}.",
            "Исправьте сумму строки и пришлите снова.",
        ),
        en=(
            "A line does not add up.",
            "Line {line}: amount {amount:money} is above price {price:money} times {quantity}.",
            "Mend the line's amount and send it again.",
        ),
    ),
    "tenders-sum": both(
        ru=(
            "Оплата не сходится.",
            "Оплачено {paid:money}, к оплате {to_pay:money}.",
            "Исправьте оплаты и пришлите снова.",
        ),
        en=(
            "The payments do not add up.",
            "Paid {paid:money}, to pay {to_pay:money}.",
            "Mend the tenders and send them again.",
        ),
    ),
    "two-cards": both(
        ru=("Показаны две разные карты.", "Один чек - один участник.", "Спросите, чей чек, и отсканируйте одну карту."),
        en=(
            "Two different cards were shown.",
            "One receipt has one member.",
            "Ask whose it is, clear, and scan one card.",
        ),
    ),
    "scan-late": both(
        ru=("Карта показана к прошлому чеку.", "Тот чек уже проведён.", "Отсканируйте карту ещё раз."),
        en=("The card was shown for the receipt before.", "That one is done.", "Scan the card once more."),
    ),
    "too-much-shown": both(
        ru=(
            "Показано слишком много.",
            "К одному чеку не больше 20 карт и купонов.",
            "Очистите показанное и начните снова.",
        ),
        en=(
            "Too much was shown.",
            "One receipt takes at most 20 cards and coupons.",
            "Clear what is shown and begin anew.",
        ),
    ),
    "scan-or-phone": both(
        ru=("Нужен скан или телефон.", "Заполните одно поле: data или phone.", "Уберите лишнее поле."),
        en=("A scan or a phone is needed.", "Give one of the fields data and phone.", "Leave the other field out."),
    ),
    "payment-card": both(
        ru=("Это банковская карта, не карта клуба.", "Её номер нигде не сохранён.", "Попросите карту клуба."),
        en=("This is a bank card, not a club card.", "Its number was kept nowhere.", "Ask for the club card."),
    ),
    "not-a-card": both(
        ru=("Это не карта участника.", "Код не подходит ни под одно правило карт.", "Отсканируйте карту клуба."),
        en=("This is no member's card.", "The code fits no rule for cards.", "Scan a club card."),
    ),
    "not-a-phone": both(
        ru=("Это не номер телефона.", "В номере от 7 до 15 цифр.", "Введите номер с кодом страны."),
        en=("This is no phone number.", "A phone has 7 to 15 digits.", "Type it with the country's code."),
    ),
    "card-or-phone": both(
        ru=("Нужна карта или телефон.", "Участника ищут по одному из них.", "Отсканируйте карту или введите телефон."),
        en=("A card or a phone is needed.", "A member is found by one of them.", "Scan the card or type the phone."),
    ),
    "card-taken": both(
        ru=("Карта уже занята.", "{card} принадлежит участнику.", "Возьмите другую карту."),
        en=("The card is taken.", "{card} belongs to a member.", "Take another card."),
    ),
    "phone-taken": both(
        ru=("Телефон уже есть.", "На него записан участник.", "Найдите участника по телефону."),
        en=("The phone is known.", "A member has it.", "Find the member by phone."),
    ),
    "transfer-to-self": both(
        ru=("Себе баллы не передают.", "Обе карты одного участника.", "Возьмите карту получателя."),
        en=("Points are not given to oneself.", "Both cards are one member's.", "Take the receiver's card."),
    ),
    "member-blocked": both(
        ru=("Карта не может отдавать баллы.", "Она заблокирована или не активирована.", "Активируйте её в центре."),
        en=("This card cannot give points.", "It is blocked or not activated.", "Have it activated at the hub."),
    ),
    "quote-differs": both(
        ru=("Корзина изменилась.", "Строки не те, что в расчёте {quote}.", _QUOTE_AGAIN[0]),
        en=("The basket changed.", "The lines are not those of quote {quote}.", _QUOTE_AGAIN[1]),
    ),
    "quote-other-member": both(
        ru=("Расчёт сделан для другой карты.", "Карта не та, что в расчёте {quote}.", _QUOTE_AGAIN[0]),
        en=("The quote is for another card.", "The card is not that of quote {quote}.", _QUOTE_AGAIN[1]),
    ),
    "hold-other-quote": both(
        ru=("Бронь сделана для другого расчёта.", "Расчёт {quote} не тот, что в брони.", _QUOTE_AGAIN[0]),
        en=("The hold is of another quote.", "Quote {quote} is not the one that was held.", _QUOTE_AGAIN[1]),
    ),
    "hold-captured": both(
        ru=("Бронь уже использована.", "По ней записана продажа.", "Проверьте последние чеки."),
        en=("The hold is used.", "A sale was recorded by it.", "Look at the last receipts."),
    ),
    "hold-stale": both(
        ru=("Бронь устарела.", "Баллы снова свободны.", _QUOTE_AGAIN[0]),
        en=("The hold is stale.", "Its points are free again.", _QUOTE_AGAIN[1]),
    ),
    "hold-released": both(
        ru=("Бронь снята.", "Баллы снова свободны.", _QUOTE_AGAIN[0]),
        en=("The hold was released.", "Its points are free again.", _QUOTE_AGAIN[1]),
    ),
    "cannot-spend": both(
        ru=(
            "Столько баллов здесь не списать.",
            "Просят {asked}, можно {allowed}.",
            "Уменьшите списание и рассчитайте заново.",
        ),
        en=(
            "That many points cannot be spent here.",
            "{asked} asked, {allowed} can be spent.",
            "Lower the points and quote again.",
        ),
    ),
    "nobody-shown": both(
        ru=("Карта не показана.", "К этому чеку никто не назван.", "Отсканируйте карту и повторите."),
        en=("No card was shown.", "Nobody is named for this receipt.", "Scan a card and try again."),
    ),
    "currency-unknown": both(
        ru=("Таких баллов в программе нет.", "{currency}; есть: {known}", "Укажите одну из них."),
        en=("The programme has no such points.", "{currency}; there are: {known}", "Name one of them."),
    ),
    "top-up-nobody": both(
        ru=(
            "По этой карте списывать нельзя.",
            "Карта {card}: новая, заблокирована или объединена с другой.",
            "Продолжайте без списания.",
        ),
        en=("This card cannot spend.", "Card {card} is new, blocked, or merged into another.", "Go on without points."),
    ),
    "top-up-offline": both(
        ru=("Нет связи с центром.", "Здесь можно списать {allowed}.", "Спишите сколько есть или подождите связи."),
        en=(
            "The line to the centre is down.",
            "{allowed} can be spent here.",
            "Spend what there is, or wait for the line.",
        ),
    ),
    "top-up-no-answer": both(
        ru=("Центр не успел ответить.", "Здесь можно списать {allowed}.", "Спишите сколько есть или повторите запрос."),
        en=("The centre did not answer in time.", "{allowed} can be spent here.", "Spend what there is, or ask again."),
    ),
    "top-up-recovering": both(
        ru=(
            "Центр восстанавливается.",
            "Пока он собирает чеки всех касс, новых прав он не даёт. Здесь можно списать {allowed}.",
            "Спишите сколько есть; баллы покупателя целы.",
        ),
        en=(
            "The centre is recovering.",
            "It lends nothing until every till has reported. {allowed} can be spent here.",
            "Spend what there is; the customer's points are safe.",
        ),
    ),
    "top-up-elsewhere": both(
        ru=(
            "Часть баллов на другой кассе.",
            "Здесь можно списать {allowed}, ещё {elsewhere} на кассе {tills}: нет связи или там платят.",
            "Спишите сколько есть или повторите через минуту.",
        ),
        en=(
            "Part of the points is at another till.",
            "{allowed} can be spent here, {elsewhere} more are at till {tills}: off line, or in use.",
            "Spend what there is, or ask again in a minute.",
        ),
    ),
    "top-up-cut-off": both(
        ru=(
            "Часть баллов на кассе без связи.",
            "Здесь можно списать {allowed}, ещё {elsewhere} на кассе {tills}, без связи с {seen_at}.",
            "Спишите сколько есть; остальное вернётся, когда у той кассы будет связь.",
        ),
        en=(
            "Part of the points is at a till without a line.",
            "{allowed} can be spent here, {elsewhere} more are at till {tills}, off line since {seen_at}.",
            "Spend what there is; the rest comes back when that till has its line again.",
        ),
    ),
    "top-up-nothing": both(
        ru=("Столько баллов нет.", "Просят {asked}, можно {allowed}.", "Уменьшите списание."),
        en=("There are not that many points.", "{asked} asked, {allowed} can be spent.", "Lower the points."),
    ),
    "closed-too-long-ago": both(
        ru=("Чек закрыт слишком давно.", "{hours} ч назад.", "Проверьте часы кассы; старый чек проводит управляющий."),
        en=(
            "The sale was closed too long ago.",
            "{hours} h ago.",
            "Check the POS's clock; a manager enters old sales.",
        ),
    ),
    "closed-in-future": both(
        ru=("Чек из будущего.", "Часы расходятся на {hours} ч.", "Проверьте часы кассы."),
        en=("The sale is from the future.", "The clocks differ by {hours} h.", "Check the POS's clock."),
    ),
    "sale-made": both(
        ru=("Чек уже проведён.", "{id} записан как продажа.", "Отложить можно только открытый чек."),
        en=("The sale is made already.", "{id} was recorded as a sale.", "Only an open receipt can be parked."),
    ),
    "sale-voided": both(
        ru=("Продажа уже отменена.", "{id} отменён целиком.", "Возвращать больше нечего."),
        en=("The sale is voided.", "{id} was taken back whole.", "Nothing is left to return."),
    ),
    "return-no-such-line": both(
        ru=("Такой строки в чеке нет.", "Строка {line}.", "Проверьте номер строки."),
        en=("The sale has no such line.", "Line {line}.", "Check the line's number."),
    ),
    "return-nothing": both(
        ru=("Нечего возвращать.", "Количество или сумма равны нулю.", "Укажите, что вернули."),
        en=("Nothing to return.", "The quantity or sum is zero.", "Say what came back."),
    ),
    "return-more-than-sold": both(
        ru=("Столько вернуть нельзя.", "Строка {line}: осталось {left}.", "Уменьшите количество или сумму."),
        en=("That much cannot be returned.", "Line {line}: {left} is left.", "Lower the quantity or the sum."),
    ),
    "return-quantity-or-amount": both(
        ru=("Нужно количество или сумма.", "Строка {line}: укажите одно из двух.", "Уберите лишнее поле."),
        en=("A quantity or an amount is needed.", "Line {line}: give one of the two.", "Leave one of the fields out."),
    ),
    "return-bad-quantity": both(
        ru=("Количество не прочитать.", "Строка {line}.", "Пишите число, до трёх знаков после точки."),
        en=("The quantity cannot be read.", "Line {line}.", "Write a number of at most three places."),
    ),
    "no-printer": both(
        ru=("Принтера нет.", "В настройках не указан принтер чеков.", "Укажите [receipt] printer в настройках."),
        en=("There is no printer.", "No receipt printer is configured.", "Set [receipt] printer in the configuration."),
    ),
    "token-name-taken": both(
        ru=("Такое имя уже есть.", "Ключ «{name}» выдан раньше.", "Возьмите другое имя или отзовите прежний."),
        en=("The name is taken.", "A token {name} was given before.", "Take another name, or revoke the old one."),
    ),
    "too-many-tokens": both(
        ru=("Ключей слишком много.", "Не больше {limit}.", "Отзовите лишние: kopilka token revoke"),
        en=("Too many tokens.", "At most {limit}.", "Revoke some: kopilka token revoke"),
    ),
    "token-unknown": both(
        ru=("Такого ключа нет.", "Имя «{name}».", "Посмотрите список: kopilka token list"),
        en=("There is no such token.", "Name {name}.", "Look at the list: kopilka token list"),
    ),
    "code-mistyped": both(
        ru=("Код набран не так.", "В нём восемь цифр.", "Наберите его ещё раз."),
        en=("The code was mistyped.", "It has eight digits.", "Type it again."),
    ),
    "wrong-code": both(
        ru=("Код не подошёл.", "Он неверен или старше 10 минут.", "Возьмите новый: kopilka page pair"),
        en=("The code was not right.", "It is wrong or older than 10 minutes.", "Take a new one: kopilka page pair"),
    ),
}

CODES |= {
    "till-enrolled": both(
        ru=(
            "Касса уже подключена.",
            "{till} к {hub}.",
            "Чтобы подключить заново, отзовите её в центре и начните с пустой папки.",
        ),
        en=(
            "The till is enrolled already.",
            "{till} at {hub}.",
            "To enrol anew, revoke it at the hub and begin with an empty folder.",
        ),
    ),
    "till-running": both(
        ru=(
            "Касса уже работает с этими данными.",
            "{path} занята процессом {pid}.",
            "Остановите его (systemctl stop kopilka) и повторите.",
        ),
        en=(
            "A till is running on this data already.",
            "Process {pid} has {path}.",
            "Stop it (systemctl stop kopilka) and try again.",
        ),
    ),
    "till-has-sales": both(
        ru=(
            "На кассе уже есть записи.",
            "{count} в {path}.",
            "Подключайте новую кассу или начните с пустой папки данных.",
        ),
        en=(
            "This till has records of its own.",
            "{count} in {path}.",
            "Enrol a new till, or begin with an empty data folder.",
        ),
    ),
    "hub-address": both(
        ru=("Адрес центра не подходит.", "{problem}", "Укажите --hub https://адрес или [hub] url."),
        en=("The hub's address will not do.", "{problem}", "Give --hub https://address, or set [hub] url."),
    ),
    "code-refused": both(
        ru=("Центр не принял код.", "{problem}", "Возьмите новый: kopilka-hub till add"),
        en=("The hub refused the code.", "{problem}", "Take a new one: kopilka-hub till add"),
    ),
    "hub-untrusted": both(
        ru=(
            "Сертификат центра не подошёл.",
            "{url}: подписан другим центром сертификации, просрочен или выдан на другое имя.",
            "Проверьте [hub] ca и часы этой машины; если они верны, обновите сертификат центра.",
        ),
        en=(
            "The hub's certificate was not right.",
            "{url}: another authority signed it, it is out of date, or it is for another name.",
            "Check [hub] ca and this machine's clock; if both are right, renew the hub's certificate.",
        ),
    ),
    "hub-away": both(
        ru=("Центр не отвечает.", "{url}: {problem}", "Проверьте сеть и адрес и повторите."),
        en=("The hub does not answer.", "{url}: {problem}", "Check the network and the address, then try again."),
    ),
    "till-not-running": both(
        ru=("Касса не отвечает.", "{address}: {problem}", "Запустите службу: systemctl start kopilka"),
        en=("The till does not answer.", "{address}: {problem}", "Start the service: systemctl start kopilka"),
    ),
}
