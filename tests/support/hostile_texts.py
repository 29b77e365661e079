"""Texts that people and hubs may send and no printer may obey."""

from __future__ import annotations

HOSTILE_TEXTS: tuple[str, ...] = (
    "\x1bp\x00\x19\xfa",  # ESC p: drawer kick
    "Анна\x1bp\x00\x19\xfaС.",
    "\x10\x14\x01\x00\x05",  # DLE DC4: kick in real time
    "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08",  # DLE DC4: clear the buffer
    "\x10\x04\x01 \x10\x04\x02",  # DLE EOT
    "\x10\x05\x02",  # DLE ENQ
    "\x1dV\x00",  # GS V: cut
    "\x1dVB\x00",
    "\x1b@reset",
    "\x1b=\x02peripheral off",
    "\x1c.\x1c&kanji",
    "\x1dv0\x00\x48\x00\xff\xff",  # an endless raster
    "\x1d(k\xff\xff1P0",  # an endless QR
    "\x1dk\x49\xff{B",
    "\x1d(H\x06\x0000AAAA",  # an acknowledgement asked for by a name
    "\x1d(D\x05\x00\x14\x01\x01\x02\x01",
    "\x1dr\x01\x1da\x00",
    "\x1b{\x01upside down",
    "\x00" * 300,
    "\x7f\x7f\x7f",
    "".join(map(chr, range(0x20))),
    "".join(map(chr, range(0x7F, 0xA0))),
    "\u202egnp.exe\u202c",
    "\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    "а\u200bб\u200cв\u200dг\ufeffд\u2060е\u00adж",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324a\u0301\u0302\u0303\u0304\u0305lgo" * 20,
    "\u0301\u0301\u0301 marks alone",
    "\ud800 lone \udfff",
    "\udc1b\udc70",
    "line\r\none\ntwo\ttab\vvt\fff\x85nel\u2028ls\u2029ps",
    "Ж" * 5000,
    "слово " * 2000,
    "W" * 999,
    "ﷺ" * 40,
    "Әлия Құрманғазы",
    "سلام عليكم",
    "山田太郎 ＡＢＣ",
    "👩‍👩‍👧‍👦 😀🏳️‍🌈",
    "José Ñandú Çelik",
    "«Ёлки» — № 5 … 10 ₽\u202f\u00a0и €",
    "\ue000\uf8ff private \uffff\U0010ffff",
    "\u3164\u115f\u2800",
    "%s {0} ${x} $(reboot) `x` ';--<b>",
    "",
    " ",
    "КОПИЯ",
    "    отступ    ",
)
