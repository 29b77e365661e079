// What can be done now, as buttons with their keys. Only what works is shown; the next step is the one big button, on Enter.

import { byId, h } from "./dom.js";
import { word } from "./words.js";

export function buttons(state, todo) {
  if (!state.paired) return [main("pair", todo.pair)];
  if (state.view === "enrol") return [button("Esc", "back", todo.back), main("enrol_save", todo.enrol)];
  if (state.view === "status") return [button("Esc", "back", todo.back), main("close", todo.back)];
  const shown = [button("F3", "enrol", todo.openEnrol)];
  if ((state.receipts || []).length && printers(state)) shown.push(button("F4", "reprint", todo.reprint));
  shown.push(button("F9", "status", todo.openStatus));
  const current = state.current || {};
  if (lockedCurrency(current)) shown.push(button("F6", "top_up", todo.topUp));
  if (current.member || current.ambiguous || (current.coupons || []).length) shown.push(button("Esc", "clear", todo.clear));
  else shown.push(main("find", todo.find));
  return shown;
}

// The currency of which the customer has points at another till, if any: the hub can ask for them back.
export function lockedCurrency(current) {
  const balance = (current.member || {}).balance || {};
  return Object.keys(balance).find((name) => balance[name].locked_elsewhere > 0);
}

function printers(state) { return ((state.status || {}).devices || []).some((device) => device.kind === "printer"); }

function button(key, name, act) { return h("button", { type: "button", "data-key": key, onclick: act }, h("kbd", {}, key), word(name)); }

function main(name, act) { return h("button", { type: "button", class: "main", "data-key": "Enter", onclick: act }, h("kbd", {}, "Enter"), word(name)); }

// Keys press the button that names them; digits go to the field wherever the focus is, as a wedge scanner types them.
export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key === "Escape" ? "Esc" : event.key;
    const pressed = document.querySelector(`nav button[data-key="${CSS.escape(key)}"]`);
    const onButton = event.target instanceof HTMLButtonElement && key === "Enter";
    if (pressed && !onButton) {
      event.preventDefault();
      pressed.click();
      return;
    }
    const field = byId("number") || byId("code");
    if (field && /^\d$/.test(key) && !(event.target instanceof HTMLInputElement)) {
      event.preventDefault();
      field.focus();
      field.value += key;
    }
  });
  document.addEventListener("submit", (event) => event.preventDefault());
}
