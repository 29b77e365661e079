// The left region: who stands at the till, or what to do to find out.

import { h } from "./dom.js";
import { day, figure, noun, points, time, word } from "./words.js";

export function whoView(state) {
  if (!state.paired) return pairForm(state);
  if (state.view === "enrol") return enrolForm(state);
  const current = state.current || {};
  if (current.ambiguous) return [h("p", { class: "note attention" }, word("ambiguous"))];
  return current.member ? member(state, current) : empty(state);
}

function empty(state) {
  const drawing = document.getElementById("drawing").content.cloneNode(true);
  return [
    h("div", { class: "empty" },
      drawing,
      h("p", {}, word("scan")),
      h("form", { class: "row", id: "typed", autocomplete: "off" },
        h("input", { id: "number", name: "number", inputmode: "numeric", maxlength: 40, "aria-label": word("number"), placeholder: word("or_type") })),
      notice(state)),
    presented(state.current),
  ];
}

function notice(state) {
  return state.notice && h("p", { class: `note ${state.notice.tone}`, role: "status" }, state.notice.text);
}

function member(state, current) {
  const who = current.member;
  const [currency, balance] = Object.entries(who.balance || {})[0] || [];
  return [
    h("p", { class: "name" }, who.name || (who.known ? word("guest") : word("new_card"))),
    h("p", { class: "card" }, who.card, who.tier && h("span", { class: "tier" }, who.tier_name || who.tier), from(current.member_from)),
    who.status === "blocked" && h("p", { class: "note stop" }, word("blocked")),
    who.status === "not_activated" && h("p", { class: "note attention" }, word("not_activated")),
    balance && h("div", { class: "points" },
      amount(balance.confirmed + balance.unsynced, currency, balance.as_of ? `${word("balance_at")} ${time(balance.as_of)}` : word("balance_here")),
      amount(balance.spendable_here, currency, word("spendable"))),
    balance && h("ul", { class: "facts" }, facts(balance, currency)),
    Object.entries(who.balance || {}).slice(1).map(([name, row]) =>
      h("p", { class: "card" }, points(row.spendable_here, name), " ", word("spendable"))),
    state.quote && (state.quote.hints || []).slice(0, 1).map((hint) => h("p", { class: "hint" }, hint.text)),
    !who.known && h("p", { class: "hint" }, word("new_card_note")),
    presented(current),
    notice(state),
  ];
}

function amount(count, currency, label) {
  return h("div", {}, h("b", {}, figure(count, currency), " ", h("small", {}, noun(count, currency))), h("span", {}, label));
}

function from(source) {
  if (!source || source.seconds === undefined || source.seconds < 5) return "";
  return ` · ${source.seconds} ${word("seconds_ago")}`;
}

function facts(balance, currency) {
  const rows = [];
  if (balance.unsynced) rows.push(h("li", {}, `${figure(balance.unsynced, currency)} ${word("unsynced")}`));
  for (const due of (balance.expiring || []).slice(0, 1)) rows.push(h("li", {}, `${figure(due.points, currency)} ${word("expire")} ${day(due.on)}`));
  for (const due of (balance.maturing || []).slice(0, 1)) rows.push(h("li", {}, `${figure(due.points, currency)} ${word("mature")} ${day(due.from)}`));
  if (balance.locked_elsewhere) rows.push(h("li", {}, `${figure(balance.locked_elsewhere, currency)} ${word("elsewhere")}`));
  if (balance.debt) rows.push(h("li", {}, `${word("debt")} ${points(balance.debt, currency)}`));
  return rows;
}

function presented(current) {
  const rows = [];
  for (const one of (current && current.coupons) || []) rows.push(h("li", {}, `${word("coupon")} ${one}`));
  for (const one of (current && current.certificates) || []) rows.push(h("li", {}, `${word("certificate")} ${one}`));
  return rows.length ? h("ul", { class: "facts" }, rows) : "";
}

function pairForm(state) {
  return [
    h("p", { class: "title" }, word("pair_title")),
    h("ol", { class: "steps" }, h("li", {}, word("pair_step1"), " ", h("code", {}, "kopilka page pair")), h("li", {}, word("pair_step2"))),
    h("form", { id: "typed", autocomplete: "off" },
      h("input", { id: "code", name: "code", inputmode: "numeric", maxlength: 20, "aria-label": word("code") })),
    notice(state),
  ];
}

function enrolForm(state) {
  return [
    h("h2", {}, word("enrol_title")),
    h("form", { id: "typed", autocomplete: "off" },
      h("label", { for: "enrol_card" }, word("enrol_card")),
      h("input", { id: "enrol_card", name: "card", inputmode: "numeric", maxlength: 80 }),
      h("label", { for: "enrol_phone" }, word("enrol_phone")),
      h("input", { id: "enrol_phone", name: "phone", inputmode: "tel", maxlength: 30 })),
    notice(state),
  ];
}
