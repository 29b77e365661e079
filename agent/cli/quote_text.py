"""A quote as people read it on a terminal."""

from __future__ import annotations

from typing import Any

from agent.loyalty.programme.values import Programme
from agent.loyalty.texts import Lang, Speaker

WORDS = {
    "ru": ("Итого", "Скидка", "Баллами", "К оплате", "Начислено", "Отказано", "Почему"),
    "en": ("Total", "Discount", "By points", "To pay", "Earned", "Refused", "Why"),
}


def shown(answer: dict[str, Any], programme: Programme, lang: Lang) -> str:
    """The answer of a quote as lines of text."""
    total, discount, redeemed, to_pay, earned, refused, why = WORDS[lang]
    speaker = Speaker(programme, lang)
    rows = []
    for line in answer["lines"]:
        rows.append(f"{line['n']:>3}  {speaker.money(line['amount']):>12}  {speaker.money(line['to_pay']):>12}")
        rows += [f"       {_why(each, speaker)}" for each in line["why"]]
    rows.append("")
    for word, key in ((total, "total"), (discount, "discount"), (redeemed, "redeemed"), (to_pay, "to_pay")):
        if answer[key] or key in ("total", "to_pay"):
            rows.append(f"{word}: {speaker.money(answer[key])}")
    for currency, gain in answer["earned"].items():
        since = f" ({gain['available_from']})" if "available_from" in gain else ""
        rows.append(f"{earned}: {speaker.points(gain['points'], currency)}{since}")
    rows += [f"{refused}: {each['what']}: {each['text']}" for each in answer["refused"]]
    rows += [each["text"] for each in answer["hints"]]
    if answer["trace"]:
        rows += ["", f"{why}:", *(f"  {each['offer']}: {each['text']}" for each in answer["trace"])]
    return "\n".join(rows)


def _why(why: dict[str, Any], speaker: Speaker) -> str:
    parts = [why["text"]]
    if "discount" in why:
        parts.append(f"−{speaker.money(why['discount'])}")
    if "redeemed" in why:
        parts.append(f"−{speaker.money(why['redeemed'])}")
    parts += [f"+{speaker.points(points, currency)}" for currency, points in why.get("earned", {}).items()]
    return "  ".join(parts)
