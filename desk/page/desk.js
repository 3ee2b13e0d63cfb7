"use strict";
// The desk: who is asked, which study is open, and which of its four parts is shown. The folder behind the server keeps everything.
const PARTS = ["ask", "run", "read", "take"];
const Desk = {
  there: null, name: "", asked: null, part: "ask", queue: Promise.resolve(), beat: 0, listed: [], asking: 0, still: "",
  async begin() {
    const given = new URLSearchParams(location.hash.slice(1));
    if (given.get("key")) sessionStorage.setItem("desk-key", given.get("key"));
    if (given.get("key")) history.replaceState(null, "", location.pathname);
    this.languageIs(given.get("lang") || localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh" : "en"));
    document.documentElement.dataset.size = localStorage.getItem("size") || "1";
    byId("language").onclick = () => { this.languageIs(Words.at ? "en" : "zh"); this.draw(); };
    byId("bigger").onclick = () => { const size = String((Number(document.documentElement.dataset.size) % 3) + 1); document.documentElement.dataset.size = size; localStorage.setItem("size", size); };
    this.parts = { ask: new Ask(byId("part-ask")), run: new RunPart(byId("part-run")), read: new ReadPart(byId("part-read")), take: new TakePart(byId("part-take")) };
    this.say(T("connecting"));
    await this.hello();
    await this.list();
    const last = sessionStorage.getItem("desk-study");
    if (last && this.listed.some((one) => one.name === last)) await this.open(last, sessionStorage.getItem("desk-part") || "ask");
    else this.draw();
    setInterval(() => this.tick(), 500);
  },
  languageIs(language) { Words.set(language); localStorage.setItem("language", language); document.title = `linli ${T("desk")}`; },
  say(text, bad = false, ...more) { const status = byId("status"); status.hidden = !text; status.classList.toggle("bad", bad); fill(status, text || "", more.map((one) => [" ", one])); },
  key() { return sessionStorage.getItem("desk-key") || ""; },
  // One question. Answers null where the desk could not be asked or refused; why is said on the page.
  async ask(what, more = {}, { quiet = false } = {}) {
    if (this.still && more.name === this.still && what !== "delete") return null;
    let heard;
    this.asking += 1;
    try {
      heard = await fetch("/do", { method: "POST", headers: { "content-type": "application/json", "x-desk-key": this.key() }, body: JSON.stringify({ do: what, lang: Words.at ? "zh" : "en", ...more }) });
    } catch { this.gone = true; if (!quiet) this.say(T("lost"), true); return null; } finally { this.asking -= 1; }
    if (this.gone) { this.gone = false; this.say(T("back")); Draft.send(); }
    const said = await heard.json().catch(() => ({ says: [String(heard.status), String(heard.status)] }));
    if (heard.ok) return said;
    if (heard.status === 403) this.say(T("refused"), true);
    else if (heard.status === 409) this.conflict(more);
    else if (!quiet) this.say(Words.pick(said.says), true);
    return null;
  },
  conflict(more) {
    const theirs = el("button", { type: "button", class: "small", onclick: () => { Draft.forget(more.name); this.say(""); this.open(more.name, this.part); } }, T("take_theirs"));
    const mine = el("button", { type: "button", class: "small", onclick: () => { this.say(""); this.write(Draft.of(more.name)?.text ?? byId("yaml").value, true); } }, T("keep_mine"));
    this.say(T("changed"), true, theirs, mine);
  },
  async hello() { const there = await this.ask("hello"); if (there) { this.there = there; this.say(""); byId("folder").textContent = there.folder; } },
  async list() { const said = await this.ask("studies", {}, { quiet: true }); if (said) { this.listed = said.studies; this.more = said.more; this.shelf(); } },
  async open(name, part = "ask") {
    this.still = "";
    const asked = await this.ask("open", { name });
    if (!asked) return;
    const draft = Draft.of(name);
    this.name = name;
    sessionStorage.setItem("desk-study", name);
    this.take(asked, true);
    this.show(part);
    if (draft) { Draft.put(name, draft); if (draft.was === asked.stamp) await Draft.send(); else if (draft.text !== undefined && draft.text !== asked.text) this.conflict({ name }); else Draft.forget(name); }
  },
  close() { this.name = ""; this.asked = null; sessionStorage.removeItem("desk-study"); this.draw(); },
  // What the desk says of the open study is shown everywhere.
  take(asked, anew = false, from = null) {
    if (asked.before === this.name) { Draft.forget(this.name); this.name = asked.name; sessionStorage.setItem("desk-study", asked.name); this.list(); }
    this.asked = asked;
    Draft.forget(asked.name);
    this.head();
    this.parts.ask.show(asked, anew, from);
  },
  // What a study is called, in the language of the page.
  called(asked, name) { return (asked && Words.pick(asked.title)) || name; },
  head() { byId("title").textContent = this.called(this.asked, this.name); },
  // Changes follow each other: each knows the text that the one before left.
  change(changes, from) { return this.queued(async () => { const name = this.name; Draft.changed(name, changes, this.asked.stamp); const asked = await this.ask("lay", { name, was: this.asked.stamp, changes }); if (asked && (asked.name === this.name || asked.before === this.name)) this.take(asked, false, from); else if (!this.gone) Draft.forget(name); }); },
  write(text, over = false) {
    Draft.typed(this.name, text, this.asked?.stamp);
    const name = this.name;
    return this.queued(async () => { const asked = await this.ask("write", { name, text, was: over ? null : this.asked?.stamp }); if (asked && asked.name === this.name && (byId("yaml")?.value ?? text) === text) this.take(asked, false, "yaml"); else if (asked && asked.name === this.name) this.asked.stamp = asked.stamp; });
  },
  queued(act) { Saving.begin(); this.queue = this.queue.then(act).catch((error) => this.say(String(error), true)).finally(() => Saving.end()); return this.queue; },
  async create(more) {
    const asked = await this.ask("new", more);
    if (!asked) return;
    await this.list();
    await this.open(asked.name);
    if (!more.of) byId("f-title")?.select();
  },
  show(part) {
    this.part = PARTS.includes(part) ? part : "ask";
    sessionStorage.setItem("desk-part", this.part);
    this.draw();
    if (this.name) this.parts[this.part].tick?.(0);
  },
  draw() {
    Words.set(Words.at ? "zh" : "en");
    Saving.tell();
    this.shelf();
    byId("study").hidden = !this.name;
    byId("welcome").hidden = Boolean(this.name);
    if (!this.name) { this.welcome(); return; }
    this.head();
    fill(byId("steps"), PARTS.map((part, i) => el("button", { type: "button", role: "tab", id: `to-${part}`, "aria-controls": `part-${part}`, "aria-selected": String(part === this.part), tabindex: part === this.part ? 0 : -1, onclick: () => this.show(part), onkeydown: (e) => this.arrow(e, i) }, `${i + 1}  ${T(part)}`)));
    for (const part of PARTS) byId(`part-${part}`).hidden = part !== this.part;
    this.parts[this.part].draw();
  },
  arrow(e, i) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    const part = PARTS[(i + step + PARTS.length) % PARTS.length];
    this.show(part);
    byId(`to-${part}`).focus();
  },
  welcome() {
    fill(byId("welcome"), el("div", { class: "welcome" }, el("h1", {}, T("welcome")), el("ol", {}, ["welcome_1", "welcome_2", "welcome_3", "welcome_4"].map((word) => el("li", {}, T(word)))),
      el("p", {}, el("button", { type: "button", class: "main", id: "first-new", onclick: () => this.create({}) }, T("new_study"))),
      el("p", { class: "hint" }, T("kept_here", this.there?.folder || ""))));
  },
  shelf() {
    if (!this.there) return;
    const shelf = byId("shelf");
    if (shelf.contains(document.activeElement) && document.activeElement.matches("select, input")) { this.rows(); return; }
    const shipped = el("select", { id: "shipped", "aria-label": T("from_shipped"), onchange: () => { if (shipped.value) this.create({ of: shipped.value, shipped: true, title: "" }); } }, el("option", { value: "" }, T("from_shipped")), this.there.studies.map(([name, ...title]) => el("option", { value: name }, Words.pick(title) || name)));
    const search = this.listed.length > 12 ? el("input", { type: "search", id: "find-study", placeholder: T("find"), "aria-label": T("find"), value: this.wanted || "", oninput: (e) => { this.wanted = e.target.value; this.rows(); } }) : null;
    fill(shelf, el("h2", {}, T("studies")), el("button", { type: "button", class: "act", id: "new-study", onclick: () => this.create({}) }, `+ ${T("new_study")}`), shipped, search, el("ul", { id: "rows", class: "rows" }), this.more ? el("p", { class: "hint" }, T("more_studies", this.more)) : null);
    this.rows();
  },
  rows() {
    const wanted = (this.wanted || "").toLowerCase();
    const shown = this.listed.filter((one) => !wanted || `${one.title.join(" ")} ${one.name}`.toLowerCase().includes(wanted));
    const word = (one) => (one.state ? T(`s_${one.state}`) : one.there ? T("s_done") : one.begun ? T("s_begun") : T("s_draft"));
    const key = JSON.stringify([shown, this.name, Words.at]);
    if (this.rowsKey === key && byId("rows").childElementCount) return;
    this.rowsKey = key;
    const focused = document.activeElement?.dataset?.study;
    fill(byId("rows"), shown.map((one) => el("li", {}, el("button", { type: "button", class: "row-button", "data-study": one.name, "aria-current": one.name === this.name ? "true" : null, onclick: () => this.open(one.name, one.state === "running" || one.state === "waiting" ? "run" : one.there ? "read" : "ask") }, el("bdi", {}, Words.pick(one.title) || one.name), el("span", { class: `state s-${one.state || (one.there ? "done" : "draft")}` }, word(one))))));
    if (focused) byId("rows").querySelector(`[data-study="${CSS.escape(focused)}"]`)?.focus();
  },
  // Nothing more is asked about a study that is to be put away: an answer that comes after that would be a refusal.
  async quiet(name) { await this.queue; this.still = name; while (this.asking) await new Promise((done) => { setTimeout(done, 50); }); },
  async tick() {
    this.beat += 1;
    if (document.hidden && this.beat % 20) return;
    if (this.ticking) return;
    this.ticking = true;
    try {
      if (!this.there) await this.hello();
      if (this.gone) { await this.ask("studies", {}, { quiet: true }); return; }
      const part = this.parts[this.part];
      if (this.name && part.tick) await part.tick(this.beat);
      if (this.beat % 6 === 0) await this.list();
    } finally { this.ticking = false; }
  },
};
// What was written and is not kept yet, so that a desk that does not answer loses nothing.
const Draft = {
  at(name) { return `desk-draft-${name}`; },
  of(name) { try { return JSON.parse(localStorage.getItem(this.at(name)) || "null"); } catch { return null; } },
  put(name, draft) { try { localStorage.setItem(this.at(name), JSON.stringify(draft)); } catch { /* the page holds it still */ } },
  typed(name, text, was) { const before = this.of(name); this.put(name, { was, ...before, text }); },
  changed(name, changes, was) { const before = this.of(name); this.put(name, { was, ...before, changes: { ...before?.changes, ...changes } }); },
  forget(name) { localStorage.removeItem(this.at(name)); },
  async send() {
    const draft = this.of(Desk.name);
    if (!draft) return;
    if (draft.text !== undefined) { if (byId("yaml")) byId("yaml").value = draft.text; await Desk.write(draft.text); }
    if (draft.changes) await Desk.change(draft.changes, null);
  },
};
const Saving = {
  now: 0,
  begin() { this.now += 1; this.tell(); },
  end() { this.now -= 1; this.tell(); },
  tell() { if (!Desk.asked) return; const badge = byId("badge"); badge.textContent = this.now ? T("saving") : Desk.gone ? T("not_saved") : T("saved"); badge.classList.toggle("bad", Boolean(Desk.gone)); },
};
function whole(x) { return Math.round(x).toLocaleString("en-US"); }
// Seconds in words.
function lasting(seconds) {
  if (seconds < 90) return T("seconds", Math.max(1, Math.round(seconds)));
  if (seconds < 5400) return T("minutes", Math.round(seconds / 60));
  return seconds < 172800 ? T("hours", number(seconds / 3600, 2)) : T("days", number(seconds / 86400, 2));
}
document.addEventListener("DOMContentLoaded", () => Desk.begin());
