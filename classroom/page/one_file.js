"use strict";
// The page that runs the model by itself: two worlds in this browser, the controls, and what is saved.
const SECONDS = 1000, A_FRAME = 28, LEAST = 4;  // milliseconds for living and drawing together, and for living at least
const clone = (value) => JSON.parse(JSON.stringify(value));

async function unpacked(text) {
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Uint8Array(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}

const Page = {
  playing: false, chosen: -1, luck: 0, where: 1,
  async begin() {
    const { told, module, places } = JSON.parse(byId("told").textContent);
    Words.set(navigator.language.startsWith("zh") ? "zh" : "en");
    this.say(T("loading"));
    try {
      this.told = { ...JSON.parse(new TextDecoder().decode(await unpacked(told))), places };
      this.state = this.told.state;
      this.module = await WebAssembly.compile(await unpacked(module));
    } catch (error) { this.say(T("cannot", error.message), true); return; }
    this.maps = [0, 1].map((w) => new WorldMap(byId(`map${w}`), w, (row) => this.choose(row, w)));
    this.charts = ["f_cohesion", "f_unmet", "f_tiers", "f_orders", "f_cost", "f_any"].map((family) => new Chart(family, this.told.metrics));
    fill(byId("charts"), this.charts.map((chart) => chart.node));
    this.lesson = new Lessons(byId("tab-lesson"), () => {}, (what) => Steps.take(this, what));
    this.board = new Board(byId("flow"));
    byId("board-part").addEventListener("toggle", () => this.board.draw());
    this.controls();
    await this.found();
    this.words();
    this.tab(this.told.lesson ? "lesson" : "policies");
    requestAnimationFrame((now) => this.frame(now));
  },
  say(text, bad = false) { byId("status").hidden = !text; byId("status").textContent = text; byId("status").classList.toggle("bad", bad); },
  async place(packed) {
    const bytes = await unpacked(packed), end = bytes.indexOf(10);
    return [JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))), bytes.subarray(end + 1)];
  },
  // Two worlds anew, with the luck that is chosen, up to the week at which the page begins.
  async found(listed = null) {
    const packed = this.told.places[this.luck], places = await Promise.all(packed.map((one) => this.place(one)));
    this.worlds = [0, 1].map((w) => { const [place, piece] = places[w % places.length]; return new linli.World(this.module, this.told.known, place, piece); });
    this.names = places[0][0].names;
    const grid = Array.from(this.worlds[0].column("grid")), household = Array.from(this.worlds[0].column("household"));
    this.run = new OwnRun({ residents: grid.length, grids: this.worlds[0].place.grids, grid, household, gridNames: this.told.shown.gridNames }, this.worlds, this.told.board);
    this.listed = listed || this.state.worlds.map((world) => clone(world.policies));
    this.set ||= [{}, {}];
    this.changed = this.told.changes.length > 0;
    Touches.given = []; this.giving = null;
    this.set.forEach((set, w) => Object.entries(set).forEach(([path, [number]]) => this.worlds[w].set(path, number)));
    this.chosen = -1; this.rows = [-1, -1];
    [0, 1].forEach((w) => this.act(w));
    for (let k = 0; k < this.state.week; k += 1) { this.again(k); this.run.live(k < this.state.week - 1); }
    this.run.from = this.state.week;
    this.again(this.state.week);
    this.maps.forEach((map) => map.open(this.run));
    this.say("");
    this.panels();
    this.show();
  },
  // What had been done by hand and changed in the rules when the page was made, before a week; a hand has founders of the first luck.
  again(week) {
    const { touches = [] } = this.state, { changes } = this.told;
    if (!this.luck) for (const one of touches) if (one.week === week) Touches.give(this.run, one.world, one.row, one.what, one.other);
    for (const one of changes) if (one.week === week) for (const [path, [number]] of Object.entries(one.set)) this.worlds[one.world].set(path, number);
  },
  // Parameters of a world as they are now, apart from those of its founding.
  setNow(w) { return Object.assign({}, ...this.told.changes.filter((one) => one.world === w && one.week <= this.run.week).map((one) => one.set), this.set[w]); },
  // The policies of a world as its engine takes them.
  act(w) {
    const said = this.told.known.policies;
    this.worlds[w].change(this.listed[w].map(({ name, doses }) => {
      const policy = { name, doses: {}, parts: {} };
      for (const [dose, value] of Object.entries(doses)) {
        if (["start", "stop", "ramp", "every", "active", "grids", "groups", "tiers", "where", "uptake", "capacity"].includes(dose)) policy[dose] = value;
        else if (said[name].parts && dose in said[name].parts) policy.parts[dose] = value;
        else policy.doses[dose] = value;
      }
      return policy;
    }));
  },
  strength(w, name) { return this.listed[w].find((one) => one.name === name && linli.strengthIn(Math.max(this.run.week, one.doses.start || 0), one.doses) > 0); },
  // Put a policy on from the present week, or change its doses from now on; or end it.
  put(w, name, on, doses) {
    const week = this.run.week;
    const kept = this.listed[w].flatMap((one) => {
      if (one.name !== name || (one.doses.stop ?? Infinity) <= week) return [one];
      return (one.doses.start || 0) < week ? [{ name, doses: { ...one.doses, stop: week } }] : [];
    });
    this.listed[w] = on ? [...kept, { name, doses: { ...doses, start: week } }] : kept;
    try { this.act(w); this.say(""); } catch (error) { this.say(T("policy_refused", name, error.message), true); }
    this.show();
  },
  // ---- panels
  panels() {
    const { policies, parameters, shown } = this.told, fits = this.worlds[0].place.policies, own = (this.doses ||= {});
    const parts = (name) => { const { parts: of } = this.told.known.policies[name]; return of ? Object.values(of).map(([part]) => part) : [name]; };
    const here = policies.filter(({ name }) => parts(name).every((part) => fits[part])), not = policies.filter((one) => !here.includes(one));
    const choice = (id, label) => {
      const where = el("select", { id, onchange: () => { this.where = Number(where.value); this.panels(); this.marks(); } }, [0, 1].map((w) => el("option", { value: w }, `${T(w ? "second_world" : "first_world")}${S(":")}${Words.pick(shown.worlds[w])}`)));
      where.value = String(this.where);
      return el("div", { class: "row" }, el("label", { for: id }, T(label)), where);
    };
    this.cards = {};
    fill(byId("tab-policies"), el("p", { class: "hint" }, T("both_same")), choice("where", "act_in"), here.map((policy) => this.card(policy, (own[policy.name] ||= this.carried(policy.name)))),
      not.length ? el("p", { class: "hint" }, T("unfit", not.map((one) => Words.pick(one.title)).join(S(",")))) : null, el("p", { class: "hint" }, T("assumed_doses")));
    const find = el("input", { type: "search", id: "find", placeholder: T("filter"), "aria-label": T("filter"), oninput: () => Sections.find(groups, find.value) });
    const now = this.setNow(this.where);
    const groups = Sections.of(parameters, (spec) => new Dial({ ...spec, value: now[spec.path]?.[1] ?? spec.value }, (value) => this.parameter(spec, value)));
    fill(byId("tab-parameters"), el("p", { class: "hint" }, T("holds_from_now")), choice("where-parameters", "in_world"), find, groups.map((group) => group.node), el("p", { class: "hint" }, T("founded_first", this.told.founded.map((both) => Words.pick(both)).join(Words.at ? "、" : "; "))));
  },
  // Whether it can be told whom words mean.
  readable(words) {
    const { words: known, groups } = this.told.known;
    try { if (words) whom.read(words, { ...known, groups }); } catch (error) {
      if (!(error instanceof whom.Refused)) throw error;
      this.say(error.near ? T("where_near", error.found, error.near) : T("where_wrong", error.found), true);
      return false;
    }
    this.say("");
    return true;
  },
  carried(name) {
    const doses = { ...(this.listed[this.where].findLast((one) => one.name === name)?.doses || {}) };
    delete doses.start; delete doses.stop;
    return doses;
  },
  card(policy, doses) {
    const send = later(200, () => { if (this.strength(this.where, policy.name)) this.put(this.where, policy.name, true, doses); });
    const dial = (spec) => new Dial({ ...spec, value: doses[spec.name] ?? spec.value }, (value) => { if (spec.kind === "words" && !this.readable(value)) return; doses[spec.name] = value; send(); }).node;
    const flip = el("input", { type: "checkbox", role: "switch", id: `on-${policy.name}`, "aria-label": Words.pick(policy.title), "data-policy": policy.name, onchange: () => this.put(this.where, policy.name, flip.checked, doses) });
    const since = el("span", { class: "since" });
    this.cards[policy.name] = { flip, since };
    const own = policy.doses.filter((one) => !one.general), general = policy.doses.filter((one) => one.general);
    return el("div", { class: "policy" }, flip, el("details", {}, el("summary", {}, el("strong", {}, Words.pick(policy.title)), since),
      Words.at && policy.sentence[0] === policy.sentence[1] ? null : el("p", { class: "sentence" }, Words.pick(policy.sentence)), own.map(dial), el("details", { class: "inner" }, el("summary", {}, T("when_whom")), general.map(dial)),
      el("p", { class: "hint" }, `${T("sources")}${S(":")}${policy.sources.join(", ")}`)));
  },
  marks() {
    for (const [name, card] of Object.entries(this.cards)) {
      const on = this.strength(this.where, name);
      card.flip.checked = Boolean(on);
      card.since.textContent = on ? this.period(on.doses) : "";
    }
    [0, 1].forEach((w) => {
      const titles = this.told.policies.filter(({ name }) => this.strength(w, name)).map((one) => Words.pick(one.title));
      fill(byId(`chips${w}`), titles.map((title) => el("span", { class: "chip" }, title)));
    });
  },
  period({ start = 0, stop = null }) { return stop !== null ? T("from_to", start, stop) : start > this.run.week ? T("from_then", start) : T("since_week", start); },
  parameter(spec, value) {
    const number = spec.kind === "choice" ? spec.numbers[spec.choices.findIndex(([choice]) => choice === value)] : Number(value);
    this.set[this.where][spec.path] = [number, value];
    this.worlds[this.where].set(spec.path, number);
    this.changed ||= this.run.week > 0;
    this.show();
  },
  // ---- the picture
  show() {
    this.run.look();
    byId("week").textContent = String(this.run.week);
    this.maps.forEach((map) => map.draw());
    this.charts.forEach((chart) => chart.open(this.run, this.told.shown.worlds.map((both) => Words.pick(both))));
    this.board.open(this.run, this.told.shown.worlds.map((both) => Words.pick(both)));
    this.board.draw();
    this.around();
    document.body.dataset.week = String(this.run.week);
  },
  // Words beside the picture.
  around() {
    const count = this.run.differing.at(-1) || 0;
    byId("differing").textContent = count ? T("differing", count) : T("same_lives");
    const acts = this.listed[1].length || Object.keys(this.set[1]).length || this.listed[0].length || this.told.places[0].length > 1;
    const hand = Touches.given.at(-1), ever = this.run.differs.reduce((sum, bits) => sum + (bits ? 1 : 0), 0);
    byId("coach").textContent = hand && this.run.week > hand.week ? T("spreads", T(`hand_${hand.what}`, hand.week), ever) : T(!acts && !hand ? "coach_policy" : !this.run.week ? "coach_play" : count ? "coach_click" : "coach_wait");
    this.marks();
    this.story();
  },
  frame(now) {
    requestAnimationFrame((next) => this.frame(next));
    if (!this.playing) { this.owed = 0; this.then = now; return; }
    const speed = Number(byId("speed").value), begun = performance.now();
    this.owed = speed ? Math.min(8, (this.owed || 0) + ((now - this.then) * speed) / SECONDS) : Infinity;
    this.then = now;
    let lived = 0;
    while (this.owed >= 1 && performance.now() - begun < Math.max(LEAST, A_FRAME - (this.drew || 0))) { this.run.live(); this.owed -= 1; lived += 1; if (this.worlds[0].week % 520 === 0) { this.play(false); break; } }
    if (!lived) return;
    const after = performance.now();
    this.run.look();
    byId("week").textContent = String(this.run.week);
    this.maps.forEach((map) => map.draw());
    this.drew = performance.now() - after;
    this.turns();
  },
  // While weeks go by, what stands around the maps takes turns, so that the picture keeps its pace on a weak machine.
  turns() {
    const now = performance.now();
    if (now < (this.restUntil || 0)) return;
    const seen = this.charts.filter((chart) => chart.visible), at = (this.turn = ((this.turn ?? -1) + 1) % (seen.length + 1));
    if (at < seen.length) seen[at].open(this.run, this.told.shown.worlds.map((both) => Words.pick(both)));
    else this.around();
    const took = performance.now() - now;
    this.restUntil = now + took + Math.max(100, 6 * took);
  },
  play(on) { this.playing = on; byId("play").textContent = T(on ? "pause" : "play"); byId("play").setAttribute("aria-pressed", String(on)); if (!on) this.show(); },
  live(weeks) { this.play(false); for (let k = 0; k < weeks; k += 1) this.run.live(); this.show(); },
  // In one world only, somebody is given an hour or a step up, or a friend or another home that is chosen on the map.
  give(w, row, what, other) {
    if (["friend", "move"].includes(what) && other === undefined) { this.giving = { w, row, what }; this.play(false); this.say(T(`choose_${what}`)); return; }
    const key = this.run.keys[w][row], why = Touches.give(this.run, w, row, what, other);
    this.say(why ? T(why) : "", Boolean(why));
    this.show();
    this.choose(this.run.keys[w].indexOf(key), w);
  },
  choose(row, w = 0) {
    if (this.giving) { const { w: where, row: whose, what } = this.giving; this.giving = null; this.give(where, whose, what, this.run.rowsOf(row, w)[where]); return; }
    this.chosen = row;
    this.rows = this.run.rowsOf(row, w);
    this.maps.forEach((map, one) => { map.selected = this.rows[one]; map.friends = this.friends(one, this.rows[one]); map.draw(); });
    this.story();
  },
  friends(w, row) {
    const world = this.worlds[w], first = Number(world.column("tie_first")[row]), many = Number(world.column("degree")[row]);
    return Array.from({ length: many }, (_, k) => ({ row: Number(world.column("tie_other")[first + k]), strength: world.column("tie_strength")[first + k] }));
  },
  // Who somebody is, and how they stand, in each world.
  story() {
    const box = byId("resident"), { rows } = this;
    box.hidden = this.chosen < 0;
    if (this.chosen < 0) return;
    const { grid, gridNames } = this.run.standing, places = new Set(rows.map((row) => gridNames?.[grid[row]] ?? T("grid", grid[row] + 1)));
    const founder = rows.map((row, w) => this.run.founders[w].get(this.run.keys[w][row])).find((one) => one !== undefined);
    const lives = this.worlds.map((world, w) => el("div", { class: `life world${w}` }, el("h3", {}, el("span", { class: "swatch" }), Words.pick(this.told.shown.worlds[w])), this.told_of(world, w, rows[w])));
    fill(box, el("h2", {}, `${founder === undefined ? T("newcomer") : Words.pick(this.names[founder])} · ${[...places].join(" / ")}`), el("div", { class: "lives" }, lives), el("p", { class: "hint" }, T("invented")));
  },
  told_of(world, w, row) {
    const at = (name) => Number(world.column(name)[row]), tier = this.run.tiers[w][row];
    if (tier === 255) return [el("p", {}, T("nobody_here")), this.past(w, row)];
    const home = world.column("household"), own = home[row], size = home.reduce((sum, one, i) => sum + (one === own && this.run.tiers[w][i] !== 255 ? 1 : 0), 0);
    const friends = this.friends(w, row), hours = at("hours"), needs = at("open_needs"), waiting = needs.toString(2).replace(/0/g, "").length;
    const who = [this.newcomer(w, row) ? T("newcomer") : null, T(`age${at("age")}`), size > 1 ? T("member_of", size) : T("alone"), T(tier === 4 ? "child" : `tier${tier}`)];
    const facts = [T("friends_n", friends.length) + S(",") + T("strong_n", friends.filter((one) => one.strength >= 0.5).length), hours > 0 ? T("gave_hours", hours < 0.1 ? "<0.1" : hours.toFixed(1)) : T("gave_none"), needs ? T("waits_n", waiting) : T("waits_none")];
    const gauges = [["gauge_identity", "identity"], ["gauge_efficacy", "efficacy"], ["gauge_skill", "skill"], ["gauge_fatigue", "fatigue"], ["gauge_wellbeing", "wellbeing"]];
    return [el("p", { class: "who" }, who.filter(Boolean).join(S(","))), el("ul", {}, facts.map((fact) => el("li", {}, fact))),
      el("p", { class: "gauges" }, gauges.map(([word, name]) => el("span", { class: "gauge" }, T(word), el("meter", { min: 0, max: 1, value: at(name), "aria-label": T(word) }), at(name).toFixed(2)))),
      tier === 4 ? null : el("p", { class: "give" }, T("give"), ["hour", "step", "friend", "move"].map((what) => el("button", { type: "button", class: "small", "data-give": what, onclick: () => this.give(w, row, what) }, T(`give_${what}`)))),
      this.past(w, row)].filter(Boolean);
  },
  past(w, row) {
    const said = (tier) => T(tier === 255 ? "moved_out" : tier === 4 ? "child" : `tier${tier}`), lived = this.run.history[w], since = this.run.arrived[w][row] ?? 0;
    const first = lived[since]?.[row] ?? this.run.tiers[w][row], steps = [];
    for (let week = since + 1; week < lived.length; week += 1) if (lived[week][row] !== lived[week - 1][row]) steps.push(T("became", week, said(lived[week][row])));
    return el("p", {}, `${T("history")}${S(":")}`, [this.newcomer(w, row) ? T("came_as", since, said(first)) : T("started_as", said(first)), ...steps.slice(-8)].join(S(";")));
  },
  newcomer(w, row) { return !this.run.founders[w].has(this.run.keys[w][row]); },
  ties() {
    this.maps.forEach((map, w) => {
      const world = this.worlds[w], [first, degree, other, strength] = ["tie_first", "degree", "tie_other", "tie_strength"].map((name) => world.column(name)), home = this.run.standing.household, pairs = [], strong = [];
      for (let i = 0; i < degree.length; i += 1) for (let k = Number(first[i]); k < Number(first[i]) + Number(degree[i]); k += 1) if (i < other[k] && strength[k] >= 0.3 && home[i] !== home[other[k]]) { pairs.push(i, other[k]); strong.push(255 * strength[k]); }
      map.ties = { pairs, strength: strong };
      map.drawUnder();
    });
  },
  // ---- what is saved
  studyText() {
    const { state, told } = this, weeks = Math.max(1, this.run.week), arms = {};
    state.worlds.forEach((world, w) => {
      const name = world.name in arms ? `${world.name} 2` : world.name, laid = { ...world.set, ...Object.fromEntries(Object.entries(this.setNow(w)).map(([path, [, value]]) => [path, value])) };
      const policies = this.listed[w].filter(({ doses }) => (doses.stop ?? Infinity) > (doses.start || 0)).map((one) => {
        const doses = { ...one.doses };
        if (doses.stop === null) delete doses.stop;
        return { [one.name]: doses };
      });
      arms[name] = Object.keys(laid).length ? { policies, set: laid } : policies;
    });
    const said = { title: state.title || Words.pick(told.shown.title), question: state.question || "What do these policies change, with the same people and the same luck?", community: state.community, weeks, window: Math.min(52, weeks), replicates: 20, seed: state.seed };
    if (Object.keys(state.set).length) said.set = state.set;
    const line = (value) => JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).replace(/":/g, '": ').replace(/,"/g, ', "');
    const lines = [`# ${T("study_head", this.luck)}`, this.changed ? `# ${T("study_changed")}` : null, Touches.given.length ? `# ${T("study_touched")}` : null, ...Object.entries(said).map(([key, value]) => `${key}: ${line(value)}`), "arms:", ...Object.entries(arms).map(([name, arm]) => `  ${line(name)}: ${line(arm)}`), `outcomes: ${line(told.outcomes)}`];
    return `${lines.filter(Boolean).join("\n")}\n`;
  },
  csvText() {
    const all = [0, 1].map((w) => linli.metricsOf(this.worlds[w])), names = Object.keys(all[0]).filter((name) => name !== "week");
    const worlds = this.told.shown.worlds.map((both) => Words.pick(both)), quoted = (text) => `"${text.replace(/"/g, '""')}"`;
    const head = ["week", ...names.flatMap((name) => worlds.map((world) => `${name} (${world})`))].map(quoted).join(",");
    const rows = Array.from({ length: this.run.week }, (_, week) => [week, ...names.flatMap((name) => [0, 1].map((w) => all[w][name][week]))].map((x) => (Number.isNaN(x) ? "" : x)).join(","));
    return `${[head, ...rows].join("\n")}\n`;
  },
  // ---- controls
  controls() {
    const on = (id, act, kind = "click") => byId(id).addEventListener(kind, act);
    on("play", () => this.play(!this.playing));
    on("week1", () => this.live(1));
    on("year", () => this.live(52));
    on("reset", async () => { this.play(false); await this.found(this.restarted()); });
    on("luck", async () => { this.luck = Number(byId("luck").value); this.play(false); await this.found(this.listed); }, "change");
    on("language", () => { Words.set(Words.at ? "en" : "zh"); this.words(); });
    on("bigger", () => { const root = document.documentElement; root.dataset.size = String((Number(root.dataset.size) % 3) + 1); this.maps.forEach((map) => map.lay()); this.show(); });
    on("save-study", () => saveFile("study.yaml", this.studyText(), "text/yaml"));
    on("save-csv", () => saveFile(`weeks-${this.run.week}.csv`, this.csvText(), "text/csv"));
    on("show-ties", (e) => { if (e.target.checked) this.ties(); this.maps.forEach((map) => { map.shows.ties = e.target.checked; map.drawUnder(); map.draw(); }); }, "change");
    for (const name of ["acts", "needs", "differences"]) on(`show-${name}`, (e) => this.maps.forEach((map) => { map.shows[name] = e.target.checked; map.draw(); }), "change");
    for (const name of ["policies", "parameters", "lesson"]) on(`to-${name}`, () => this.tab(name));
    const tabs = [...document.querySelectorAll("[role=tab]")];
    for (const tab of tabs) tab.addEventListener("keydown", (e) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key], there = tabs.filter((one) => !one.hidden);
      if (step) { const next = there[(there.indexOf(tab) + step + there.length) % there.length]; next.focus(); next.click(); }
    });
    document.addEventListener("keydown", (e) => {
      if (e.key === "Escape") { byId("menu").open = false; if (this.giving) { this.giving = null; this.say(""); } }
      if (e.target.matches("input, select, textarea, button, summary, canvas") || e.ctrlKey || e.metaKey || e.altKey) return;
      const id = { " ": "play", ".": "week1", 0: "reset" }[e.key];
      if (id) { e.preventDefault(); byId(id).click(); }
    });
    let width = window.innerWidth;
    window.addEventListener("resize", later(150, () => { if (window.innerWidth !== width) { width = window.innerWidth; this.maps.forEach((map) => map.lay()); this.show(); } }));
  },
  // What is on from the present week on, as from the first week that the page shows.
  restarted() { return this.listed.map((listed) => listed.filter(({ doses }) => (doses.stop ?? Infinity) > this.run.week).map(({ name, doses }) => ({ name, doses: { ...doses, start: Math.min(doses.start || 0, this.state.week) } }))); },
  tab(chosen) {
    for (const name of ["policies", "parameters", "lesson"]) {
      byId(`to-${name}`).setAttribute("aria-selected", String(name === chosen));
      byId(`to-${name}`).tabIndex = name === chosen ? 0 : -1;
      byId(`tab-${name}`).hidden = name !== chosen;
    }
  },
  words() {
    Words.set(Words.at ? "zh" : "en");
    const { shown } = this.told;
    document.title = `${Words.pick(shown.title)} · linli`;
    byId("place").textContent = Words.pick(shown.title);
    byId("question").textContent = Words.pick(shown.question);
    [0, 1].forEach((w) => { byId(`name${w}`).textContent = Words.pick(shown.worlds[w]); });
    fill(byId("legend"), legend());
    fill(byId("luck"), this.told.places.map((_, at) => el("option", { value: at }, T("luck_n", at + 1))));
    byId("luck").value = String(this.luck);
    byId("speed").lastElementChild.textContent = T("max");
    byId("ties-switch").hidden = !shown.drawTies;
    byId("to-lesson").hidden = !this.told.lesson;
    if (this.told.lesson) this.lesson.show(this.told.lesson);
    this.charts.forEach((chart) => chart.relabel());
    this.maps.forEach((map) => map.drawUnder());
    this.panels();
    this.play(false);
  },
};
window.addEventListener("DOMContentLoaded", () => Page.begin());
