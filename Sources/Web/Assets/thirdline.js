// Thirdline: what the pages gain when script runs. Every page works without it, save live updates, drafts and keys.
// Runs under: script-src 'nonce-…'; require-trusted-types-for 'script'; trusted-types thirdline; connect-src 'self'.
(() => {
"use strict";

const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const one = (selector, within = document) => within.querySelector(selector);
const trusted = window.trustedTypes
  ? trustedTypes.createPolicy("thirdline", { createHTML: html => html })
  : { createHTML: html => html };
/** An inert document: DOMParser runs no script of what it reads. */
const parse = html => new DOMParser().parseFromString(trusted.createHTML(html), "text/html");
const isField = el => !!el && (el.isContentEditable || el.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=reset])"));
const isShown = el => el.checkVisibility ? el.checkVisibility() : el.getClientRects().length > 0;
/** An address without what it says about an act that was done. */
const plain = url => {
  const copy = new URL(url.href);
  for (const name of ["done", "undo"]) copy.searchParams.delete(name);
  copy.hash = "";
  return copy;
};
const samePage = url => plain(url).href === plain(location).href;
const announce = text => {
  const live = one("#live");
  if (!live || !text) return;
  live.textContent = "";
  setTimeout(() => { live.textContent = text; }, 60);
};
/** More than this is no longer written by hand, and a field must not work through all of it at each key. */
const LONG = 20_000;
/** A long text in a field whose direction follows the text takes browsers minutes to lay out: its beginning decides. */
const settle = (area, text) => {
  const long = text.length > LONG;
  if (long && area.dir === "auto") area.dir = /^[^\p{L}]*[\u0590-\u08ff]/u.test(text.slice(0, 1000)) ? "rtl" : "ltr";
  if (area.classList.contains("long") !== long) area.classList.toggle("long", long);
  return long;
};
document.addEventListener("paste", event => {
  const area = event.target;
  if (area.matches?.("textarea")) settle(area, (event.clipboardData?.getData("text") ?? "") + area.value.slice(0, LONG));
}, true);
/** Storage that may be absent, full or forbidden. */
const store = {
  get(key, area = localStorage_()) { try { return area?.getItem(key) ?? null; } catch { return null; } },
  set(key, value, area = localStorage_()) { try { area.setItem(key, value); return true; } catch { return false; } },
  drop(key, area = localStorage_()) { try { area?.removeItem(key); } catch { /* nothing was kept */ } },
};
function localStorage_() { try { return window.localStorage; } catch { return null; } }
function sessionStorage_() { try { return window.sessionStorage; } catch { return null; } }

// Times -------------------------------------------------------------------------------------------------------------

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const localTime = new Intl.DateTimeFormat(undefined, {
  weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
});
const isUTC = /^(Etc\/)?UTC$/.test(zone);
/** 14:30 CET, or 20 Nov 14:30 CET on another day: a moment in the zone of the reader. */
function zoned(at, isBare) {
  const date = new Date(at), now = new Date();
  const day = date.toDateString() === now.toDateString() ? {} : { day: "numeric", month: "short" };
  if (date.getFullYear() !== now.getFullYear()) day.year = "numeric";
  const name = isBare ? {} : { timeZoneName: "short" };
  return date.toLocaleString("en-GB", { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...name }).replace(",", "");
}
const clockOf = at => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const universal = at => new Date(at).toISOString().slice(0, 16).replace("T", " ") + " UTC";
/** The days of a timeline are those of the reader, too: each heading stands before the first entry of its day. */
function headDays(list) {
  for (const head of all(":scope > [data-day]", list)) head.remove();
  let day = "";
  for (const item of [...list.children]) {
    const at = Date.parse(one("time[data-zoned=clock]", item)?.dateTime ?? "");
    if (Number.isNaN(at)) continue;
    const date = new Date(at), now = new Date();
    if (date.toDateString() === day) continue;
    day = date.toDateString();
    const head = list.ownerDocument.createElement("li"), isToday = day === now.toDateString();
    const year = date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" };
    const words = date.toLocaleDateString("en-GB", { day: "numeric", month: "short", ...year });
    head.className = "day";
    head.dataset.day = "";
    head.textContent = (isToday ? "Today" : date.toLocaleDateString("en-GB", { weekday: "long" })) + ", " + words;
    item.before(head);
  }
}
function dressTimes(within) {
  if (isUTC) return;
  for (const time of all("time[data-zoned]:not([title])", within)) {
    const at = Date.parse(time.dateTime);
    if (Number.isNaN(at)) continue;
    const isClock = time.dataset.zoned === "clock", isBare = isClock || time.dataset.zoned === "bare";
    time.title = isClock ? universal(at) : time.textContent + (isBare ? " UTC" : "");
    time.textContent = isClock ? clockOf(at) : zoned(at, isBare);
  }
  for (const list of all("ol:has(> [data-day])", within)) headDays(list);
  for (const name of all("[data-zone]", within)) name.textContent = zone.replaceAll("_", " ");
  for (const time of all("time[datetime]:not([title])", within)) {
    const at = Date.parse(time.dateTime);
    if (/T\d/.test(time.dateTime) && !Number.isNaN(at)) time.title = "Your time: " + localTime.format(at);
  }
  for (const field of all("input.time:not([data-dressed])", within)) {
    const wasTouched = field.value !== field.defaultValue, typed = field.value;
    field.dataset.dressed = "";
    field.placeholder = inZone(field.placeholder);
    field.defaultValue = inZone(field.defaultValue);
    if (wasTouched) field.value = typed;
  }
}
const WRITTEN = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?$/;
/** 2026-11-20T10:30 for 2026-11-20T09:30 as the server writes it; other text stays as it is. */
function inZone(text) {
  const at = WRITTEN.test(text.trim()) ? new Date(text.trim().replace(" ", "T") + "Z") : null;
  if (!at || Number.isNaN(+at)) return text;
  const two = number => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
/** What is typed into a field of time is of the reader's zone; what has an offset of its own, or is no time, goes as it is. */
document.addEventListener("formdata", event => {
  if (isUTC) return;
  for (const field of all("input.time[data-dressed]", event.target)) {
    const text = field.value.trim();
    const at = field.name && WRITTEN.test(text) ? new Date(text.replace(" ", "T")) : null;
    if (at && !Number.isNaN(+at)) event.formData.set(field.name, at.toISOString().replace(/\.000Z$/, "Z"));
  }
});

/** 12 min, 2 h 5 min, 3 d 4 h: as the server says it. */
function durationWords(seconds) {
  const minutes = Math.floor(Math.max(0, seconds) / 60), hours = Math.floor(minutes / 60);
  const two = (a, unit, b, small) => b ? `${a} ${unit} ${b} ${small}` : `${a} ${unit}`;
  return minutes < 60 ? `${minutes} min` : minutes < 1440 ? two(hours, "h", minutes % 60, "min") : two(Math.floor(hours / 24), "d", hours % 24, "h");
}
/** What is left of a clock that runs goes down while one looks at it. */
function tick() {
  for (const left of all("[data-left]")) {
    left.shownAt ??= [performance.now(), Number(left.dataset.left)];
    const seconds = left.shownAt[1] - Math.floor((performance.now() - left.shownAt[0]) / 1000);
    const words = seconds >= 0 ? durationWords(seconds) : durationWords(-seconds) + " late";
    if (left.textContent !== words) left.textContent = words;
  }
}
setInterval(() => { if (!document.hidden) tick(); }, 15_000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });

// Drafts ------------------------------------------------------------------------------------------------------------

const DRAFT = "draft:" + (root.dataset.user ? root.dataset.user + ":" : "");
const MONTH = 30 * 24 * 3600 * 1000;
const MOST = 1_000_000; // bytes that the server takes as one text
const bytesOf = text => text.length > MOST ? text.length : text.length * 3 < MOST ? text.length : new Blob([text]).size;
const drafts = new Map(); // textarea -> Draft

class Draft {
  constructor(area) {
    this.area = area;
    this.key = area.dataset.draft;
    this.timer = 0;
    this.busy = null;      // the request on its way
    this.dirty = false;    // typed since the last acknowledged save
    this.closed = false;   // the form was sent, or the field has left the page
    area.autocomplete = "off"; // the browser's own restoring would fight ours
    area.addEventListener("input", () => this.typed());
    this.restore();
  }

  say(text) {
    const state = one("[data-draft-state]", this.area.form ?? this.area.parentElement);
    if (state && state.textContent !== text) state.textContent = text;
  }

  /** The newer of what the server kept and what this device kept. */
  restore() {
    const at = Number(this.area.dataset.draftAt) || 0;
    let kept = null;
    try { kept = JSON.parse(store.get(DRAFT + this.key)); } catch { /* not ours to read */ }
    if (kept && typeof kept.text === "string" && kept.at > at) {
      if (kept.text === this.area.value) return;
      const echoed = this.area.hasAttribute("data-echo"); // the answer to a failed send shows what was sent
      if (echoed) return;
      settle(this.area, kept.text);
      this.area.value = kept.text;
      if (kept.text) this.say("Draft restored");
      this.dirty = true;
      this.later();
    } else {
      if (kept) store.drop(DRAFT + this.key);
      if (at && this.area.value) this.say("Draft restored");
    }
  }

  typed() {
    this.closed = false;
    this.dirty = true;
    if (settle(this.area, this.area.value)) this.later(1500);
    else { this.keep(); this.later(); }
  }

  keep() { return store.set(DRAFT + this.key, JSON.stringify({ text: this.area.value, at: Date.now() })); }

  later(wait = 400) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  request(keepalive) {
    return fetch("/drafts", {
      method: "PUT",
      body: new URLSearchParams({ key: this.key, text: this.area.value }),
      credentials: "same-origin",
      keepalive,
    });
  }

  async save() {
    clearTimeout(this.timer);
    if (this.closed || !this.dirty) return;
    if (this.busy) { this.later(200); return; } // one at a time, so an older text never lands last
    const text = this.area.value;
    if (bytesOf(text) > MOST) {
      const kept = this.keep();
      this.say("Too long to send: " + (text.length / 1e6).toFixed(1) + " MB, at most 1 MB. Attach it as a file, or shorten it. "
        + (kept ? "It is kept on this device." : "It is not kept as a draft."));
      return;
    }
    if (text.length > LONG) this.keep();
    this.dirty = false;
    this.busy = this.request(false).then(answer => {
      if (!answer.ok) throw new Error(String(answer.status));
      if (this.closed) return;
      const at = Number(answer.headers.get("X-Draft-At"));
      if (at && text === this.area.value) store.set(DRAFT + this.key, JSON.stringify({ text, at }));
      if (!this.dirty) this.say(text ? "Draft saved" : "");
    }).catch(() => {
      if (this.closed) return;
      this.dirty = true;
      this.say("Draft kept on this device, server not reachable");
      this.later(8000);
    }).finally(() => { this.busy = null; });
    await this.busy;
  }

  /** Before a send: no save may still be under way, or it would bring the sent text back. */
  async hold() {
    clearTimeout(this.timer);
    this.closed = true;
    if (this.busy) await Promise.race([this.busy, new Promise(done => setTimeout(done, 3000))]);
  }

  resume() { this.closed = false; this.dirty = true; this.later(); }

  sent() {
    this.closed = true;
    clearTimeout(this.timer);
    store.drop(DRAFT + this.key);
    this.area.value = "";
  }
}

function startDrafts(within) {
  for (const [area, draft] of drafts) {
    if (!area.isConnected) { draft.closed = true; clearTimeout(draft.timer); drafts.delete(area); }
  }
  for (const area of all("textarea[data-draft]", within)) {
    if (!drafts.has(area)) drafts.set(area, new Draft(area));
  }
}
const draftsOf = form => [...drafts.values()].filter(draft => draft.area.form === form);

function pruneDrafts() {
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith("draft:")) continue;
      let at = 0;
      try { at = JSON.parse(localStorage.getItem(key)).at; } catch { /* unreadable, so dropped */ }
      if (!(Date.now() - at < MONTH)) localStorage.removeItem(key);
    }
  } catch { /* no storage */ }
}

