// Thirdline: the page of a log with script: a window on lines that are fetched as they come into view.
// Without it the page has the same in pages of lines and links.
(() => {
"use strict";

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const grouped = number => Math.round(number).toString().replace(/\B(?=(\d{3})+$)/g, ",");
const el = (name, look, text) => {
  const node = document.createElement(name);
  if (look) node.className = look;
  if (text !== undefined) node.textContent = text;
  return node;
};
const json = async (address, signal) => {
  const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" }, signal });
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Error(body?.detail ?? "The server answered " + answer.status + ".");
  return body;
};

// While it is being read for the first time ---------------------------------------------------------------------------

const wait = one("[data-log-wait]");
if (wait) {
  const look = async () => {
    try {
      const address = new URL(wait.dataset.logWait, location.href);
      address.searchParams.set("count", "1");
      const answer = await json(address);
      if (answer.state !== "making") { location.reload(); return; }
      const mb = bytes => grouped(bytes / 1e6) + " MB", bar = one("progress", wait);
      const far = one("[data-log-far]", wait);
      far.textContent = answer.total_bytes ? mb(answer.done_bytes) + " of " + mb(answer.total_bytes) : mb(answer.done_bytes) + " so far";
      if (bar && answer.total_bytes) bar.value = 100 * answer.done_bytes / answer.total_bytes;
    } catch { /* asked again below */ }
    setTimeout(look, 700);
  };
  setTimeout(look, 400);
}

const box = one("#log");
if (!box || !box.dataset.source) return;

// What is shown -------------------------------------------------------------------------------------------------------

const TALLEST = 6_000_000; // browsers draw nothing beyond some 16 million pixels
const CHUNK = 200, KEPT = 120;
const total = Number(box.dataset.lines), bare = box.classList.contains("bare");
const isFilter = box.dataset.filter === "1";
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC", isUTC = /^(Etc\/)?UTC$/.test(zone);
const source = new URL(box.dataset.source, location.href);
const here = new URL(location.href);
for (const name of ["member", "q", "only", "level", "from_time", "to_time"]) {
  const value = here.searchParams.get(name);
  if (value) source.searchParams.set(name, value);
}
const state = one("[data-log-state]"), moves = one(".log-bar nav");
const say = text => { if (state && state.textContent !== text) state.textContent = text; };

/** All lines: each has its place, and chunks of them are fetched when they are seen. */
class Lines {
  chunks = new Map();
  asked = new Map();
  get count() { return total; }
  at(place) { return this.chunks.get(Math.floor(place / CHUNK))?.[place % CHUNK]; }
  number(place) { return place + 1; }
  place(number) { return Math.min(total, Math.max(1, number)) - 1; }
  want(from, to) {
    const first = Math.floor(from / CHUNK), last = Math.floor(to / CHUNK);
    for (const [chunk, control] of this.asked) if (chunk < first - 1 || chunk > last + 1) { control.abort(); this.asked.delete(chunk); }
    for (let chunk = first; chunk <= last; chunk += 1) if (!this.chunks.has(chunk) && !this.asked.has(chunk)) this.fetch(chunk);
  }
  async fetch(chunk) {
    const control = new AbortController();
    this.asked.set(chunk, control);
    const lines = [];
    try {
      const end = Math.min(total, (chunk + 1) * CHUNK);
      // Long lines come in several answers.
      for (let from = chunk * CHUNK + 1; from <= end;) {
        const address = new URL(source);
        address.searchParams.set("from", from);
        address.searchParams.set("count", end - from + 1);
        const answer = await json(address, control.signal);
        if (answer.state !== "ready" || !answer.lines.length) break;
        lines.push(...answer.lines);
        from = answer.lines.at(-1).line + 1;
      }
      this.chunks.set(chunk, lines);
      if (this.chunks.size > KEPT) this.chunks.delete(this.chunks.keys().next().value);
      draw();
    } catch (error) {
      if (error.name !== "AbortError") { say("Not read: " + error.message); setTimeout(() => { this.asked.delete(chunk); draw(); }, 3000); return; }
    }
    this.asked.delete(chunk);
  }
}

/** What a filter found so far; more is looked for at both ends. */
class Found {
  rows = [];
  records = 0;
  down = null;   // the line to go on from, null once all was looked at
  up = null;
  busy = false;
  stopped = false;
  get count() { return this.rows.length; }
  at(place) { return this.rows[place]; }
  number(place) { return this.rows[place]?.line ?? 1; }
  place(number) {
    const found = this.rows.findIndex(row => row.line >= number);
    return found < 0 ? Math.max(0, this.rows.length - 1) : found;
  }
  want(from, to) {
    if (to > this.rows.length - 60 && this.down !== null) this.more("down");
    else if (from < 40 && this.up !== null) this.more("up");
  }
  async more(way) {
    if (this.busy || this.stopped) return;
    this.busy = true;
    let looked = 0;
    try {
      while (!this.stopped && this[way] !== null) {
        const address = new URL(source);
        address.searchParams.set("from", this[way]);
        address.searchParams.set("count", "200");
        if (way === "up") address.searchParams.set("direction", "back");
        const answer = await json(address);
        if (answer.state !== "ready") break;
        looked += answer.scanned_bytes;
        this[way] = answer.next;
        this.records += answer.lines.filter(line => !line.goes_on).length;
        if (way === "down") this.rows.push(...answer.lines);
        else { this.rows.unshift(...answer.lines); top += answer.lines.length; }
        this.tell(looked, way);
        if (answer.lines.length) break;
        this.button();
      }
    } catch (error) { this.stopped = true; say("Not searched further: " + error.message); }
    this.busy = false;
    this.button();
    size();
    draw();
  }
  tell(looked, way) {
    const isOver = this.down === null && this.up === null;
    const far = way === "down" && this.down !== null ? " up to line " + grouped(this.down - 1) : "";
    say(grouped(this.records) + (this.records === 1 ? " record" : " records") + (isOver ? ", all there are." : far + " so far" + (looked > 1e6 ? ", " + grouped(looked / 1e6) + " MB looked through." : ".")));
  }
  /** A search that found nothing for a while goes on until somebody stops it. */
  button() {
    let stop = one("[data-log-stop]");
    if (!this.stopped && !this.busy || this.down === null && this.up === null) { stop?.remove(); return; }
    if (!stop) {
      stop = el("button", "btn small");
      stop.type = "button";
      stop.dataset.logStop = "";
      stop.addEventListener("click", () => { this.stopped = !this.stopped; this.button(); if (!this.stopped) draw(); });
      state?.after(" ", stop);
    }
    stop.textContent = this.stopped ? "Search on" : "Stop searching";
  }
}

const rows = isFilter ? new Found() : new Lines();
let top = 0;          // the row at the upper edge, with the share of it that lies above
let current = 0;      // the line that keys move
let picked = null;    // the lines of #L10-L20
let wraps = box.classList.contains("wrap");
let rowHeight = 24, tall = 0, last = 0, own = false;

// The window stays where it is while the space beside it scrolls; its rows move in it.
const spacer = el("div", "log-space"), frameBox = el("div", "log-layer"), layer = el("div", "log-rows");
frameBox.append(layer);
box.classList.add("live");
box.replaceChildren(frameBox, spacer);

const shown = () => Math.max(1, Math.floor(box.clientHeight / rowHeight));
const farthest = () => Math.max(0, rows.count - shown() + 1);

/** The height that stands for all rows; beyond what a browser draws, a pixel stands for more than one. */
function size() {
  tall = Math.min(TALLEST, Math.max(box.clientHeight, rows.count * rowHeight));
  spacer.style.height = (tall - box.clientHeight) + "px";
}
const isScaled = () => rows.count * rowHeight > TALLEST || wraps;
function follow() {
  const to = isScaled() ? farthest() ? top / farthest() * (tall - box.clientHeight) : 0 : top * rowHeight;
  if (Math.abs(to - box.scrollTop) < 1) return;
  own = true;
  box.scrollTop = to;
  last = box.scrollTop;
}

// Rows ----------------------------------------------------------------------------------------------------------------

const two = number => String(number).padStart(2, "0");
function clock(time) {
  if (isUTC) return time.slice(11, 19);
  const at = new Date(time);
  return two(at.getHours()) + ":" + two(at.getMinutes()) + ":" + two(at.getSeconds());
}
const looks = { warning: " warn", error: " bad", critical: " bad", alert: " bad", emergency: " bad" };
const words = { warning: "warn", critical: "criti", emergency: "emerg" };

function row(place) {
  const line = rows.at(place), number = rows.number(place);
  const node = el("div", "ln");
  node.id = "L" + number;
  node.dataset.place = place;
  const link = el("a", "no", String(number));
  link.href = "#L" + number;
  node.append(link);
  if (!line) { node.classList.add("blank"); node.append(el("code", "", "…")); return node; }
  node.className += (looks[line.level] ?? "") + (line.goes_on ? " on" : "");
  if (!bare) {
    const time = el(line.time ? "time" : "span", "at", line.time ? clock(line.time) : "");
    if (line.time) { time.dateTime = line.time; time.title = line.time + (isUTC ? "" : ", your time " + new Date(line.time).toLocaleString()); }
    node.append(time);
  }
  node.append(el("span", "lv", line.goes_on ? "" : words[line.level] ?? line.level ?? ""));
  const code = el("code");
  (line.parts ?? [line.text]).forEach((part, at) => code.append(at % 2 ? el("mark", "", part) : part));
  if (line.cut) {
    const more = el("button", "cut", grouped(line.length - line.next_byte) + " more bytes");
    more.type = "button";
    if (line.matches_beyond) more.append(", ", el("mark", "", (line.matches_beyond === 1 ? "a match" : line.matches_beyond + " matches") + " in them"));
    more.addEventListener("click", () => longer(line));
    code.append(" ", more);
  }
  if (line.more_lines) {
    const more = el("a", "cut", grouped(line.more_lines) + " more lines of this record");
    const address = new URL(location.pathname, location.href);
    if (here.searchParams.get("member")) address.searchParams.set("member", here.searchParams.get("member"));
    address.searchParams.set("line", line.line + 1);
    more.href = address.href + "#L" + (line.line + 1);
    code.append(" ", more);
  }
  node.append(code);
  return node;
}
async function longer(line) {
  try {
    const address = new URL(source);
    for (const [name, value] of [["from", line.line], ["byte", line.next_byte]]) address.searchParams.set(name, value);
    const answer = await json(address);
    if (line.parts) line.parts.push("", answer.text); else line.text += answer.text;
    line.next_byte = answer.next_byte ?? line.length;
    line.cut = answer.next_byte !== null;
    drawn = "";
    draw();
  } catch (error) { say("Not read: " + error.message); }
}

let drawn = "";
function draw() {
  top = Math.min(Math.max(0, top), farthest());
  const first = Math.max(0, Math.floor(top) - 10), end = Math.min(rows.count, Math.floor(top) + shown() + 20);
  rows.want(first, end);
  const what = [first, end, wraps, current, picked?.join(), rows.count].join() + "|" + Array.from({ length: end - first }, (_, at) => rows.at(first + at) ? 1 : 0).join("");
  if (what !== drawn) {
    drawn = what;
    const focus = document.activeElement?.closest?.(".log-rows .ln")?.id;
    const nodes = [];
    for (let place = first; place < end; place += 1) nodes.push(row(place));
    for (const node of nodes) {
      const number = Number(node.id.slice(1));
      if (picked && number >= picked[0] && number <= picked[1]) node.classList.add("picked");
      if (number === current) { node.classList.add("cur"); node.setAttribute("aria-current", "true"); }
    }
    layer.replaceChildren(...nodes);
    if (focus) one("#" + focus + " .no", layer)?.focus({ preventScroll: true });
    const sample = nodes.find(node => !node.classList.contains("blank"));
    if (!wraps && sample && sample.offsetHeight && Math.abs(sample.offsetHeight - rowHeight) > .5) { rowHeight = sample.offsetHeight; size(); }
  }
  place();
  if (!isFilter) say(rows.count ? "Lines " + grouped(Math.floor(top) + 1) + " to " + grouped(Math.min(total, Math.floor(top) + shown())) + " of " + grouped(total) + "." : "");
  later();
}
/** Puts the layer so that the row at the upper edge is there. */
function place() {
  const node = one("[data-place='" + Math.floor(top) + "']", layer);
  const above = node ? node.offsetTop + (top - Math.floor(top)) * node.offsetHeight : 0;
  layer.style.transform = "translateY(" + -above + "px)";
}

// Moving --------------------------------------------------------------------------------------------------------------

/** Moves by pixels, whatever the heights of the rows. */
function by(pixels) {
  const at = one("[data-place='" + Math.floor(top) + "']", layer);
  if (!at) { top += pixels / rowHeight; return; }
  const target = at.offsetTop + (top - Math.floor(top)) * at.offsetHeight + pixels;
  const node = all(".ln", layer).findLast(some => some.offsetTop <= target);
  if (!node || target < 0 || target > layer.scrollHeight) { top += pixels / rowHeight; return; }
  top = Number(node.dataset.place) + Math.min(.999, (target - node.offsetTop) / Math.max(1, node.offsetHeight));
}
let frame = 0, settleTimer = 0;
box.addEventListener("scroll", () => {
  if (own) { own = false; return; }
  const at = box.scrollTop, moved = at - last;
  last = at;
  if (!moved) return;
  // Steps of a wheel or key move by rows; who drags the bar far moves in the whole log.
  if (!isScaled()) top = at / rowHeight;
  else if (Math.abs(moved) <= 2 * box.clientHeight && at > 0 && at < tall - box.clientHeight - 1) by(moved);
  else top = at / Math.max(1, tall - box.clientHeight) * farthest();
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(draw);
  clearTimeout(settleTimer);
  if (isScaled()) settleTimer = setTimeout(follow, 160);
}, { passive: true });

function show(number, { focus = false, middle = true } = {}) {
  const at = rows.place(number);
  if (at < top || at >= top + shown() - 1 || middle) top = Math.max(0, at - (middle ? Math.floor(shown() / 3) : 0));
  current = rows.number(at);
  draw();
  follow();
  if (focus) box.focus({ preventScroll: true });
}

document.addEventListener("thirdline:step", event => {
  event.preventDefault();
  const at = rows.place(current || rows.number(Math.floor(top)));
  const next = Math.min(rows.count - 1, Math.max(0, current ? at + event.detail : at));
  if (next < top) top = next;
  else if (next >= top + shown() - 2) top = next - shown() + 2;
  current = rows.number(next);
  draw();
  follow();
  const live = one("#live");
  if (live) live.textContent = "Line " + current + ": " + (rows.at(next)?.text.slice(0, 200) ?? "");
});

/** The next or previous line that holds what is looked for; it goes on until it is stopped. */
let seeking = null;
async function seek(way) {
  seeking?.abort();
  const control = seeking = new AbortController();
  let from = current || rows.number(Math.floor(top));
  if (way === "forward") from += 1;
  let looked = 0;
  try {
    while (from !== null && !control.signal.aborted) {
      const address = new URL(source);
      address.searchParams.set("only", "1");
      address.searchParams.set("from", from);
      address.searchParams.set("count", "1");
      address.searchParams.set("direction", way);
      const answer = await json(address, control.signal);
      const hit = answer.lines?.find(line => line.parts) ?? answer.lines?.[0];
      if (hit) { show(hit.line, { focus: true }); remember(); return; }
      looked += answer.scanned_bytes ?? 0;
      from = answer.next ?? null;
      if (from !== null) say("Looking, at line " + grouped(from) + ", " + grouped(looked / 1e6) + " MB so far. Esc stops it.");
    }
    say(way === "forward" ? "Nothing further down." : "Nothing further up.");
  } catch (error) { say(error.name === "AbortError" ? "Stopped at line " + grouped(from) + "." : "Not searched: " + error.message); }
}
document.addEventListener("keydown", event => { if (event.key === "Escape" && seeking) { seeking.abort(); seeking = null; } }, true);

moves?.addEventListener("click", event => {
  const link = event.target.closest("[data-log-go]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const go = link.dataset.logGo;
  if (isFilter && (go === "first" || go === "last" || go === "next" || go === "previous")) return; // another stretch of it: a page of its own
  event.preventDefault();
  switch (go) {
  case "first": show(1, { focus: true, middle: false }); break;
  case "last": current = total; top = farthest(); draw(); follow(); box.focus({ preventScroll: true }); break;
  case "earlier": top -= shown() - 1; draw(); follow(); break;
  case "later": top += shown() - 1; draw(); follow(); break;
  case "next": seek("forward"); break;
  case "previous": seek("back"); break;
  case "wrap":
    wraps = !wraps;
    box.classList.toggle("wrap", wraps);
    link.textContent = wraps ? "One row a line" : "Wrap long lines";
    box.scrollLeft = 0;
    size(); draw(); follow(); remember();
  }
});
for (const form of all("[data-log-jump]")) {
  form.addEventListener("submit", async event => {
    if (isFilter) return;
    const field = one("input:not([type=hidden])", form), value = new FormData(form).get(field.name).trim();
    if (!value) { event.preventDefault(); return; }
    event.preventDefault();
    const address = new URL(source);
    address.searchParams.set(form.dataset.logJump === "line" ? "from" : "time", value);
    address.searchParams.set("count", "1");
    try {
      const answer = await json(address);
      if (answer.lines.length) show(answer.lines[0].line, { focus: true });
      else say("There is no such line: the last one is " + grouped(total) + ".");
      remember();
    } catch (error) { say(error.message); }
  });
}
for (const bar of all(".log-chart a[href]")) {
  bar.addEventListener("click", async event => {
    if (isFilter || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const address = new URL(source);
    address.searchParams.set("time", new URL(bar.getAttribute("href"), location.href).searchParams.get("time"));
    address.searchParams.set("count", "1");
    try {
      const answer = await json(address);
      if (answer.lines.length) show(answer.lines[0].line, { focus: true });
    } catch (error) { say(error.message); }
  });
}

// Lines that are picked, and the address ------------------------------------------------------------------------------

layer.addEventListener("click", event => {
  const link = event.target.closest("a.no");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const number = Number(link.parentElement.id.slice(1));
  const from = event.shiftKey && (picked?.[0] ?? current) || number;
  picked = [Math.min(from, number), Math.max(from, number)];
  current = number;
  draw();
  remember();
});
const hash = () => picked ? "#L" + picked[0] + (picked[1] > picked[0] ? "-L" + picked[1] : "") : "";
let addressTimer = 0;
function remember() {
  clearTimeout(addressTimer);
  const address = new URL(location.href);
  for (const name of ["find", "lost", "time", "direction"]) address.searchParams.delete(name);
  address.searchParams.set("line", picked ? picked[0] : rows.number(Math.floor(top)));
  if (wraps) address.searchParams.set("wrap", "1"); else address.searchParams.delete("wrap");
  address.hash = hash();
  if (address.href !== location.href) history.replaceState(null, "", address.href);
  for (const field of all("[data-log-line]")) field.value = rows.number(Math.floor(top));
}
function later() {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(remember, 400);
}
function pick() {
  const found = /^#L(\d+)(?:-L(\d+))?$/.exec(location.hash);
  if (!found) return false;
  const from = Number(found[1]), to = Number(found[2] ?? from);
  picked = [Math.min(from, to), Math.max(from, to)];
  show(picked[0]);
  return true;
}
addEventListener("hashchange", pick);
new ResizeObserver(() => { size(); draw(); follow(); }).observe(box);

if (!isFilter) {
  for (const link of all("[data-log-go].off")) {
    link.classList.remove("off");
    link.removeAttribute("aria-disabled");
    link.href = "#log";
  }
}

// Beginning -----------------------------------------------------------------------------------------------------------

const start = Math.max(1, Number(here.searchParams.get("line")) || Number(box.dataset.first) || 1);
size();
if (isFilter) {
  if (here.searchParams.get("direction") === "back") {
    rows.up = start; rows.down = start > total ? null : start;
    rows.more("up").then(() => { top = farthest(); draw(); follow(); });
  } else {
    rows.down = start; rows.up = start > 1 ? start : null;
    rows.more("down").then(() => { pick(); });
  }
} else if (!pick()) {
  top = Math.min(start - 1, farthest());
  current = start;
  draw();
  follow();
}
})();
