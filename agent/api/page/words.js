// Words and figures in Russian and English. A code without words is never shown bare: `other` says where to look.

const THIN = "\u202f";

const WORDS = {
  ru: {
    title: "Копилка", till: "касса", other_lang: "EN", other_lang_name: "English",
    scan: "Отсканируйте карту", or_type: "или введите её номер", number: "Номер карты",
    find: "Найти карту", clear: "Убрать карту", enrol: "Новый участник", reprint: "Копия чека", top_up: "Собрать баллы", status: "Состояние", back: "Назад", close: "Готово",
    pair_title: "Страница ещё не связана с кассой", pair_step1: "На кассе выполните", pair_step2: "и введите код из восьми цифр:",
    pair: "Связать", code: "Код", guest: "Участник", new_card: "Новая карта",
    new_card_note: "Эта карта здесь впервые: баллы начислятся уже за этот чек.",
    ambiguous: "Показаны две разные карты. Спросите, чей чек, уберите карты и отсканируйте одну.",
    blocked: "Карта заблокирована: баллы не начисляются и не списываются.", not_activated: "Карта ещё не активирована: её включит центр.",
    spendable: "можно списать здесь", balance_at: "баланс на", balance_here: "баланс по этой кассе",
    expire: "сгорят", mature: "доступны с", unsynced: "из них ждут связи", elsewhere: "заняты на других кассах", debt: "долг",
    coupon: "Купон", certificate: "Сертификат", seconds_ago: "с назад",
    this_receipt: "Этот чек", last_receipt: "Последний чек", no_receipt: "Чеков ещё не было.", no_basket: "Ждём чек от кассовой программы.",
    line: "Позиция", discount: "Скидка", to_pay: "К оплате", will_earn: "Начислим", paid_by_points: "Баллами", hint: "Подсказка",
    recorded: "Продажа записана", returned: "Возврат записан", recent: "Последние:", without_card: "без карты", return: "возврат", void: "отмена",
    printed: "напечатан", to_print: "ждёт печати", unsent: "ждут связи", sent: "всё передано", line_ok: "связь", line_off: "нет связи", line_none: "без центра",
    offline: "Нет связи с центром", offline_since: "Нет связи с центром с", sells_on: "Продажи идут, баллы начисляются.",
    clock_untrusted: "Часы кассы не проверены: проверьте дату и время.",
    gone: "Копилка не отвечает с", gone_do: "Продавайте без карты. Запуск:",
    scanner: "сканер", printer: "принтер", devices: "Как всё работает", no_devices: "Устройства не настроены.",
    waiting: "Ждут печати", programme: "Программа", version: "Версия", unsent_records: "Ждут связи", members: "Участников на этой кассе", journal: "Запись журнала",
    enrol_title: "Новый участник", enrol_card: "Карта: отсканируйте или введите номер", enrol_phone: "Телефон (если даёт)", enrol_save: "Записать",
    enrolled: "Участник записан, карта", reprinted: "Копия отправлена на принтер.", topping_up: "Спрашиваем баллы у других касс…", topped_up: "Баллы теперь на этой кассе.", payment_card: "Это банковская карта, не карта клуба.",
    failed: "Не получилось.", ready: "работает", not_a_card: "Это не карта клуба.", unknown_code: "Код не распознан: это не карта клуба.",
    last_receipts: "Последние чеки", actions: "Действия", who: "Кто у кассы",
  },
  en: {
    title: "Kopilka", till: "till", other_lang: "RU", other_lang_name: "Русский",
    scan: "Scan the card", or_type: "or type its number", number: "Card number",
    find: "Find the card", clear: "Remove the card", enrol: "New member", reprint: "Copy of receipt", top_up: "Get the points", status: "State", back: "Back", close: "Done",
    pair_title: "This page is not paired with the till yet", pair_step1: "On the till run", pair_step2: "and type the code of eight digits:",
    pair: "Pair", code: "Code", guest: "Member", new_card: "New card",
    new_card_note: "This card is new here: it earns points from this receipt on.",
    ambiguous: "Two different cards were shown. Ask whose receipt it is, remove the cards and scan one.",
    blocked: "The card is blocked: no points are given or spent.", not_activated: "The card is not active yet: the centre turns it on.",
    spendable: "can be spent here", balance_at: "balance at", balance_here: "balance as this till knows it",
    expire: "expire", mature: "available from", unsynced: "of them wait for the line", elsewhere: "held at other tills", debt: "owed",
    coupon: "Coupon", certificate: "Certificate", seconds_ago: "s ago",
    this_receipt: "This receipt", last_receipt: "Last receipt", no_receipt: "No receipts yet.", no_basket: "Waiting for the POS's receipt.",
    line: "Position", discount: "Discount", to_pay: "To pay", will_earn: "Will earn", paid_by_points: "In points", hint: "Hint",
    recorded: "Sale recorded", returned: "Return recorded", recent: "Last:", without_card: "no card", return: "return", void: "void",
    printed: "printed", to_print: "waits to be printed", unsent: "wait for the line", sent: "all sent", line_ok: "line", line_off: "no line", line_none: "no centre",
    offline: "No line to the centre", offline_since: "No line to the centre since", sells_on: "Sales go on, points are given.",
    clock_untrusted: "The till's clock was not checked: look at date and time.",
    gone: "Kopilka has not answered since", gone_do: "Sell without cards. To start it:",
    scanner: "scanner", printer: "printer", devices: "How things stand", no_devices: "No devices are set up.",
    waiting: "Waiting to be printed", programme: "Programme", version: "Version", unsent_records: "Waiting for the line", members: "Members known here", journal: "Journal record",
    enrol_title: "New member", enrol_card: "Card: scan it or type its number", enrol_phone: "Phone (if given)", enrol_save: "Enrol",
    enrolled: "Member enrolled, card", reprinted: "The copy was sent to the printer.", topping_up: "Asking the other tills for the points…", topped_up: "The points are at this till now.", payment_card: "This is a bank card, not a club card.",
    failed: "That did not work.", ready: "works", not_a_card: "This is not a club card.", unknown_code: "Nobody knows this code: it is not a club card.",
    last_receipts: "Last receipts", actions: "Actions", who: "Who is at the till",
  },
};