addEventListener("pagehide", () => {
  for (const draft of drafts.values()) {
    if (draft.dirty && !draft.closed) { try { draft.request(true).catch(() => {}); } catch { /* kept on this device */ } }
  }
});
addEventListener("online", () => { for (const draft of drafts.values()) if (draft.dirty) draft.later(0); });

// Forms -------------------------------------------------------------------------------------------------------------

function formError(form, text, link) {
  const box = one("[data-form-error]", form);
  if (!box) return;
  box.setAttribute("role", "alert");
  box.textContent = text;
  if (link) {
    const a = document.createElement("a");
    a.href = link.href; a.target = "_blank"; a.rel = "noopener"; a.textContent = link.text;
    box.append(" ", a);
  }
}

async function send(form, button) {
  const url = new URL(button?.hasAttribute("formaction") ? button.formAction : form.action, location.href);
  let data;
  try { data = new FormData(form, button); } catch { data = new FormData(form); if (button?.name) data.append(button.name, button.value); }
  const multipart = form.enctype === "multipart/form-data";
  const held = draftsOf(form);
  const label = button ? [...button.childNodes].map(node => node.cloneNode(true)) : [];
  const working = () => {
    form.setAttribute("aria-busy", "true");
    if (button) { button.disabled = true; button.textContent = button.dataset.sending || "Sending…"; }
  };
  const again = () => {
    form.removeAttribute("aria-busy");
    if (button) { button.disabled = false; button.replaceChildren(...label); }
    for (const draft of held) draft.resume();
  };

  for (const draft of held) {
    const size = bytesOf(draft.area.value);
    if (size <= MOST) continue;
    formError(form, "Not sent: the text is " + (size / 1e6).toFixed(1) + " MB long, and at most 1 MB goes into one message. Attach it as a file, or shorten it. Your text is still here.");
    draft.area.focus();
    return;
  }
  working();
  formError(form, "");
  await Promise.all(held.map(draft => draft.hold()));

  let answer, html;
  try {
    answer = await fetch(url, {
      method: "POST",
      body: multipart ? data : new URLSearchParams([...data].map(([name, value]) => [name, typeof value === "string" ? value : value.name])),
      headers: { "X-Enhance": "1" },
      credentials: "same-origin",
    });
    html = await answer.text();
  } catch {
    again();
    formError(form, "Not sent: the server could not be reached. Your text is kept; try again.");
    return;
  }

  const type = answer.headers.get("Content-Type") || "";
  const landed = new URL(answer.url || url, location.href);
  const signedOut = answer.status === 401 || (answer.redirected && landed.pathname === "/sign-in" && location.pathname !== "/sign-in");
  if (signedOut && location.pathname !== "/sign-in") {
    again();
    formError(form, "Not sent: you are signed out. Your text is kept;", { href: "/sign-in", text: "sign in in another tab, then send again." });
    return;
  }

  if (answer.ok) {
    const pointed = answer.headers.get("X-Location"); // an answer may name the page without making us fetch it twice
    const next = pointed ? new URL(pointed, location.href) : landed;
    for (const draft of held) draft.sent();
    if (!pointed && answer.redirected && type.includes("html") && samePage(next)) {
      show(parse(html), plain(next), form.dataset.land, button);
    } else if (!pointed && !answer.redirected && type.includes("html")) {
      show(parse(html), null); // an answer in place, such as a token that is shown once
    } else if (!samePage(next)) {
      location.assign(next.href);
    } else if (!await showAgain(next, form.dataset.land, button)) {
      history.replaceState(null, "", next.href);
      location.reload();
    }
    return;
  }

  const page = type.includes("html") ? parse(html) : null;
  if (page && form.dataset.enhance !== "stay" && one("main form", page)) { // what was typed comes back in the answer
    for (const draft of held) draft.closed = true;
    show(page, null);
    return;
  }
  again();
  let why = "";
  if (page && one("main .problem h2", page)) why = one("main .problem h2", page).textContent.trim();
  else if (page) why = [one("main h1", page), one("main p:not(.code)", page)].map(el => el?.textContent.trim()).filter(Boolean).join(". ").replace(/\.\. /g, ". ");
  else if (type.includes("json")) { try { const problem = JSON.parse(html); why = problem.detail || problem.title || ""; } catch { /* said below */ } }
  const id = answer.headers.get("X-Request-ID");
  const not = /^Not /.test(why) ? "" : form.dataset.enhance === "stay" ? "Not done: " : "Not sent: ";
  const kept = held.length ? " Your text is kept; try again." : "";
  formError(form, not + (why || "the server answered " + answer.status) + (/[.!?]$/.test(why) ? "" : ".") + kept + (id && answer.status >= 500 ? " Request " + id + "." : ""));
}

