"use strict";
// What may vary, found by part, by words or by path: a field with a list below it, for the mouse and for the keyboard.
const Pick = {
  open: false, wanted: "", part: null, at: -1,
  // `groups`: each a key, a title, and entries { path, name, more }; `folded`: it is one line until it is chosen or searched.
  field(groups, add) {
    this.groups = groups; this.add = add;
    this.list = el("ul", { id: "pick-list", role: "listbox", class: "pick-list", "aria-label": T("add_varies"), onmousedown: (e) => e.preventDefault() });
    this.input = el("input", { type: "search", id: "add-varies", role: "combobox", autocomplete: "off", "aria-label": T("add_varies"), "aria-autocomplete": "list", "aria-controls": "pick-list", "aria-expanded": "false", placeholder: T("find_parameter"), value: this.wanted,
      oninput: () => { this.wanted = this.input.value; this.part = null; this.at = this.wanted.trim() ? 0 : -1; this.show(true); }, onclick: () => this.show(true), onblur: () => { if (this.input.isConnected) this.show(false); }, onkeydown: (e) => this.key(e) });
    if (this.open) this.show(true);
    return el("div", { class: "pick" }, this.input, this.list);
  },
  // Lines of the list: titles, and between them what can be chosen.
  lines() {
    const wanted = this.wanted.toLowerCase().split(/\s+/).filter(Boolean), lines = [];
    if (this.part && !wanted.length) lines.push({ back: true });
    for (const group of this.groups) {
      if (!wanted.length && this.part && this.part !== group.key) continue;
      const found = group.entries.filter((one) => wanted.every((word) => one.words.includes(word)));
      if (!found.length) continue;
      if (!wanted.length && group.folded && this.part !== group.key) lines.push({ group, many: found.length });
      else lines.push(...(group.title ? [{ title: group.title }] : []), ...found.map((entry) => ({ entry })));
    }
    return lines;
  },
  show(open) {
    this.open = open;
    this.input.setAttribute("aria-expanded", String(open));
    this.list.hidden = !open;
    if (!open) { this.at = -1; this.part = null; this.mark(); return; }
    const lines = this.lines();
    this.choices = lines.filter((line) => !line.title);
    fill(this.list, lines.length ? lines.map((line) => this.line(line)) : el("li", { class: "pick-none", role: "presentation" }, T("nothing_so")));
    this.mark();
    this.list.scrollIntoView({ block: "nearest" });
  },
  line(line) {
    if (line.title) return el("li", { role: "presentation", class: "pick-title" }, line.title);
    const { entry, group } = line, at = this.choices.indexOf(line), about = { role: "option", id: `pick-${at}`, "aria-selected": "false", onclick: () => { this.at = at; this.choose(); } };
    if (line.back) return el("li", { ...about, class: "pick-part" }, `‹ ${T("all_parts")}`);
    if (group) return el("li", { ...about, class: "pick-part", "data-pick-part": group.key }, `${group.title}${S("(")}${line.many}${S(")")} ›`);
    return el("li", { ...about, "data-pick": entry.path }, el("span", { class: "pick-name" }, entry.name), " ", entry.path === "community" ? null : el("code", {}, entry.path), entry.more ? el("span", { class: "pick-more" }, entry.more) : null);
  },
  mark() {
    this.list.querySelectorAll("[role=option]").forEach((one, at) => one.setAttribute("aria-selected", String(at === this.at)));
    const here = this.open ? this.list.querySelector("[aria-selected=true]") : null;
    if (here) { this.input.setAttribute("aria-activedescendant", here.id); here.scrollIntoView({ block: "nearest" }); } else this.input.removeAttribute("aria-activedescendant");
  },
  choose() {
    const line = this.choices?.[this.at];
    if (!line) return;
    if (line.entry) { this.wanted = ""; this.input.value = ""; this.show(false); this.add(line.entry.path); return; }
    const from = this.part;
    this.part = line.group?.key ?? null;
    this.at = this.part ? 1 : -1;
    this.show(true);
    if (from) { this.at = this.choices.findIndex((one) => one.group?.key === from); this.mark(); } else this.list.scrollTop = 0;
  },
  key(e) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[e.key];
    if (step) {
      e.preventDefault();
      if (!this.open) this.show(true);
      const many = this.choices.length;
      if (many) this.at = Math.abs(step) > 1 ? Math.max(0, Math.min(many - 1, this.at + step)) : (Math.max(this.at, step > 0 ? -1 : 0) + step + many) % many;
      this.mark();
    } else if (e.key === "Enter" && this.open) { e.preventDefault(); this.choose(); }
    else if (e.key === "Escape" && this.open) {
      e.preventDefault();
      if (this.wanted || this.part) { this.wanted = ""; this.input.value = ""; this.part = null; this.at = -1; this.show(true); } else this.show(false);
    }
  },
};
