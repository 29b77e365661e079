"""The receipt's words."""

from __future__ import annotations

from agent.messages import Lang

WORDS: dict[str, dict[Lang, str]] = {
    "card": {"ru": "карта", "en": "card"},
    "discount": {"ru": "Скидка", "en": "Discount"},
    "spent": {"ru": "Списано", "en": "Spent"},
    "to-pay": {"ru": "К оплате", "en": "To pay"},
    "earned": {"ru": "Начислено", "en": "Earned"},
    "available-from": {"ru": "доступны с", "en": "to spend from"},
    "balance": {"ru": "Баланс", "en": "Balance"},
    "confirmed": {"ru": "подтверждён на", "en": "as of"},
    "of-them-from": {"ru": "из них доступны с", "en": "of them to spend from"},
    "expire-on": {"ru": "сгорят", "en": "expire on"},
    "debt": {"ru": "долг по возвратам", "en": "owed after returns"},
    "spendable-offline": {"ru": "без связи здесь можно списать", "en": "to spend offline at this till"},
    "would-earn": {"ru": "С картой вы получили бы", "en": "With a card you would have got"},
    "return": {"ru": "ВОЗВРАТ", "en": "RETURN"},
    "void": {"ru": "ОТМЕНА", "en": "VOID"},
    "money-back": {"ru": "К выдаче", "en": "Money back"},
    "restored": {"ru": "Возвращено", "en": "Restored"},
    "taken-back": {"ru": "Отменено начисление", "en": "Taken back"},
    "of-sale": {"ru": "по чеку", "en": "of sale"},
}


def say(word: str, lang: Lang) -> str:
    """One of the words above."""
    return WORDS[word][lang]
