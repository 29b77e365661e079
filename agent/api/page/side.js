// The right region: this receipt while the POS works on one, else the last one as it was printed; or how things stand.

import { h } from "./dom.js";
import { cause, day, figure, money, points, time, word } from "./words.js";

export function sideView(state) {
  if (!state.paired) return [];
  if (state.view === "status") return status(state.status || {});
  if (state.quote) return basket(state.quote, state.digits);
  return lastReceipt(state);
}

function pair(left, right, kind) { return h("div", { class: `pair ${kind || ""}` }, h("span", {}, left), h("span", {}, right)); }

function basket(quote, digits) {
  const names = quote.names || {};
  const rows = (quote.lines || []).map((line) => [
    pair(names[line.n] || `${word("line")} ${line.n}`, money(line.amount, digits)),
    (line.why || []).filter((why) => why.discount || why.redeemed).map((why) => pair(why.text, money(-(why.discount || 0) - (why.redeemed || 0), digits), "why")),
  ]);
  const earned = Object.entries(quote.earned || {}).filter(([, row]) => row.points);
  const whys = new Set((quote.lines || []).flatMap((line) => (line.why || []).filter((why) => why.earned).map((why) => why.text)));
  return [
    h("h2", {}, word("this_receipt")),
    h("div", { class: "lines", tabindex: "0", role: "region", "aria-label": word("this_receipt") }, rows),
    pair(word("to_pay"), money(quote.to_pay, digits), "total"),
    earned.map(([currency, row]) => pair(`${word("will_earn")}: ${[...whys].slice(0, 2).join(", ")}`, points(row.points, currency), "earned")),
    earned.filter(([, row]) => row.available_from).map(([currency, row]) => pair(`${word("mature")} ${day(row.available_from)}`, "", "why")),
  ];
}

function lastReceipt(state) {
  const last = (state.receipts || [])[0];
  if (!last) return [h("h2", {}, word("last_receipt")), h("p", { class: "card" }, word("no_receipt"))];
  const title = state.fresh === last.receipt ? word(last.kind === "sale" ? "recorded" : "returned") : word("last_receipt");
  return [
    h("h2", {}, title, ` · ${time(last.printed_at)}`),
    h("div", { class: "paper", tabindex: "0", role: "region", "aria-label": title },
      h("img", { src: `/v1/receipts/${encodeURIComponent(last.receipt)}.png`, alt: `${title}: ${money(last.to_pay || last.money_back || 0, state.digits)}` })),
  ];
}

const TONES = { ready: "calm", waiting: "stop", absent: "stop", degraded: "attention" };
export const SHAPES = { calm: "\u25CF", attention: "\u25B2", stop: "\u25A0" };

export function deviceTone(device) { return device.state === "ready" && device.cause ? "attention" : TONES[device.state] || "attention"; }

export function deviceWords(device) {
  if (device.state === "ready" && !device.cause) return { what: word("ready"), remedy: "" };
  const told = cause(device.kind, device.cause);
  const holder = device.numbers && device.numbers.holder;
  return holder ? { what: `${told.what}: ${holder}`, remedy: told.remedy } : told;
}

function status(now) {
  const devices = (now.devices || []).map((device) => {
    const tone = deviceTone(device), told = deviceWords(device);
    return h("li", {}, `${word(device.kind)} ${device.device} `, h("span", { class: tone }, `${SHAPES[tone]} ${told.what}`), told.remedy && h("p", {}, told.remedy));
  });
  const programme = now.programme || {};
  return [
    h("h2", {}, word("devices")),
    h("ul", { class: "devices lines", tabindex: "0", "aria-label": word("devices") },
      devices.length ? devices : h("li", {}, word("no_devices")),
      h("li", {}, pair(word("waiting"), String((now.printing || {}).waiting || 0))),
      h("li", {}, pair(word("unsent_records"), String((now.queue || {}).unsent || 0))),
      h("li", {}, pair(word("members"), figure(now.members || 0))),
      h("li", {}, pair(word("programme"), `${programme.id || ""} ${programme.version || ""}`)),
      h("li", {}, pair(word("version"), now.version || ""))),
  ];
}
