"""What a sale, a return or a member can meet."""

from __future__ import annotations

from agent.messages.shape import both

CODES = {
    "id-reused": both(
        ru=(
            "Этот номер уже занят другой операцией.",
            "{id} записан {at} с другим содержанием.",
            "Возьмите новый номер, прежний не повторяйте.",
        ),
        en=(
            "This id already belongs to something else.",
            "{id} was recorded at {at} with other content.",
            "Take a new id, do not repeat the old one.",
        ),
    ),
    "sale-mismatch": both(
        ru=("Чек не сходится.", "{path}: {problem}", "Исправьте суммы и пришлите снова."),
        en=("The sale does not add up.", "{path}: {problem}", "Mend the amounts and send it again."),
    ),
    "sale-pruned": both(
        ru=(
            "Касса уже не хранит эту продажу.",
            "{id} проведена {at}; записи старше 90 дней лежат в центре.",
            "Верните деньги по правилам магазина; баллы поправит центр.",
        ),
        en=(
            "The till no longer keeps this sale.",
            "{id} was made {at}; records older than 90 days are at the centre.",
            "Give the money back by the shop's rules; the centre corrects the points.",
        ),
    ),
    "sale-unknown": both(
        ru=(
            "Такой продажи нет.",
            "{id} на этой кассе не записан.",
            "Проверьте номер чека; чек другой кассы ищите там.",
        ),
        en=(
            "There is no such sale.",
            "{id} was not recorded at this till.",
            "Check the number; another till's sale is kept there.",
        ),
    ),
    "member-unknown": both(
        ru=("Такого участника нет.", "Карта или телефон не найдены.", "Проверьте карту или заведите участника."),
        en=("There is no such member.", "The card or phone was not found.", "Check the card, or enrol the member."),
    ),
    "quote-unknown": both(
        ru=("Расчёт не найден.", "{id} не делали или он старше 15 минут.", "Рассчитайте чек заново."),
        en=("The quote was not found.", "{id} was never made or is older than 15 minutes.", "Quote the basket again."),
    ),
    "hold-unknown": both(
        ru=("Брони нет.", "{id} не делали, сняли или уже использовали.", "Рассчитайте и забронируйте заново."),
        en=("There is no such hold.", "{id} was never made, was released, or is used.", "Quote and hold again."),
    ),
    "returned-too-much": both(
        ru=(
            "Вернуть столько нельзя.",
            "{path}: продано {sold}, уже вернули {returned}.",
            "Уменьшите количество или сумму.",
        ),
        en=(
            "That much cannot be returned.",
            "{path}: {sold} sold, {returned} returned already.",
            "Lower the quantity or the sum.",
        ),
    ),
    "not-enough-points": both(
        ru=(
            "Столько баллов здесь не списать.",
            "Просят {asked}, можно {granted}.",
            "Уменьшите списание и рассчитайте заново.",
        ),
        en=(
            "That many points cannot be spent here.",
            "{asked} asked, {granted} can be spent.",
            "Lower the points and quote again.",
        ),
    ),
    "receipt-unknown": both(
        ru=("Такого чека нет.", "{id} здесь не печатали.", "Проверьте номер в журнале: kopilka journal"),
        en=(
            "There is no such receipt.",
            "{id} was not printed here.",
            "Check the number in the journal: kopilka journal",
        ),
    ),
}
