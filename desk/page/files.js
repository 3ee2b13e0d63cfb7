"use strict";
// The community: one that is ready, or files of one's own, dropped on the page and read as a run would read them.
const Files = {
  brought: {}, pending: [],
  section(ask) {
    this.ask = ask;
    const chosen = typeof ask.said.community === "string" ? ask.said.community : "", { communities, own } = Desk.there;
    const known = [...communities, ...own].some(([name]) => name === chosen);
    const select = el("select", { id: "f-community", "aria-labelledby": "q-community-head", onchange: () => ask.lay({ community: select.value }) },
      known ? null : el("option", { value: chosen }, chosen || "–"), el("optgroup", { label: T("shipped") }, communities.map(([name, ...title]) => el("option", { value: name }, `${Words.pick(title)} (${name})`))), own.length ? el("optgroup", { label: T("own") }, own.map(([name, title]) => el("option", { value: name }, `${title} (${name})`))) : null);
    select.value = chosen;
    const pick = el("input", { type: "file", id: "bring", multiple: true, hidden: true, accept: ".yaml,.yml,.csv,.tsv,.txt,.xlsx,.graphml,.gml,.net,.json", onchange: () => { this.bring([...pick.files]); pick.value = ""; } });
    this.told = el("div", { class: "brought", role: "status" });
    const drop = el("div", { class: "drop", id: "drop" }, el("p", {}, T("drop")), el("button", { type: "button", class: "small", onclick: () => pick.click() }, T("choose_files")), pick);
    drop.addEventListener("dragover", (e) => { e.preventDefault(); drop.classList.add("over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (e) => { e.preventDefault(); drop.classList.remove("over"); this.bring([...e.dataTransfer.files]); });
    const section = ask.section("community", "q_community", el("div", { class: "row" }, select, ask.asked.study ? el("span", { class: "chip" }, T("residents", whole(ask.asked.study.residents))) : null), ask.wrong("community"), drop, this.told);
    section.querySelector("h2").id = "q-community-head";
    this.tell();
    if (own.some(([name]) => name === chosen)) this.check(chosen);
    return section;
  },
  // Files go into the folder as they are; what is a community is read at once, what are tables wait for what they hold.
  async bring(files) {
    for (const file of files) await this.keep(file, false);
    await Desk.hello();
    const tables = files.filter((file) => !/\.ya?ml$/i.test(file.name)).map((file) => file.name);
    this.pending = [...new Set([...this.pending, ...tables])];
    const community = files.find((file) => Desk.there.own.some(([name]) => name === file.name));
    if (community) { this.ask.lay({ community: community.name }); this.pending = []; }
    Desk.parts.ask.draw();
  },
  async keep(file, over) {
    const heard = await fetch(`/bring/${encodeURIComponent(file.name)}`, { method: "POST", headers: { "x-desk-key": Desk.key(), ...(over ? { "x-over": "yes" } : {}) }, body: file }).catch(() => null);
    if (!heard) { Desk.say(T("lost"), true); return; }
    if (heard.ok) { Desk.say(T("file_kept", file.name)); this.brought = {}; return; }
    const said = await heard.json();
    if (heard.status === 409) {
      Desk.say(T("file_there", file.name), true, el("button", { type: "button", class: "small", onclick: async () => { await this.keep(file, true); Desk.parts.ask.draw(); } }, T("replace")), el("button", { type: "button", class: "small", onclick: () => Desk.say("") }, T("leave")));
    } else Desk.say(Words.pick(said.says), true);
  },
  tell() {
    if (this.pending.length) {
      const guess = (words) => this.pending.find((name) => words.some((word) => name.toLowerCase().includes(word)));
      const residents = el("select", { id: "which-residents" }, this.pending.map((name) => el("option", { value: name }, name))), ties = el("select", { id: "which-ties" }, el("option", { value: "" }, T("no_ties")), this.pending.map((name) => el("option", { value: name }, name)));
      residents.value = guess(["resident", "people", "居民", "person", "node"]) || this.pending[0];
      ties.value = guess(["tie", "edge", "关系", "link", "network"]) || "";
      const title = el("input", { type: "text", id: "own-title", maxlength: 100, value: T("own") });
      fill(this.told, el("div", { class: "fields" }, el("div", { class: "field" }, el("label", { for: "which-residents" }, T("which_residents")), residents), el("div", { class: "field" }, el("label", { for: "which-ties" }, T("which_ties")), ties), el("div", { class: "field" }, el("label", { for: "own-title" }, T("community_title")), title)),
        el("button", { type: "button", class: "act", id: "make-community", onclick: async () => {
          const made = await Desk.ask("make_community", { residents: residents.value, ties: ties.value || null, title: title.value });
          if (made) { this.pending = []; await Desk.hello(); this.ask.lay({ community: made.community }); }
        } }, T("make_community")));
      return;
    }
    const said = this.brought[this.ask.said.community];
    if (!said) { fill(this.told); return; }
    if (!said.done) { fill(this.told, el("p", { class: "hint" }, T("reading_files"))); return; }
    if (said.code) { fill(this.told, el("pre", { class: "problem" }, Mistakes.of(said))); return; }
    fill(this.told, el("p", { class: "fine" }, T("brought", said.answer.title, whole(said.answer.residents), whole(said.answer.ties))), said.answer.notes.map((note) => el("p", { class: "hint" }, note)));
  },
  async check(community) {
    if (this.brought[community]?.done || this.checking) return;
    this.checking = true;
    try {
      for (;;) {
        const said = await Desk.ask("bring", { community }, { quiet: true });
        if (!said) return;
        this.brought[community] = said.brought;
        if (this.ask.said.community === community) this.tell();
        if (said.brought.done) return;
        await new Promise((go) => setTimeout(go, 600));
      }
    } finally { this.checking = false; }
  },
};