/** Fetches this same page anew and shows it; false if only a whole load can. */
async function showAgain(url, land, button) {
  try {
    const answer = await fetch(url, { credentials: "same-origin", cache: "no-store" });
    const type = answer.headers.get("Content-Type") || "";
    if (!answer.ok || answer.redirected || !type.includes("html")) return false;
    show(parse(await answer.text()), url, land ?? url.hash.slice(1), button);
    return true;
  } catch { return false; }
}

/** Puts an answer's page in the place of this one's, without a new load. */
function show(page, url, land, button) {
  const fresh = one("main", page), old = one("main"), height = scrollY;
  if (!fresh || !old) { if (url) location.assign(url.href); return; }
  if (url) history.replaceState(null, "", url.href);
  document.title = page.title || document.title;
  old.replaceWith(fresh);
  scrollTo({ top: height, behavior: "instant" });
  for (const live of all("[data-live][id]")) {
    if (fresh.contains(live)) continue;
    const other = page.getElementById(live.id);
    if (other) live.replaceWith(other);
  }
  const events = page.body.dataset.events;
  if (events !== document.body.dataset.events) {
    if (events) document.body.dataset.events = events; else delete document.body.dataset.events;
    closeEvents(); openEvents();
  }
  start(document);
  const wrong = one("[data-first-error]", fresh), problem = one(".problem", fresh);
  const said = one("[role=status]", fresh);
  if (wrong) { wrong.focus(); wrong.scrollIntoView({ block: "center" }); }
  else if (problem) { problem.tabIndex = -1; problem.focus(); problem.scrollIntoView({ block: "start" }); }
  else {
    const same = button?.name && button.value && all("button[name]", fresh).find(el => el.name === button.name && el.value === button.value);
    const target = same || land && document.getElementById(land); // fetch does not tell the fragment of a redirect
    const place = target || (url ? fresh : said) || fresh;
    if (!place.matches("a, button, input, textarea, select")) place.tabIndex = -1;
    place.focus({ preventScroll: true });
    if (target) target.scrollIntoView({ block: "nearest" });
    else if (!url) place.scrollIntoView({ block: "center" });
  }
  announce((wrong && problem ? one("h2", problem)?.textContent : said?.textContent.trim()) || "");
}

document.addEventListener("submit", event => {
  const form = event.target;
  if (form.matches("[data-sign-out]")) {
    try { for (const key of Object.keys(localStorage)) if (key.startsWith("draft:")) localStorage.removeItem(key); } catch { /* no storage */ }
    return;
  }
  if (event.defaultPrevented || !form.matches("form[data-enhance]") || form.method !== "post") return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  send(form, event.submitter ?? one("button:not([type=button]), input[type=submit]", form));
});

