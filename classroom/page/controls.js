"use strict";
// Buttons, tabs, menus and keys of the live page.
const Controls = {
  shownDrawer: "charts",
  wide: window.matchMedia("(min-width: 1400px)"),
  wire(live) {
    this.live = live;
    const on = (id, act) => byId(id).addEventListener("click", act);
    on("play", () => (live.playing ? live.pause() : live.play()));
    on("week1", () => { live.pause(); live.weeks(1); });
    on("reset", () => live.open({ week: live.start }));
    on("language", () => { localStorage.setItem("language", Words.at ? "en" : "zh"); Words.set(Words.at ? "en" : "zh"); this.translated(); });
    on("bigger", () => { const size = String((Number(document.documentElement.dataset.size) % 3) + 1); document.documentElement.dataset.size = size; localStorage.setItem("size", size); live.maps.forEach((m) => m.run && m.lay()); live.dirty = true; });
    byId("seed").addEventListener("change", () => {
      const seed = Math.floor(Number(byId("seed").value));
      if (seed >= 0 && seed <= Number.MAX_SAFE_INTEGER) live.open({ seed, week: live.start });
      else { byId("seed").value = live.state.seed; this.status(T("from_to", 0, Number.MAX_SAFE_INTEGER), true); }
    });
    on("luck", () => live.open({ seed: (Number(byId("seed").value) || 0) + 1, week: live.start }));
    byId("community").addEventListener("change", () => { live.state = null; live.selected = -1; live.pause(); live.starting = true; live.ask({ do: "open", state: { community: byId("community").value, seed: Number(byId("seed").value) || 1, week: SETTLED } }); });
    byId("enter").addEventListener("submit", (event) => { event.preventDefault(); Kept.write("code", byId("enter-code").value.trim().toUpperCase()); live.connect(); });
    byId("speed").addEventListener("change", () => { this.paced = byId("speed").value; });
    for (const tab of ["lessons", "policies", "parameters", "class"]) on(`to-${tab}`, () => this.tab(tab));
    for (const part of ["charts", "resident", "board", "only"]) on(`see-${part}`, () => this.drawer(part));
    for (const layer of ["acts", "ties", "needs", "differences"]) byId(`show-${layer}`).addEventListener("change", (e) => this.layer(layer, e.target.checked));
    on("copy-link", async () => { const address = `${live.room.base()}/#s=${toBase64(JSON.stringify(live.plain()))}${live.room.code()}`; try { await navigator.clipboard.writeText(address); this.status(T("copied")); } catch { this.status(address); } });
    on("save-state", () => this.saved("state.json", JSON.stringify(live.plain(), null, 1), "application/json"));
    on("save-study", () => live.ask({ do: "study" }));
    on("save-homework", () => live.ask({ do: "homework" }));
    on("open-file", () => byId("file").click());
    byId("file").addEventListener("change", async (event) => { const file = event.target.files[0]; if (file) this.read(await file.slice(0, 65000).text()); event.target.value = ""; });
    for (const list of document.querySelectorAll("[role=tablist]")) list.addEventListener("keydown", (e) => this.arrows(e, list));
    document.addEventListener("keydown", (e) => this.keys(e));
    document.addEventListener("keydown", (e) => { if (e.key === "Escape" && byId("menu").open) { byId("menu").open = false; byId("menu").querySelector("summary").focus(); } });
    document.addEventListener("click", (e) => { const menu = byId("menu"); if (menu.open && !menu.contains(e.target)) menu.open = false; });
    window.addEventListener("resize", later(120, () => { live.maps.forEach((m) => m.run && m.lay()); live.dirty = true; }));
    this.wide.addEventListener("change", () => this.drawer(this.shownDrawer));
    this.tab("policies");
    this.drawer("charts");
    this.translated();
  },
  read(text) {
    this.live.own();
    try { const state = JSON.parse(text); this.live.pause(); this.live.start = 0; this.live.ask({ do: "open", state }); } catch { this.live.pause(); this.live.starting = true; this.live.ask({ do: "open_study", text }); }
  },
  keys(event) {
    if (event.key === "Escape" && this.live.giving) { this.live.giving = null; this.status(""); }
    if (event.target.matches("input, select, textarea, button, summary, canvas") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") { event.preventDefault(); byId("play").click(); }
    if (event.key === ".") byId("week1").click();
    if (event.key === "0") byId("reset").click();
  },
  arrows(event, list) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...list.querySelectorAll("[role=tab]")].filter((t) => t.offsetParent), next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  },
  pick(prefix, names, chosen, panel) {
    for (const name of names) {
      const tab = byId(`${prefix}-${name}`), here = name === chosen;
      tab.setAttribute("aria-selected", String(here));
      tab.tabIndex = here ? 0 : -1;
      byId(`${panel}-${name}`).hidden = !here;
    }
  },
  tab(name) { this.shownTab = name; this.pick("to", ["lessons", "policies", "parameters", "class"], name, "tab"); },
  // On a wide screen the charts stay in sight beside the other three.
  drawer(name) {
    this.shownDrawer = name === "charts" && this.wide.matches ? "resident" : name;
    this.pick("see", ["charts", "resident", "board", "only"], this.shownDrawer, "part");
    this.live.board.draw();
    (this.live.charts || []).forEach((chart) => chart.draw());
  },
  layer(name, shown) {
    byId(`show-${name}`).checked = shown;
    this.live.maps.forEach((map) => { map.shows[name] = shown; if (map.run) map.drawUnder(); });
    if (name === "ties" && shown) this.live.ask({ do: "ties" });
    this.live.dirty = true;
  },
  // Bring the chart of a metric into view, and show that metric in it.
  chart(live, name) {
    const family = Object.keys(FAMILIES).find((f) => FAMILIES[f].includes(name)) || "f_any";
    const chart = live.charts.find((c) => c.family === family);
    this.drawer("charts");
    chart.shown = name;
    chart.relabel();
    chart.node.scrollIntoView({ block: "nearest" });
    chart.visible = true;
    chart.draw();
  },
  pace() { const said = byId("speed").value; return said === "max" ? Infinity : Number(said); },
  playing(yes) { byId("play").textContent = `${yes ? "❚❚" : "▶"} ${T(yes ? "pause" : "play")}`; byId("play").setAttribute("aria-pressed", String(yes)); },
  week(week) { byId("week").textContent = String(week); },
  difference(run) {
    const count = run.week ? Math.round(run.value(1, "differing")) : 0;
    const said = count ? T("differing", count) : T("same_lives");
    if (byId("differing").textContent !== said) byId("differing").textContent = said;
    this.coach(run, count);
  },
  // One sentence on what to do next, for somebody who sees the page for the first time.
  coach(run, differing) {
    const { live } = this, node = byId("coach");
    const other = live.state.worlds.some((world) => world.policies.length || Object.keys(world.set).length) || live.state.changes.length || live.state.touches.length;
    const hand = live.state.touches.at(-1), ever = run.differs.reduce((sum, bits) => sum + (bits ? 1 : 0), 0);
    const said = run === live.classRun ? "" : hand && run.week > hand.week ? T("spreads", T(`hand_${hand.what}`, hand.week), ever) : T(!other ? "coach_policy" : run.week <= live.start ? "coach_play" : !differing ? "coach_wait" : live.selected === undefined ? "coach_click" : "one_luck");
    if (node.textContent !== said) node.textContent = said;
    node.hidden = !said;
  },
  // What is done in each world, beside its name.
  chips(live) {
    const inClass = live.run === live.classRun, titles = new Map(live.hello.policies.map((p) => [p.name, p.title]));
    [0, 1].forEach((w) => {
      const on = inClass ? [] : live.state.worlds[w].policies.filter((_, i) => live.state.said[w][i]?.on);
      const names = [...new Set(on.map((p) => p.name))].map((name) => Words.pick(titles.get(name) || name)), shown = names.length > 1 ? [names[0], `+${names.length - 1}`] : names;
      fill(byId(`chips${w}`), shown.map((name) => el("span", { class: "chip", title: names.join(", ") }, name)));
    });
  },
  // Which community, luck, weeks and policies a picture shows.
  about() {
    const { live } = this, titles = new Map(live.hello.policies.map((p) => [p.name, p.title]));
    if (live.run === live.classRun) return T("class_plays");
    const done = live.state.worlds.map((world, w) => `${live.worlds[w]}${S(":")}${[...new Set(world.policies.map((p) => Words.pick(titles.get(p.name) || p.name)))].join(S(",")) || T("no_policy")}`);
    return `${T("about", Words.pick(live.ownRun.standing.title), live.state.seed, live.run.week)}\n${done.join("; ")}`;
  },
  status(said, bad = false) { const node = byId("status"); node.textContent = said; node.classList.toggle("bad", bad); node.hidden = !said; clearTimeout(this.fading); if (said && !bad) this.fading = setTimeout(() => { node.hidden = true; }, 6000); },
  saved(name, content, type) { saveFile(name, content, type); this.status(T("saved", name)); },
  communities(both) { this.places = both; fill(byId("community"), both.map(([name, en, zh]) => el("option", { value: name }, Words.pick([en, zh])))); },
  opened(standing, state) {
    byId("seed").value = state.seed;
    if (![...byId("community").options].some((o) => o.value === state.community)) byId("community").append(el("option", { value: state.community }, Words.pick(standing.title)));
    byId("community").value = state.community;
    this.week(state.week);
  },
  place() {
    const { live } = this, inClass = live.run === live.classRun, { title, question } = live.state.shown;
    const name = inClass ? T("class_plays") : Words.pick(title) || Words.pick(live.ownRun.standing.title);
    byId("place").textContent = name;
    byId("question").textContent = inClass ? "" : Words.pick(question);
    document.title = `${T("title")} · ${name}`;
  },
  translated() {
    const { live } = this;
    Words.set(Words.at ? "zh" : "en");
    this.playing(live.playing);
    fill(byId("legend"), legend());
    fill(byId("speed"), ["1", "2", "5", "10", "20", "50", "max"].map((pace) => el("option", { value: pace }, pace === "max" ? T("fastest") : T("pace", pace))));
    byId("speed").value = this.paced || "10";
    if (!live.hello || !live.run) return;
    const place = byId("community").value;
    this.communities(this.places);
    byId("community").value = place;
    live.policies.show(live.hello.policies, live.state);
    live.policies.pay(live.policies.costs);
    live.parameters.show(live.parameters.sections, live.state);
    live.lessons.list();
    live.charts.forEach((chart) => { chart.relabel(); chart.draw(); });
    live.room.show(null, live.hello.policies);
    live.showRun(live.run);
    live.board.draw();
    live.look(true);
  },
};
