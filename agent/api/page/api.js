// Calls to the agent, and its stream of events. The page's token is a cookie that no script can read.

import { getLang } from "./words.js";

const BEAT_MS = 1900;

export class Problem extends Error {
  constructor(status, body) {
    super(body.title || `${status}`);
    this.status = status;
    this.code = (body.type || "").replace("urn:kopilka:problem:", "");
    this.body = body;
  }
  get sentence() { return [this.body.title, this.body.detail, this.body.next_step].filter(Boolean).join(" "); }
}

export async function call(method, path, body) {
  const headers = { "Accept-Language": getLang() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const reply = await fetch(path, {
    method, headers, credentials: "same-origin", cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await reply.text();
  const value = text ? JSON.parse(text) : null;
  if (!reply.ok) throw new Problem(reply.status, value || {});
  return value;
}

// Follows /v1/events. `on.event(kind, data)`, `on.fresh()` when the whole state must be read anew, `on.gone(since)` and
// `on.back()` when the agent falls silent and speaks again, `on.refused()` when the cookie is not accepted.
export function follow(on) {
  let source = null, heard = Date.now(), silent = false;

  function alive() {
    heard = Date.now();
    if (silent) { silent = false; on.back(); }
  }
  function open() {
    source = new EventSource("/v1/events");
    source.addEventListener("hello", () => { alive(); on.fresh(); });
    source.addEventListener("gap", () => { alive(); on.fresh(); });
    source.addEventListener("beat", alive);
    for (const kind of ["scan", "member", "quote", "sale", "receipt", "printer", "scanner", "sync", "notice"]) {
      source.addEventListener(kind, (event) => { alive(); on.event(kind, JSON.parse(event.data)); });
    }
    source.onerror = () => {
      // A broken line the browser mends by itself; a refused one it gives up, and we ask why.
      if (source.readyState === EventSource.CLOSED) again();
      else lost();
    };
  }
  function lost() {
    if (!silent) { silent = true; on.gone(heard); }
  }
  async function again() {
    if (source) source.close();
    try {
      await call("GET", "/v1/status");
    } catch (error) {
      if (error instanceof Problem && (error.status === 401 || error.status === 403)) {
        alive();
        on.refused();
      } else {
        lost();
        setTimeout(again, 1000);
      }
      return;
    }
    open();
  }
  setInterval(() => {
    if (Date.now() - heard > BEAT_MS && source && source.readyState !== EventSource.CLOSED) lost();
  }, 250);
  return { start: () => { heard = Date.now(); again(); } };
}