// Files: dropped or pasted anywhere on a page, they go into its field for files -------------------------------------------

const fileField = target => one("input[type=file]", target?.closest?.("form") ?? undefined) ?? all("input[type=file]").find(isShown);
// What was chosen before stays, and pictures from the clipboard, which all have one name, get the time as theirs.
function takeFiles(files, field) {
  const taken = new DataTransfer();
  const stamp = new Date().toISOString().slice(0, 19).replace(/[T:]/g, "-");
  const named = [...files].map((file, index) => /^image\.\w+$/.test(file.name)
    ? new File([file], "screenshot-" + stamp + (index ? "-" + index : "") + file.name.slice(5), { type: file.type })
    : file);
  for (const file of field.multiple ? [...field.files, ...named] : named.slice(0, 1)) taken.items.add(file);
  field.files = taken.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.focus();
  field.scrollIntoView({ block: "center" });
  announce(taken.files.length === 1 ? taken.files[0].name + " is ready to be sent" : taken.files.length + " files are ready to be sent");
}
document.addEventListener("change", event => {
  const list = event.target.type === "file" && one("[data-chosen]", event.target.parentElement);
  if (!list) return;
  list.replaceChildren(...[...event.target.files].map(file => {
    const item = document.createElement("li");
    item.textContent = file.name;
    return item;
  }));
});
document.addEventListener("dragover", event => {
  const field = event.dataTransfer?.types.includes("Files") && fileField(event.target);
  if (!field) return;
  event.preventDefault();
  field.closest(".drop")?.classList.add("over");
});
document.addEventListener("dragleave", event => {
  if (!event.relatedTarget) all(".drop.over").forEach(box => box.classList.remove("over"));
});
document.addEventListener("drop", event => {
  all(".drop.over").forEach(box => box.classList.remove("over"));
  const field = event.dataTransfer?.files.length && fileField(event.target);
  if (!field) return;
  event.preventDefault();
  takeFiles(event.dataTransfer.files, field);
});
document.addEventListener("paste", event => {
  const files = event.clipboardData?.files;
  const field = files?.length && !event.clipboardData.types.includes("text/plain") && fileField(event.target);
  if (!field) return;
  event.preventDefault();
  takeFiles(files, field);
});

// What is still missing ---------------------------------------------------------------------------------------------

const isFilled = target => {
  const controls = target.matches("input, textarea, select") ? [target] : all("input, textarea, select", target);
  return controls.some(control => control.type === "checkbox" || control.type === "radio" ? control.checked : control.value.trim() !== "");
};
function countMissing() {
  for (const list of all("[data-missing-list]")) {
    const links = all("[data-missing]", list);
    let left = 0;
    for (const link of links) {
      const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      const done = !!target && isFilled(target);
      (link.closest("li") ?? link).hidden = done;
      if (!done) left += 1;
    }
    const count = one("[data-missing-count]", list);
    const text = left ? left + " of " + links.length + " missing" : "Nothing missing";
    if (count && count.textContent !== text) count.textContent = text;
  }
}
document.addEventListener("input", countMissing);
document.addEventListener("click", event => {
  const link = event.target.closest?.("[data-missing], .problem a[href^='#']");
  const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!target) return;
  event.preventDefault();
  const control = target.matches("input, textarea, select") ? target : one("input:checked, input, textarea, select", target);
  (control ?? target).focus();
  (control ?? target).scrollIntoView({ block: "center" });
});

// Composer: links that choose who will read, then put the cursor there --------------------------------------------------

function compose(radio) {
  if (!radio.checked) { radio.checked = true; radio.dispatchEvent(new Event("change", { bubbles: true })); }
  const area = document.getElementById(radio.dataset.keyFocus);
  area?.focus();
  area?.scrollIntoView({ block: "center" });
}
document.addEventListener("click", event => {
  const link = event.target.closest?.("[data-compose]");
  const radio = link && document.getElementById("as-" + link.dataset.compose);
  if (!radio || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  compose(radio);
});

// Keys: one registry, read from the page -----------------------------------------------------------------------------

const rowsKey = () => "row:" + location.pathname;
let current = null;

function setRow(row, scroll) {
  for (const old of all("[data-row].cur")) { old.classList.remove("cur"); old.removeAttribute("aria-current"); }
  current = row;
  if (!row) return;
  row.classList.add("cur");
  row.setAttribute("aria-current", "true");
  if (row.id) store.set(rowsKey(), row.id, sessionStorage_());
  if (scroll) row.scrollIntoView({ block: "nearest" });
}
function moveRow(step) {
  // A page that shows a window of many rows moves in them itself.
  if (!document.dispatchEvent(new CustomEvent("thirdline:step", { detail: step, cancelable: true }))) return true;
  const rows = all("[data-row]").filter(isShown);
  if (!rows.length) return false;
  const at = rows.indexOf(current);
  setRow(rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))], true);
  announce(one("a[href]", current)?.textContent.trim());
  return true;
}
const rowLink = () => current?.isConnected ? one("[data-row-open]", current) ?? one("a[href]", current) : null;

function press(el) {
  if (el.matches("input[type=radio]")) compose(el);
  else if (el.hasAttribute("data-key-focus") || isField(el)) { el.focus(); el.select?.(); }
  else el.click();
}
const keyed = key => all("[data-key]").find(el => el.dataset.key === key && isShown(el) && !el.disabled);

/** A person's own keys: which key of the registry a pressed one stands for. "x=a" says that x does what a does. */
const ownKeys = new Map(), movedKeys = new Map();
for (const pair of (root.dataset.keymap ?? "").split(" ").filter(Boolean)) {
  const at = pair.lastIndexOf("="), own = pair.slice(0, at), usual = pair.slice(at + 1);
  movedKeys.set(usual, own);
  if (own) ownKeys.set(own, usual);
}
const meaning = key => ownKeys.get(key.toLowerCase()) ?? (movedKeys.has(key) ? "" : key);
/** The caps on the page say the keys that this person chose. */
function dressKeys(within) {
  if (!movedKeys.size) return;
  for (const el of all("[data-key], [data-cap], [data-search]", within)) {
    const usual = el.dataset.key ?? el.dataset.cap ?? "/";
    if (!movedKeys.has(usual)) continue;
    const own = movedKeys.get(usual), cap = el.matches("kbd") ? el : one("kbd", el);
    if (cap && cap.textContent === usual) { cap.textContent = own; cap.hidden = !own; }
    if (el.getAttribute("aria-keyshortcuts") === usual) {
      if (own) el.setAttribute("aria-keyshortcuts", own); else el.removeAttribute("aria-keyshortcuts");
    }
  }
}

