// The cashier's page: one state, drawn whole after every change; events of the agent change it.

import { buttons, listenToKeys, lockedCurrency } from "./actions.js";
import { Problem, call, follow } from "./api.js";
import { band, headerStates, recent, unsent } from "./bars.js";
import { byId, h, show } from "./dom.js";
import { sideView } from "./side.js";
import { getLang, setCurrencies, setLang, setZone, time, word } from "./words.js";
import { whoView } from "./who.js";

const NOTICE_MS = 8000;
const STATUS_MS = 10000;

const state = {
  paired: true, gone: 0, view: "sale", status: null, current: null, quote: null, receipts: [], fresh: "", digits: 2,
  notice: null, lastCard: "",
};

function draw() {
  const now = state.status;
  show(byId("till"), now ? `${word("till")} ${now.till}${now.store_name ? ` · ${now.store_name}` : ""}` : "");
  show(byId("states"), headerStates(state));
  byId("clock").textContent = time(new Date().toISOString());
  const other = byId("lang");
  other.textContent = word("other_lang");
  other.setAttribute("aria-label", word("other_lang_name"));
  document.title = word("title");
  document.querySelector("h1").textContent = word("title");
  byId("actions").setAttribute("aria-label", word("actions"));
  byId("who").setAttribute("aria-label", word("who"));
  byId("recent").setAttribute("aria-label", word("last_receipts"));
  const told = band(state);
  byId("band").className = told ? told.tone : "";
  show(byId("band"), told ? told.parts : "");
  document.body.classList.toggle("gone", Boolean(state.gone));
  draftKept(() => show(byId("who"), whoView(state)));
  show(byId("side"), sideView(state));
  show(byId("actions"), buttons(state, todo));
  show(byId("recent"), recent(state));
  const waiting = unsent(state);
  byId("unsent").className = waiting.tone;
  byId("unsent").textContent = waiting.text;
}

// What a cashier is typing survives a redraw of its region.
function draftKept(redraw) {
  const kept = [...byId("who").querySelectorAll("input")].map((field) => [field.id, field.value, field === document.activeElement]);
  redraw();
  for (const [id, value, focused] of kept) {
    const field = byId(id);
    if (!field) continue;
    field.value = value;
    if (focused) field.focus();
  }
  const first = byId("who").querySelector("input");
  if (first && (document.activeElement === document.body || document.activeElement === null)) first.focus();
}

function typed(id) {
  const field = byId(id);
  const text = field ? field.value.trim() : "";
  return { text, empty: () => { if (field) field.value = ""; } };
}

let noticeTimer = 0;
function say(tone, text) {
  state.notice = { tone, text };
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { state.notice = null; draw(); }, NOTICE_MS);
  draw();
}

// A key pressed twice does a thing once; what goes wrong is said in the words the agent gave it.
const under_way = new Set();
async function doing(name, work) {
  if (under_way.has(name)) return;
  under_way.add(name);
  try {
    await work();
  } catch (error) {
    if (error instanceof Problem && error.status === 401) { state.paired = false; state.notice = null; draw(); }
    else say("attention", error instanceof Problem ? error.sentence : word("failed"));
  } finally {
    under_way.delete(name);
  }
}

const todo = {
  find: () => doing("find", async () => {
    const { text, empty } = typed("number");
    if (!text) return;
    const found = await call("POST", "/v1/scans", { data: text });
    empty();
    state.notice = null;
    if (found.kind === "payment") say("attention", word("payment_card"));
    await readCurrent();
  }),
  clear: () => doing("clear", async () => { setCurrent(await call("DELETE", "/v1/current")); state.quote = null; draw(); }),
  topUp: () => doing("top_up", async () => {
    const currency = lockedCurrency(state.current || {});
    if (!currency) return;
    say("calm", word("topping_up"));
    await call("POST", "/v1/current/top-up", { currency, points: "max" });
    await readCurrent();
    say("calm", word("topped_up"));
  }),
  reprint: () => doing("reprint", async () => {
    await call("POST", `/v1/receipts/${encodeURIComponent(state.receipts[0].receipt)}/reprint`, {});
    say("calm", word("reprinted"));
  }),
  openEnrol: () => {
    state.view = "enrol";
    state.notice = null;
    draw();
    const card = byId("enrol_card");
    card.value = state.lastCard;
    (state.lastCard ? byId("enrol_phone") : card).focus();
  },
  openStatus: () => { state.view = "status"; draw(); },
  back: () => { state.view = "sale"; state.notice = null; if (document.activeElement) document.activeElement.blur(); draw(); },
  enrol: () => doing("enrol", async () => {
    const card = typed("enrol_card").text, phone = typed("enrol_phone").text;
    const body = { id: `page-${Date.now()}-${Math.floor(Math.random() * 1e9)}` };
    if (card) body.card = card;
    if (phone) body.phone = phone;
    const made = await call("POST", "/v1/members", body);
    state.lastCard = "";
    state.view = "sale";
    await readCurrent();
    say("calm", `${word("enrolled")} ${made.card}`);
  }),
  pair: () => doing("pair", async () => {
    const { text, empty } = typed("code");
    if (!text) return;
    await call("POST", "/v1/page/pair", { code: text });
    empty();
    state.paired = true;
    state.notice = null;
    draw();
    stream.start();
  }),
};

