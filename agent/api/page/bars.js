// The strips around: header with till, line, devices and clock; the band with what concerns everybody; the last receipts.

import { h } from "./dom.js";
import { SHAPES, deviceTone, deviceWords } from "./side.js";
import { figure, money, time, word } from "./words.js";

export function headerStates(state) {
  const now = state.status;
  if (!now || !state.paired) return [];
  const line = now.line || {};
  const tone = !line.configured ? "calm" : line.online ? "calm" : "attention";
  const label = !line.configured ? word("line_none") : line.online ? word("line_ok") : word("line_off");
  const rows = [h("li", { class: tone }, `${SHAPES[tone]} ${label}`)];
  for (const kind of ["scanner", "printer"]) {
    const devices = (now.devices || []).filter((device) => device.kind === kind);
    if (!devices.length) continue;
    const worst = devices.reduce((a, b) => (rank(b) > rank(a) ? b : a));
    const is = deviceTone(worst), told = deviceWords(worst);
    // What a cause says of itself names the device already where it would read twice.
    const text = is === "calm" ? word(kind) : told.what.startsWith(word(kind)) ? told.what : `${word(kind)}: ${told.what}`;
    rows.push(h("li", { class: is }, `${SHAPES[is]} ${text}`));
  }
  return rows;
}

function rank(device) { return { calm: 0, attention: 1, stop: 2 }[deviceTone(device)]; }

// One sentence at most, the worst first.
export function band(state) {
  if (state.gone) return { tone: "stop", parts: [`${word("gone")} ${time(state.gone)}. ${word("gone_do")} `, h("code", {}, "sudo systemctl start kopilka")] };
  const now = state.status;
  if (!now || !state.paired) return null;
  const broken = (now.devices || []).filter((device) => deviceTone(device) === "stop").map((device) => ({ device, told: deviceWords(device) }))[0];
  if (broken) {
    const kind = word(broken.device.kind);
    const what = broken.told.what.startsWith(kind) ? broken.told.what : `${kind}: ${broken.told.what}`;
    return { tone: "attention", parts: [`${what[0].toUpperCase()}${what.slice(1)}. ${broken.told.remedy}`] };
  }
  if (now.clock && now.clock.trusted === false) return { tone: "attention", parts: [word("clock_untrusted")] };
  const line = now.line || {};
  if (line.configured && !line.online) {
    return { tone: "calm", parts: [line.since ? `${word("offline_since")} ${time(line.since)}. ` : `${word("offline")}. `, word("sells_on")] };
  }
  return null;
}

export function recent(state) {
  if (!state.paired) return [];
  const rows = (state.receipts || []).slice(0, 4).map((row) => h("li", {}, told(row, state.digits)));
  return rows.length ? [h("li", {}, word("recent")), rows] : [];
}

// Only what the printer itself said, or what still waits: a receipt handed over without a word is not called printed.
const PAPER = {
  printed: "printed", queued: "to_print", prepared: "to_print", sending: "to_print", sent: "to_print", waiting: "to_print",
  paused: "to_print", uncertain: "to_print",
};

function told(row, digits) {
  const [currency, earned] = Object.entries(row.earned || {})[0] || [];
  const sale = row.kind === "sale";
  const sum = sale ? money(row.to_pay || 0, digits) : money(row.money_back || 0, digits);
  const tail = !row.member ? ` ${word("without_card")}` : earned ? ` +${figure(earned, currency)}` : "";
  const paper = PAPER[row.print] ? ` ${word(PAPER[row.print])}` : "";
  return `${time(row.printed_at)} ${sale ? "" : `${word(row.kind === "void" ? "void" : "return")} `}${sum}${tail}${paper}`;
}

export function unsent(state) {
  const count = ((state.status || {}).queue || {}).unsent || 0;
  const line = (state.status || {}).line || {};
  if (!state.paired || !line.configured) return { text: "", tone: "" };
  return count ? { text: `${figure(count)} ${word("unsent")}`, tone: line.online ? "calm" : "attention" } : { text: word("sent"), tone: "calm" };
}