document.addEventListener("keydown", event => {
  if (event.defaultPrevented || event.isComposing || event.repeat && !/^[jk]$/.test(meaning(event.key))) return;
  const target = event.target;

  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.form) {
    event.preventDefault();
    const form = target.form;
    form.requestSubmit(one("button:not([type=button]):not([disabled]), input[type=submit]", form) ?? undefined);
    return;
  }
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && canFind()) {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.key === "Escape") {
    if (!one("dialog[open]") && isField(target)) target.blur();
    return;
  }
  if (root.dataset.keys === "off" || event.ctrlKey || event.altKey || event.metaKey || isField(target)) return;

  const key = event.key.length === 1 ? meaning(event.key) : event.key;
  if (!key) return;
  const help = one("dialog#keys");
  if (key === "?" && help) {
    event.preventDefault();
    if (help.open) help.close(); else if (!one("dialog[open]")) help.showModal();
    return;
  }
  if (one("dialog[open], .rail:popover-open")) return;

  let done = true;
  switch (key) {
  case "j": done = moveRow(1); break;
  case "k": done = moveRow(-1); break;
  case "Enter":
  case "o": {
    const link = rowLink();
    if (!link || (key === "Enter" && target.closest("a, button, summary, label, input, select"))) done = false;
    else link.click();
    break;
  }
  case "/": {
    const found = all("[data-search]").filter(isShown);
    const search = found.find(isField) ?? found[0];
    if (search && isField(search)) press(search);
    else if (canFind()) openPalette();
    else if (search) press(search);
    else done = false;
    break;
  }
  case "s": {
    const step = (current?.isConnected && one("[data-step]", current)) || all("[data-step]").find(isShown);
    if (step) press(step); else done = false;
    break;
  }
  case "x": {
    const box = current?.isConnected && one("[data-pick]", current);
    if (box) box.click(); else done = false;
    break;
  }
  case "b": {
    const act = one("[data-pick-bar] select");
    if (act && isShown(act)) act.focus(); else done = false;
    break;
  }
  case "a": {
    const assign = (current?.isConnected && one("[data-row-assign]", current)) || keyed("a");
    if (assign) press(assign); else done = false;
    break;
  }
  default: {
    const own = current?.isConnected && all("[data-key]", current).find(el => el.dataset.key === key && isShown(el) && !el.disabled);
    const el = key.length === 1 ? own || keyed(key) : null;
    if (el) press(el); else done = false;
  }
  }
  if (done) event.preventDefault();
});
document.addEventListener("click", event => {
  const opener = event.target.closest?.("[data-open-keys]"), help = one("dialog#keys");
  if (opener && help) { event.preventDefault(); help.showModal(); }
  else if (event.target === help) help.close(); // a click on what lies behind
});

// Many at once --------------------------------------------------------------------------------------------------------

// What was previewed is what is done: another value asks for another preview.
document.addEventListener("input", event => {
  const go = event.target.closest?.("form[data-preview]") && one("#verdict form button");
  if (go && !go.disabled) { go.disabled = true; go.textContent = "Changed since: preview again"; }
});

/** Says how many rows are ticked, and that none is once all that matches is asked for. */
function countPicked() {
  const bar = one("[data-pick-bar]");
  if (!bar) return;
  const boxes = all("[data-pick]"), picked = boxes.filter(box => box.checked).length;
  const count = one("[data-pick-count]", bar), page = one("[data-pick-page]", bar);
  if (count) count.textContent = one("[name=all]:checked", bar) ? "" : `${picked} selected`;
  if (page) { page.checked = picked === boxes.length; page.indeterminate = picked > 0 && picked < boxes.length; }
}
document.addEventListener("change", event => {
  const target = event.target;
  if (target.matches?.("[data-pick-page]")) for (const box of all("[data-pick]")) box.checked = target.checked;
  if (target.matches?.("[data-pick], [data-pick-page], [data-pick-bar] [name=all]")) countPicked();
});
let lastPicked = null;
document.addEventListener("click", event => {
  const box = event.target.closest?.("[data-pick]");
  if (!box) return;
  const boxes = all("[data-pick]"), from = boxes.indexOf(lastPicked), to = boxes.indexOf(box);
  if (event.shiftKey && from >= 0) {
    for (const one of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) one.checked = box.checked;
    countPicked();
  }
  lastPicked = box;
});

// Live ----------------------------------------------------------------------------------------------------------------

const served = new WeakMap(); // element -> the HTML the server sent for it, before we dressed it
let source = null, offTimer = 0, retryTimer = 0, sleepTimer = 0, refreshTimer = 0, refreshing = false, waiting = false;

function remember(within) {
  for (const live of all("[data-live][id]", within)) if (!served.has(live)) served.set(live, live.outerHTML);
}
const isInUse = el => {
  if (el.contains(document.activeElement) && document.activeElement !== document.body) return true;
  const selection = getSelection();
  return !!selection && !selection.isCollapsed && selection.containsNode(el, true);
};

async function refresh() {
  if (refreshing) { waiting = true; return; }
  refreshing = true;
  waiting = false;
  try {
    const answer = await fetch(location.href.split("#")[0], { headers: { "X-Live": "1" }, credentials: "same-origin", cache: "no-store" });
    if (!answer.ok || (answer.redirected && !samePage(new URL(answer.url)))) return;
    const page = parse(await answer.text());
    const anchor = all("[data-live] [id]").find(el => { const box = el.getBoundingClientRect(); return box.bottom > 60 && box.height > 0; });
    const top = anchor?.getBoundingClientRect().top, anchorID = anchor?.id, row = current?.id;
    for (const live of all("[data-live][id]")) {
      const fresh = live.isConnected && page.getElementById(live.id);
      if (!fresh || fresh.outerHTML === served.get(live)) continue;
      if (isInUse(live)) { waiting = true; continue; }
      const open = new Set(all("details[id][open]", live).map(el => el.id));
      const ticked = new Set(all("input[type=checkbox][id]:checked", live).map(el => el.id));
      const html = fresh.outerHTML;
      live.replaceWith(fresh);
      served.set(fresh, html);
      remember(fresh);
      for (const el of all("details[id]", fresh)) if (open.has(el.id)) el.open = true;
      for (const el of all("input[type=checkbox][id]", fresh)) if (ticked.has(el.id)) el.checked = true;
      start(fresh);
      countPicked();
    }
    if (row && !current?.isConnected) setRow(document.getElementById(row), false);
    const moved = anchorID && scrollY > 0 && document.getElementById(anchorID);
    if (moved) scrollBy({ top: moved.getBoundingClientRect().top - top, behavior: "instant" });
    if (page.title) document.title = page.title;
    if (page.body.dataset.mark) document.body.dataset.mark = page.body.dataset.mark;
  } catch { /* the strip says that we are cut off */
  } finally {
    refreshing = false;
  }
}
/** An element left alone because it was in use is caught up once it no longer is. */
document.addEventListener("focusout", () => { if (waiting) { clearTimeout(refreshTimer); refreshTimer = setTimeout(refresh, 400); } });

