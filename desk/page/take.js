"use strict";
// Take: figures, tables, a report, a package, the methods paragraph and how to cite, made by the commands of those names.
class TakePart {
  constructor(node) { this.node = node; this.of = ""; this.lang = null; this.now = {}; this.shown = new Map(); }
  async tick(beat = 0) {
    if (this.busy) return;
    this.busy = true;
    try {
      const name = Desk.name;
      if (beat % 4 === 0) await this.there(name);
      if (this.results && this.readOf !== this.results) { const said = await Desk.ask("read", { name }, { quiet: true }); if (said?.read.done && name === Desk.name) { this.whole = said.read.answer; this.readOf = said.results; this.draw(); } }
      for (const [what, asked] of Object.entries(this.now)) {
        const said = await Desk.ask("take", { name, what, ...asked }, { quiet: true });
        if (!said || name !== Desk.name) continue;
        this.files = said.files;
        if (said.took.done) { delete this.now[what]; this.said = { ...this.said, [what]: said.took.code ? said.took.said : "" }; this.draw(); }
      }
    } finally { this.busy = false; }
  }
  // What there is to take, which a run that ended since, or one from a terminal, has changed.
  async there(name) {
    const said = await Desk.ask("files", { name }, { quiet: true }), before = JSON.stringify([this.files, this.results]);
    if (!said || name !== Desk.name || JSON.stringify([said.files, said.results]) === before) return;
    if (said.results !== this.results) this.whole = null;
    this.files = said.files; this.results = said.results;
    if (Desk.part === "take") this.draw();
  }
  async take(what, asked = {}) { this.now[what] = asked; this.draw(); const said = await Desk.ask("take", { name: Desk.name, what, anew: true, ...asked }); if (!said) { delete this.now[what]; this.draw(); } }
  async draw() {
    if (this.of !== Desk.name) { Object.assign(this, { of: Desk.name, whole: null, readOf: "", results: "", now: {}, said: {}, files: null }); fill(this.node); this.tick(); }
    this.lang ||= Words.at ? "zh" : "en";
    const kept = Focus.of(this.node), there = Desk.listed.find((one) => one.name === Desk.name)?.there;
    if (!there) { fill(this.node, el("p", { class: "card" }, T("take_first"))); return; }
    fill(this.node, this.figures(), this.tables(), this.words("methods", this.whole?.methods?.[Words.at]), this.words("citation", this.whole?.cite?.text[Words.at], this.whole?.cite?.bibtex), this.package());
    Focus.back(this.node, kept);
    this.fetchPictures();
  }
  button(what, word, working, asked) { const busy = what in this.now; return el("button", { type: "button", class: "main", id: `take-${what}`, disabled: busy, onclick: () => this.take(what, asked()) }, busy ? T(working) : T(word)); }
  // Width and letters are kept in the study, where `linli figures` and the report find them too.
  get look() { const said = Desk.asked?.said?.figures; return said && typeof said === "object" ? said : {}; }
  get width() { return String(this.look.width ?? "double"); }
  get size() { return String(this.look.size ?? 7); }
  async drawnAs(changes) { await Desk.change({ figures: { ...this.look, ...changes } }); this.draw(); }
  figures() {
    const pick = (id, word, options, value, act) => el("div", { class: "field" }, el("label", { for: id }, T(word)), (() => { const one = el("select", { id, onchange: () => act(one.value) }, options.map(([v, said]) => el("option", { value: v }, said))); one.value = value; return one; })());
    const own = !Object.keys(Desk.there.widths).includes(this.width);
    const drawn = (this.files || []).filter((one) => one.path.startsWith(this.lang === "zh" ? "figures-zh/" : "figures/") && one.path.endsWith(".png"));
    this.frames = new Map(drawn.map((one) => [one.path, el("figure", { class: "figure" })]));
    for (const [path, frame] of this.frames) fill(frame, this.shown.has(this.mark(path)) ? el("img", { src: this.shown.get(this.mark(path)), alt: this.called(path) }) : null, el("figcaption", {}, this.called(path), " ", ["pdf", "svg", "png"].map((kind) => path.replace(/png$/, kind)).filter((one) => this.files.some((file) => file.path === one)).map((one) => this.link(one, one.split(".").pop().toUpperCase()))));
    return el("section", { class: "card" }, el("h2", {}, T("figures")), el("div", { class: "fields" }, pick("fig-lang", "fig_lang", [["en", "English"], ["zh", "中文"]], this.lang, (v) => { this.lang = v; this.draw(); }), pick("fig-width", "fig_width", [...Object.keys(Desk.there.widths).map((name) => [name, T(`w_${name}`)]), ["120", T("w_own")]], own ? "120" : this.width, (v) => this.drawnAs({ width: v === "120" ? 120 : v })), own ? el("div", { class: "field" }, el("label", { for: "fig-mm" }, T("w_own")), el("input", { id: "fig-mm", type: "number", min: 40, max: 1000, value: this.width, onchange: (e) => this.drawnAs({ width: Number(e.target.value) }) })) : null, pick("fig-size", "fig_size", [...new Set(["6", "7", "8", "9", "10", "12", this.size])].map((one) => [one, T("points_of", one)]), this.size, (v) => this.drawnAs({ size: Number(v) })), el("div", { class: "field end" }, this.button("figures", "draw", "drawing", () => ({ lang: this.lang })))), drawn.length || "figures" in this.now || !this.files ? null : el("p", { class: "caveat", id: "not-drawn" }, T("not_drawn", T(`in_${this.lang}`))), this.names(), this.problem("figures"), el("div", { class: "gallery" }, [...this.frames.values()]));
  }
  // What a figure shows, as it says itself.
  called(path) { return this.files.find((one) => one.path === path)?.shows || path.split("/").pop(); }
  // What arms are called, in both languages: kept in the study, where the report and the tables find it too.
  names() {
    const study = Desk.asked?.study, said = Desk.asked?.said?.label;
    if (!study) return null;
    const box = (arm, lang, i) => el("input", { type: "text", maxlength: 80, class: "arm-zh", id: `name-${i}-${lang}`, lang, "aria-label": `${arm} (${lang === "zh" ? "中文" : "English"})`, placeholder: study.arms[arm].label[lang === "zh" ? 1 : 0], value: said?.arms?.[arm]?.[lang] || "", onchange: (e) => Desk.change({ label: Desk.parts.ask.within(Desk.asked.said.label, ["arms", arm, lang], e.target.value.trim() || null) }) });
    return el("details", { class: "names", open: this.naming, ontoggle: (e) => { this.naming = e.target.open; } }, el("summary", {}, T("fig_names")), el("p", { class: "hint" }, T("fig_names_say")), el("table", { class: "words" }, el("thead", {}, el("tr", {}, [T("arm"), "English", "中文"].map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, study.order.map((arm, i) => el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, arm)), el("td", {}, box(arm, "en", i)), el("td", {}, box(arm, "zh", i)))))));
  }
  mark(path) { const file = this.files?.find((one) => one.path === path); return `${Desk.name}/${path}@${file?.at}`; }
  async fetchPictures() {
    const name = Desk.name;
    for (const [path] of this.frames || []) {
      const mark = this.mark(path);
      if (this.shown.has(mark)) continue;
      const heard = await this.file(path);
      if (!heard || name !== Desk.name) return;
      this.shown.set(mark, URL.createObjectURL(new Blob([heard], { type: "image/png" })));
      const frame = this.frames.get(path);
      if (frame && !frame.querySelector("img")) frame.prepend(el("img", { src: this.shown.get(mark), alt: this.called(path) }));
    }
  }
  async file(path) {
    const heard = await fetch(`/made/${encodeURIComponent(Desk.name)}/${path.split("/").map(encodeURIComponent).join("/")}`, { headers: { "x-desk-key": Desk.key() } }).catch(() => null);
    if (!heard?.ok) { Desk.say(heard ? Words.pick((await heard.json()).says) : T("lost"), true); return null; }
    return heard.arrayBuffer();
  }
  link(path, word = path) { return el("button", { type: "button", class: "link", "data-file": path, "aria-label": `${T("download")} ${path}`, onclick: async () => { const body = await this.file(path); if (body) saveFile(path === "package.zip" ? `${Desk.name}.zip` : `${Desk.name}-${path.split("/").pop()}`, body, "application/octet-stream"); } }, word); }
  list(found) { return el("ul", { class: "files" }, found.map((one) => el("li", {}, this.link(one.path), el("span", { class: "hint" }, ` ${T("kb", number(Math.max(1, Math.round(one.bytes / 1000))))}`)))); }
  problem(what) { return this.said?.[what] ? el("pre", { class: "problem", role: "alert" }, this.said[what]) : null; }
  tables() {
    const found = (this.files || []).filter((one) => /^(report|tables)|^(runs\.parquet|failures\.csv)$/.test(one.path));
    const [top, rest] = [found.filter((one) => /\.html$|tables\.xlsx$/.test(one.path)), found.filter((one) => !/\.html$|tables\.xlsx$/.test(one.path))];
    return el("section", { class: "card" }, el("h2", {}, T("tables")), el("p", { class: "hint" }, T("tables_say")), Desk.there.excel ? null : el("p", { class: "hint" }, T("no_excel")), this.button("report", "write_report", "writing", () => ({ lang: this.lang })), this.problem("report"), this.list(top), rest.length ? el("details", {}, el("summary", {}, `${T("tables")} (${rest.length})`), this.list(rest)) : null);
  }
  package() {
    return el("section", { class: "card" }, el("h2", {}, T("package")), el("p", { class: "hint" }, T("package_say")), this.button("package", "pack", "packing", () => ({})), this.problem("package"), this.list((this.files || []).filter((one) => one.path === "package.zip")));
  }
  words(word, text, more) {
    const copy = (said) => el("button", { type: "button", class: "small", onclick: async (e) => { await navigator.clipboard.writeText(said); e.target.textContent = T("copied"); } }, T("copy"));
    return el("section", { class: "card", id: `take-${word}` }, el("h2", {}, T(word)), text ? [el("p", { class: "quote" }, text), copy(text)] : el("p", { class: "hint" }, T("reading")), more ? el("details", {}, el("summary", {}, "BibTeX"), el("pre", {}, more), copy(more)) : null);
  }
}