// By kind of device and cause: what is wrong, what to do. Tone: stop where nothing comes out, attention where it still does.
const CAUSES = {
  scanner: {
    gone: ["сканер отключён", "Проверьте кабель.", "scanner unplugged", "Check its cable."],
    busy: ["сканер занят", "Закройте другую программу, которая его держит.", "scanner busy", "Close the program that holds it."],
    denied: ["нет доступа к сканеру", "Нужны права на порт: группа kopilka.", "no access to the scanner", "The port needs the group kopilka."],
    other: ["сбой сканера", "Переподключите кабель.", "scanner trouble", "Unplug it and plug it in again."],
  },
  printer: {
    paper_low: ["мало бумаги", "Приготовьте рулон.", "paper low", "Have a roll at hand."],
    paper_out: ["нет бумаги", "Вставьте рулон, чек допечатается сам.", "no paper", "Put a roll in, the receipt prints by itself."],
    cover_open: ["открыта крышка", "Закройте её, чек допечатается сам.", "cover open", "Close it, the receipt prints by itself."],
    gone: ["отключён", "Проверьте кабель и питание.", "unplugged", "Check cable and power."],
    silent: ["не отвечает", "Проверьте, включён ли он.", "does not answer", "See whether it is switched on."],
    timed_out: ["не отвечает", "Проверьте, включён ли он и есть ли сеть.", "does not answer", "See whether it is on and the network works."],
    busy: ["занят", "Закройте другую программу, которая его держит.", "busy", "Close the program that holds it."],
    denied: ["нет доступа", "Нужны права на порт: группа kopilka.", "no access", "The port needs the group kopilka."],
    no_ack: ["не подтвердил печать", "Посмотрите, вышел ли чек; копия будет помечена.", "did not confirm", "Look whether the receipt came out; a copy is marked."],
    printer_offline: ["не готов", "Нажмите на нём кнопку готовности.", "off line", "Press its on-line button."],
    other: ["ошибка принтера", "Выключите и включите его.", "printer trouble", "Switch it off and on."],
  },
};

let lang = "ru";

export function setLang(next) { lang = next === "en" ? "en" : "ru"; document.documentElement.lang = lang; }
export function getLang() { return lang; }
export function word(key) { return WORDS[lang][key] || key; }

export function cause(kind, code) {
  const table = CAUSES[kind] || CAUSES.printer;
  const row = table[code] || table.other;
  return lang === "ru" ? { what: row[0], remedy: row[1] } : { what: row[2], remedy: row[3] };
}

export function plural(count, forms) {
  const n = Math.abs(count);
  const last = forms.length - 1;
  if (lang === "en") return n === 1 ? forms[0] : forms[last];
  if (n % 1) return forms[Math.min(1, last)];
  const tens = n % 100, ones = n % 10;
  if (ones === 1 && tens !== 11) return forms[0];
  return ones >= 2 && ones <= 4 && (tens < 12 || tens > 14) ? forms[Math.min(1, last)] : forms[last];
}

function grouped(whole) { return whole.replace(/\B(?=(\d{3})+$)/g, lang === "ru" ? THIN : ","); }

export function money(minor, digits = 2) {
  const sign = minor < 0 ? "\u2212" : "";
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const whole = grouped(text.slice(0, text.length - digits));
  return sign + whole + (digits ? (lang === "ru" ? "," : ".") + text.slice(-digits) : "");
}

// Currencies of the programme as the status tells them: {id: {scale, names: {ru: [...], en: [...]}}}.
let currencies = {};
export function setCurrencies(rows) { currencies = {}; for (const row of rows || []) currencies[row.id] = row; }

export function figure(count, currency) {
  const scale = (currencies[currency] || {}).scale || 0;
  const text = String(Math.abs(count)).padStart(scale + 1, "0");
  const part = scale ? text.slice(-scale).replace(/0+$/, "") : "";
  return (count < 0 ? "\u2212" : "") + grouped(text.slice(0, text.length - scale)) + (part ? (lang === "ru" ? "," : ".") + part : "");
}

export function noun(count, currency) {
  const row = currencies[currency] || {};
  const own = row.names && row.names[lang];
  const forms = own && own.length ? own : lang === "ru" ? ["балл", "балла", "баллов"] : ["point", "points"];
  return plural(count / 10 ** (row.scale || 0), forms);
}

export function points(count, currency) { return `${figure(count, currency)} ${noun(count, currency)}`; }

let zone;

// The shop's own time, as on its receipts, wherever the browser thinks it stands.
export function setZone(name) { zone = name; }

export function time(iso) {
  const at = new Date(iso);
  if (isNaN(at)) return "";
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  try {
    return at.toLocaleTimeString("en-GB", { ...options, timeZone: zone });
  } catch {
    return at.toLocaleTimeString("en-GB", options);
  }
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function day(iso) {
  return lang === "ru" ? `${iso.slice(8, 10)}.${iso.slice(5, 7)}` : `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1]}`;
}