/** Brings the number of cases with news along; the rest of the page stays as it is. */
async function ring() {
  try {
    const answer = await fetch("/notifications", { headers: { "X-Live": "1" }, credentials: "same-origin", cache: "no-store" });
    if (!answer.ok || answer.redirected) return;
    const page = parse(await answer.text());
    for (const bell of all("#bell, #bell-top")) {
      const fresh = page.getElementById(bell.id);
      if (!fresh || fresh.innerHTML === bell.innerHTML) continue;
      bell.replaceChildren(...fresh.childNodes);
      served.set(bell, bell.outerHTML);
    }
    announce("New notification");
  } catch { /* the strip says that we are cut off */ }
}

function setOffline(off) {
  const strip = one("[data-offline]");
  if (!strip) return;
  if (off && !offTimer) offTimer = setTimeout(() => { strip.hidden = false; }, 3000);
  if (!off) { clearTimeout(offTimer); offTimer = 0; strip.hidden = true; }
}
function closeEvents() {
  clearTimeout(retryTimer);
  source?.close();
  source = null;
}
function openEvents() {
  const path = document.body.dataset.events;
  if (!path || source || document.hidden || !window.EventSource) return;
  const url = new URL(path, location.href);
  if (document.body.dataset.mark) url.searchParams.set("since", document.body.dataset.mark); // begins with what was missed
  source = new EventSource(url);
  source.onopen = () => setOffline(false);
  source.addEventListener("changed", event => {
    if (event.data === "notification" && !one("#notifications")) { ring(); return; }
    if (event.data !== "analysis") announce(event.data || "Page updated"); // how far it is need not be read out
    clearTimeout(refreshTimer);
    refreshTimer = setTimeout(refresh, 120);
  });
  source.addEventListener("presence", () => {
    clearTimeout(hereTimer);
    hereTimer = setTimeout(lookAround, one("[data-here]") ? 150 : 3000);
  });
  source.onerror = () => {
    setOffline(true);
    // A browser that comes back by itself would name what it was told last, not what the page shows by now.
    const isRefused = source?.readyState === EventSource.CLOSED;
    closeEvents();
    retryTimer = setTimeout(openEvents, (isRefused ? 8000 : 1500) * (1 + Math.random() / 2));
  };
}
// A hidden page gives its connection back: browsers allow few of them to one server.
document.addEventListener("visibilitychange", () => {
  clearTimeout(sleepTimer);
  if (document.hidden) sleepTimer = setTimeout(() => { setOffline(false); closeEvents(); }, 5000);
  else openEvents();
});
addEventListener("pagehide", closeEvents);
addEventListener("pageshow", event => { if (event.persisted) { openEvents(); refresh(); } });

// Who else is here ------------------------------------------------------------------------------------------------

let hereTimer = 0, signTimer = 0, typedAt = 0, typedIn = "", lastSign = "";

/** Says who else is on this page, or brings the rows of a queue along. */
async function lookAround() {
  const place = one("[data-here]");
  if (!place) { if (one("[data-row]")) refresh(); return; }
  const path = document.body.dataset.presence;
  if (!path || document.hidden) return;
  try {
    const answer = await fetch(path, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok || answer.redirected) return;
    const words = await answer.text(), label = one("span", place);
    if (label && label.textContent !== words) label.textContent = words;
    place.hidden = !words;
  } catch { /* the strip says that we are cut off */ }
}
/** A sign of life: that the page is looked at, and what is being written. */
function sign() {
  clearTimeout(signTimer);
  const path = document.body.dataset.presence;
  if (!path || document.hidden) return;
  const state = Date.now() - typedAt < 20000 ? typedIn : "looking";
  lastSign = state;
  fetch(path, { method: "POST", body: new URLSearchParams({ state }), credentials: "same-origin" }).catch(() => {});
  signTimer = setTimeout(sign, 20000);
}
function leave() {
  clearTimeout(signTimer);
  const path = document.body.dataset.presence;
  if (path && lastSign) navigator.sendBeacon?.(path, new URLSearchParams({ state: "gone" }));
  lastSign = "";
}
document.addEventListener("input", event => {
  const form = event.target.closest?.("#reply, #note");
  if (!form || !document.body.dataset.presence) return;
  typedIn = event.target.value ? form.id === "reply" ? "replying" : "noting" : "looking";
  typedAt = Date.now();
  if (lastSign !== typedIn) sign();
});
// What was sent is written no more.
document.addEventListener("submit", event => {
  if (!event.target.closest?.("#reply, #note")) return;
  [typedIn, typedAt] = ["looking", 0];
  sign();
});
document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); else { sign(); lookAround(); } });
addEventListener("pagehide", leave);
addEventListener("pageshow", event => { if (event.persisted) sign(); });

// Toasts: what was done, with the way back -----------------------------------------------------------------------------

function startToasts(within) {
  for (const toast of all("[data-toast]", within)) {
    if (toast.classList.contains("toast")) continue;
    for (const old of all(".toast")) old.remove();
    toast.classList.add("toast");
    document.body.append(toast); // survives that the page's content is exchanged
    let timer = 0;
    const go = () => { clearTimeout(timer); timer = setTimeout(() => toast.remove(), 10000); };
    const stay = () => clearTimeout(timer);
    toast.addEventListener("pointerenter", stay);
    toast.addEventListener("pointerleave", () => { if (!toast.contains(document.activeElement)) go(); });
    toast.addEventListener("focusin", stay);
    toast.addEventListener("focusout", go);
    toast.addEventListener("submit", stay);
    if (!toast.matches(":hover")) go();
  }
}

