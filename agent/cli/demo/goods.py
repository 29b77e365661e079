"""What the demo's shop sells, and who comes in."""

from __future__ import annotations

ANNA = "2811111111114"
BORIS = "2812345678909"
NOBODY = "2899999999994"
BANK_CARD = "4111111111111111"

MEMBERS = f"""card,name,tier,birthday,points,phone
{ANNA},Анна С.,gold,05-17,340,+79161234567
{BORIS},Борис К.,,11-24,120,+79167654321
"""

COFFEE = {
    "sku": "4600494694325",
    "name": "Кофе зерно 1 кг",
    "groups": ["coffee"],
    "brand": "Nord",
    "price": 129900,
    "tax_rate": "22",
}
MILK = {"sku": "4607025392089", "name": "Молоко 1 л", "groups": ["dairy"], "price": 9900, "tax_rate": "10"}
BREAD = {"sku": "4601234567893", "name": "Хлеб ржаной", "groups": ["bakery"], "price": 6450, "tax_rate": "10"}
CHEESE = {
    "sku": "2001234000008",
    "name": "Сыр Гауда",
    "groups": ["dairy"],
    "price": 89900,
    "quantity": "0.412",
    "tax_rate": "10",
}


def basket(*goods: dict[str, object]) -> list[dict[str, object]]:
    """Lines of a basket, numbered, each with its amount as a POS rounds it."""
    lines = []
    for n, good in enumerate(goods, 1):
        quantity = str(good.get("quantity", "1"))
        whole, _, part = quantity.partition(".")
        thousandths = int(whole) * 1000 + int((part + "000")[:3])
        amount = (int(str(good["price"])) * thousandths + 500) // 1000
        lines.append({**good, "n": n, "quantity": quantity, "amount": amount})
    return lines
