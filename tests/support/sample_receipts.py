"""Receipts to print in tests: the one of the design, and one with a bit of everything."""

from __future__ import annotations

from drivers.shapes import Barcode, Cut, Document, Feed, Pair, Qr, Rule, Text


def design_receipt_ru() -> Document:
    return Document(
        (
            Rule(),
            Pair("КОПИЛКА «СОСЕДИ»", "карта *4471 Золотой"),
            Pair("Списано 150 баллов", "-150,00"),
            Pair("Начислено", "57 баллов"),
            Pair("5 % от 1\u202f149,00", "доступны с 06.12", indent=2),
            Pair("Баланс (подтверждён на 09:58)", "247 баллов", bold=True),
            Pair("сгорят 31.12", "120 баллов", indent=2),
            Pair("До статуса «Платина»", "3\u202f850,00"),
            Rule(light=True),
            Text("Вторник: двойные баллы на всю выпечку"),
            Qr("https://sosedi.example/m/7f3a1c", caption="ваш кабинет"),
            Text("№ 812 · 7f3a1c", align="right"),
            Rule(),
            Cut(),
        )
    )


def design_receipt_en() -> Document:
    return Document(
        (
            Rule(),
            Pair("KOPILKA “NEIGHBOURS”", "card *4471 Gold"),
            Pair("Spent 150 points", "-150.00"),
            Pair("Earned", "57 points"),
            Pair("5 % of 1\u202f149.00", "available from 6 Dec", indent=2),
            Pair("Balance (confirmed at 09:58)", "247 points", bold=True),
            Pair("expire on 31 Dec", "120 points", indent=2),
            Pair("To “Platinum”", "3\u202f850.00 ₽"),
            Rule(light=True),
            Text("Tuesday: double points on all pastry"),
            Qr("https://sosedi.example/m/7f3a1c", caption="your account"),
            Text("No. 812 · 7f3a1c", align="right"),
            Rule(),
            Cut(),
        ),
        lang="en",
    )


def everything() -> Document:
    return Document(
        (
            Text("Әлия Құрманғазы", bold=True),
            Text("ИТОГО", double=True, align="center"),
            Pair("Скидка", "-10,50 ₽"),
            Barcode("4600494694325", "ean13"),
            Barcode("KP-2026-11", "code128", caption="купон -10 %"),
            Feed(2),
            Qr("KS1.0a1b2c3d", module_dots=6),
            Cut(),
        )
    )