// More of a list, on demand ----------------------------------------------------------------------------------------------

document.addEventListener("click", async event => {
  const link = event.target.closest?.("a[data-more]");
  const list = link && document.getElementById(link.dataset.more);
  if (!list || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.getAttribute("aria-busy") === "true") return;
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href, { headers: { "X-Live": "1" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const page = parse(await answer.text()), more = page.getElementById(list.id), box = link.closest(".more");
    const next = one("a[data-more]", page)?.closest(".more");
    const first = all(":scope > li", more).find(el => el.id && !document.getElementById(el.id));
    const days = new Set(all(":scope > .day", list).map(el => el.textContent));
    for (const item of all(":scope > li", more)) {
      if (item.id ? document.getElementById(item.id) : days.has(item.textContent)) continue;
      list.append(item);
    }
    list.removeAttribute("data-live"); // it now holds more than the page would bring again
    if (next) box.replaceWith(next); else box.remove();
    start(list);
    if (first) { first.tabIndex = -1; first.focus({ preventScroll: true }); }
    announce(all(":scope > li[id]", more).length + " more entries");
  } catch { location.assign(link.href); }
});

// Palette: everything that can be done, what was looked at last, and the search -------------------------------------------

let palette = null;
const canFind = () => !!one("[data-palette]");
const make = (tag, attributes = {}, ...children) => {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value);
  el.append(...children);
  return el;
};
const glyph = name => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", "#i-" + name);
  svg.append(use);
  return svg;
};