// Of answers to the same question only the last asked counts, and none that an event has overtaken.
const turns = { current: 0, status: 0, receipts: 0 };
async function read(what, path, take) {
  const mine = ++turns[what];
  const value = await call("GET", path);
  if (turns[what] !== mine) return;
  take(value);
  draw();
}

function setCurrent(value) { turns.current += 1; state.current = value; }

const readCurrent = () => read("current", "/v1/current", (value) => { state.current = value; });
const readReceipts = () => read("receipts", "/v1/receipts?limit=5", (value) => { state.receipts = value; });
const readStatus = () => read("status", "/v1/status", (value) => {
  state.status = value;
  const programme = value.programme || {};
  setCurrencies(programme.currencies);
  setZone(programme.timezone);
  if (programme.digits !== undefined) state.digits = programme.digits;
});

async function readAll() {
  try {
    await Promise.all([readStatus(), readCurrent(), readReceipts()]);
  } catch (error) {
    if (error instanceof Problem && (error.status === 401 || error.status === 403)) { state.paired = false; draw(); }
  }
}

let statusTimer = 0;
function statusSoon() {
  clearTimeout(statusTimer);
  statusTimer = setTimeout(() => readStatus().catch(() => {}), 150);
}

const heard = {
  scan: (data) => {
    if (data.kind === "unknown") say("attention", word("unknown_code"));
    if (data.kind === "member") { state.notice = null; state.lastCard = data.id || data.data || ""; }
    const card = byId("enrol_card");
    if (card && state.lastCard) { card.value = state.lastCard; byId("enrol_phone").focus(); }
  },
  member: (data) => {
    if (data && "ambiguous" in data) {
      setCurrent(data);
      if (!data.member) state.quote = null;
      if (data.member && data.member.known) state.lastCard = "";
    } else readCurrent().catch(() => {});
  },
  quote: (data) => { state.quote = data; state.view = state.view === "status" ? "sale" : state.view; },
  sale: (data) => {
    state.quote = null;
    state.fresh = data.receipt || "";
    readCurrent().catch(() => {});
    readReceipts().catch(() => {});
    statusSoon();
  },
  receipt: () => { readReceipts().catch(() => {}); statusSoon(); },
  printer: (data) => device("printer", data),
  scanner: (data) => device("scanner", data),
  sync: (data) => {
    if (state.status && data.online !== undefined) state.status.line.online = data.online;
    statusSoon();
  },
  notice: (data) => {
    if (data.code === "payment-card") say("attention", word("payment_card"));
    else if (data.code === "not-a-card") say("attention", word("not_a_card"));
    else if (data.text) say("attention", data.text);
  },
};

function device(kind, data) {
  const rows = state.status && state.status.devices;
  const row = rows && rows.find((one) => one.device === data.device && one.kind === kind);
  if (row) Object.assign(row, data);
  statusSoon();
}

const stream = follow({
  event: (kind, data) => { if (heard[kind]) heard[kind](data); draw(); },
  fresh: readAll,
  gone: (since) => { state.gone = since; draw(); },
  back: () => { state.gone = 0; draw(); },
  refused: () => { state.paired = false; state.gone = 0; draw(); },
});

try { setLang(localStorage.getItem("lang") || (navigator.language || "ru").slice(0, 2)); } catch { setLang("ru"); }
byId("lang").addEventListener("click", () => {
  setLang(getLang() === "ru" ? "en" : "ru");
  try { localStorage.setItem("lang", getLang()); } catch { /* a browser that keeps nothing asks again */ }
  draw();
});
listenToKeys();
draw();
stream.start();
setInterval(draw, 15000);
setInterval(() => { if (state.paired && !state.gone) readStatus().catch(() => {}); }, STATUS_MS);