class Palette {
  constructor() {
    this.field = make("input", {
      type: "text", class: "input", id: "palette-field", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list",
      "aria-autocomplete": "list", "aria-label": "Search or do something", autocomplete: "off", spellcheck: "false",
      placeholder: "A case, a person, or what you want to do",
    });
    this.list = make("div", { id: "palette-list", role: "listbox", "aria-label": "What was found" });
    this.note = make("p", { class: "hints" });
    const close = make("button", { type: "button", class: "btn small bare" }, "Close");
    close.addEventListener("click", () => this.dialog.close());
    this.dialog = make("dialog", { id: "palette", class: "palette", "aria-label": "Search or do something" },
      make("div", { class: "palette-head" }, this.field, close), this.list, this.note);
    document.body.append(this.dialog);
    this.at = -1;
    this.asked = 0;      // the number of the newest question
    this.answered = 0;   // the number of the question whose answer is shown
    this.goOn = false;   // Enter was pressed before the answer came
    this.timer = 0;
    this.field.addEventListener("input", () => { clearTimeout(this.timer); this.asked += 1; this.timer = setTimeout(() => this.ask(), 90); });
    this.field.addEventListener("keydown", event => this.key(event));
    this.list.addEventListener("pointermove", event => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(this.options().indexOf(option));
    });
    this.dialog.addEventListener("click", event => { if (event.target === this.dialog) this.dialog.close(); });
  }

  open() {
    this.field.value = "";
    this.list.replaceChildren();
    this.note.textContent = "# cases, @ people, > actions";
    this.dialog.showModal();
    this.field.focus();
    this.asked += 1;
    this.ask();
  }

  options() { return all("[role=option]", this.list); }

  async ask() {
    const number = this.asked;
    const url = "/palette?" + new URLSearchParams({ q: this.field.value.slice(0, 300), on: location.pathname });
    let groups = null;
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store" });
      if (answer.ok && !answer.redirected) groups = (await answer.json()).groups;
      else if (answer.status === 401 || answer.redirected) this.say("You are signed out. Sign in again.");
      else this.say("The search did not answer (" + answer.status + ").");
    } catch { this.say("The server could not be reached."); }
    if (number !== this.asked || !groups) return;
    this.answered = number;
    this.show(groups);
    if (this.goOn) this.go();
  }

  say(words) { this.note.textContent = words; announce(words); }

  show(groups) {
    let count = 0;
    this.list.replaceChildren(...groups.map((group, index) => {
      const box = make("div", { role: "group", "aria-labelledby": "palette-g" + index }, make("p", { id: "palette-g" + index, class: "palette-group", role: "presentation" }, group.title));
      for (const item of group.items) {
        const title = make("span", { class: "one", dir: "auto" }, item.title);
        const row = make("a", { role: "option", id: "palette-o" + count, href: item.href, tabindex: "-1", "aria-selected": "false" }, glyph(item.icon), title);
        if (item.detail) row.append(make("small", { dir: "auto" }, item.detail));
        box.append(row);
        count += 1;
      }
      return box;
    }));
    this.note.textContent = count ? "# cases, @ people, > actions" : "Nothing matches. # looks in cases, @ in people, > in actions.";
    announce(count ? count + (count === 1 ? " result" : " results") : "Nothing matches");
    this.choose(count ? 0 : -1);
  }

  choose(place) {
    const options = this.options();
    options[this.at]?.setAttribute("aria-selected", "false");
    for (const other of options) if (other.getAttribute("aria-selected") === "true") other.setAttribute("aria-selected", "false");
    this.at = place;
    const option = options[place];
    if (!option) { this.field.removeAttribute("aria-activedescendant"); return; }
    option.setAttribute("aria-selected", "true");
    this.field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.isComposing) return;
    const count = this.options().length, moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && count) { event.preventDefault(); this.choose((this.at + moves[event.key] + count) % count); }
    else if (event.key === "PageDown" && count) { event.preventDefault(); this.choose(Math.min(count - 1, this.at + 6)); }
    else if (event.key === "PageUp" && count) { event.preventDefault(); this.choose(Math.max(0, this.at - 6)); }
    else if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      if (this.answered !== this.asked) this.goOn = true; else this.go(event.ctrlKey || event.metaKey);
    }
  }

  go(inNewTab) {
    this.goOn = false;
    const option = this.options()[this.at];
    if (!option) return;
    if (inNewTab) { window.open(option.href, "_blank", "noopener"); return; }
    this.dialog.close();
    location.assign(option.href);
  }
}
function openPalette() {
  palette ??= new Palette();
  if (!palette.dialog.open && !one("dialog[open]")) palette.open();
}
document.addEventListener("click", event => {
  if (!event.target.closest?.("[data-palette]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  one(".rail:popover-open")?.hidePopover();
  openPalette();
});

document.addEventListener("click", event => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", event => {
  const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
  if (menu) { menu.open = false; one("summary", menu)?.focus(); }
});

// Whoever gives up is back where they came from ---------------------------------------------------------------------

document.addEventListener("click", event => {
  const link = event.target.closest?.("a[data-cancel]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  let from = null;
  try { from = new URL(document.referrer); } catch { /* opened by itself */ }
  if (!from || from.origin !== location.origin || from.pathname === location.pathname || from.pathname === "/sign-in") return;
  event.preventDefault();
  location.assign(plain(from).href);
});

// What is folded is printed, too ------------------------------------------------------------------------------------

let unfolded = [];
window.addEventListener("beforeprint", () => {
  unfolded = all("main details:not([open])").filter(part => !part.matches(".more-acts, .menu"));
  for (const part of unfolded) part.open = true;
});
window.addEventListener("afterprint", () => {
  for (const part of unfolded) part.open = false;
  unfolded = [];
});

// The headings of the navigation stay as they were folded ------------------------------------------------------------

for (const part of all("details[data-fold]")) {
  const key = "fold:" + part.dataset.fold, kept = store.get(key);
  if (kept) part.open = kept === "open";
  part.addEventListener("toggle", () => { store.set(key, part.open ? "open" : "folded"); });
}

// Theme and copy ------------------------------------------------------------------------------------------------------

const themes = ["", "light", "dark"], themeNames = { "": "system", light: "light", dark: "dark" };
function nameTheme() {
  for (const label of all("[data-theme-label]")) label.textContent = themeNames[root.dataset.theme ?? ""] ?? "system";
}
document.addEventListener("click", event => {
  if (event.target.closest?.("button[data-theme-toggle]")) {
    const next = themes[(themes.indexOf(root.dataset.theme ?? "") + 1) % themes.length];
    if (next) root.dataset.theme = next; else delete root.dataset.theme;
    document.cookie = "theme=" + next + "; Path=/; Max-Age=31536000; SameSite=Lax" + (location.protocol === "https:" ? "; Secure" : "");
    nameTheme();
    announce("Theme: " + themeNames[next]);
  }
  const copier = event.target.closest?.("button[data-copy]");
  const text = copier && document.getElementById(copier.dataset.copy)?.textContent;
  if (text) navigator.clipboard?.writeText(text.trim()).then(() => { copier.textContent = "Copied"; announce("Copied"); }, () => {});
});

// Notifications of the browser ------------------------------------------------------------------------------------

const mayTell = () => window.Notification?.permission === "granted";
const tells = () => store.get("notify") === "on" && mayTell();
let stopTelling = null;

/** Shows one notification; answers whether the browser could. */
function tellOne(item) {
  try {
    const note = new Notification(item.title, { body: item.text, tag: item.id });
    note.onclick = () => { note.close(); window.open(item.path, "_blank"); };
    return true;
  } catch { return false; } // some browsers of phones show them for installed pages alone
}

/** Of all open tabs one listens, even while it is hidden, so that each notification is shown once. */
function startTelling() {
  if (stopTelling || !tells() || !one("#bell, #bell-top") || !navigator.locks || !window.EventSource) return;
  const giveUp = new AbortController();
  let stop = () => giveUp.abort();
  stopTelling = () => { stop(); stopTelling = null; };
  navigator.locks.request("thirdline-notify", { signal: giveUp.signal }, () => new Promise(done => {
    let source = null, timer = 0, isOver = false, looking = Promise.resolve();
    const look = async () => {
      try {
        const last = store.get("notify-last");
        const answer = await fetch("/notifications/fresh" + (last ? "?after=" + encodeURIComponent(last) : ""),
          { credentials: "same-origin", cache: "no-store" });
        if (!answer.ok || answer.redirected) return;
        const told = await answer.json();
        if (isOver) return;
        store.set("notify-last", String(told.last));
        for (const item of told.items) tellOne(item);
      } catch { /* the next event asks again */ }
    };
    const listen = () => {
      if (isOver) return;
      source = new EventSource("/notifications/events");
      source.onopen = () => { looking = looking.then(look); };
      source.addEventListener("changed", event => { if (event.data === "notification" || !event.data) looking = looking.then(look); });
      source.onerror = () => {
        if (source.readyState !== EventSource.CLOSED) return;
        clearTimeout(timer);
        timer = setTimeout(listen, 10000 * (1 + Math.random()));
      };
    };
    stop = () => { isOver = true; clearTimeout(timer); source?.close(); done(); };
    listen();
  })).catch(() => {});
}

/** What the page of choices says about this browser. */
function dressNotify(within) {
  const state = one("[data-notify-state]", within);
  for (const field of all("[data-own-zone]", within)) {
    if (!field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  }
  if (!state) return;
  const can = window.Notification && navigator.locks && window.EventSource;
  const words = !can ? "This browser shows none here" : Notification.permission === "denied"
    ? "Forbidden in the browser’s settings for this site" : tells() ? "On" : "Off";
  state.textContent = words;
  for (const button of all("[data-notify]")) {
    button.hidden = !can || Notification.permission === "denied" || (button.dataset.notify === "on") === tells();
  }
}
document.addEventListener("click", async event => {
  const button = event.target.closest?.("[data-notify]");
  if (!button) return;
  const what = button.dataset.notify;
  if (what === "test") {
    const isShown = tellOne({ title: "A test of your notifications", text: "Notifications reach you this way.", id: "test", path: "/notifications" });
    announce(isShown ? "Shown" : "This browser cannot show it");
    if (!isShown) one("[data-notify-state]").textContent = "This browser cannot show them";
    return;
  }
  if (what === "on" && await Notification.requestPermission() === "granted") { store.set("notify", "on"); startTelling(); }
  if (what === "off") { store.set("notify", "off"); stopTelling?.(); }
  dressNotify(document);
  announce("Notifications of this browser: " + one("[data-notify-state]").textContent);
});
addEventListener("storage", event => {
  if (event.key !== "notify") return;
  if (tells()) startTelling(); else stopTelling?.();
});

// Start ---------------------------------------------------------------------------------------------------------------

function start(within) {
  remember(within);
  dressTimes(within);
  tick();
  dressKeys(within);
  startDrafts(within);
  startToasts(within);
  countMissing();
  nameTheme();
  dressNotify(within);
}

pruneDrafts();
start(document);
openEvents();
startTelling();
sign();
const kept = store.get(rowsKey(), sessionStorage_());
const keptRow = kept && document.getElementById(kept);
if (keptRow?.matches("[data-row]")) setRow(keptRow, false);
else current = one("[data-row].cur");
const wrong = one("[data-first-error]");
if (wrong && !location.hash) wrong.focus();
})();
