"use strict";
// Weeks that the first picture has lived already: in so small a community needs rise for two years, then rest.
const SETTLED = 104;
// The live page: it asks the server for weeks, draws what comes back, and keeps nothing that the state does not say.
const Live = {
  batch: 2, start: 0, run: null, state: null, hello: null, playing: false, waiting: false, asked: 0, frames: 0, tries: 0, classRun: null, watching: false,
  async begin() {
    this.arrive();
    Words.set(localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh" : "en"));
    document.documentElement.dataset.size = localStorage.getItem("size") || "1";
    this.maps = [0, 1].map((w) => new WorldMap(byId(`map${w}`), w, (row) => this.choose(row, w)));
    this.policies = new Policies(byId("tab-policies"), (m) => this.ask(m));
    this.parameters = new Parameters(byId("tab-parameters"), (m) => this.ask(m));
    this.lessons = new Lessons(byId("tab-lessons"), (m) => this.ask(m), (what, name) => this.act(what, name), new Predictions(this));
    this.room = new Room(byId("tab-class"), byId("class-stage"), (m) => this.ask(m));
    this.board = new Board(byId("flow"));
    this.stories = new Stories({ resident: byId("resident"), waiting: byId("waiting"), only: byId("only") }, (m) => this.ask(m), (row) => this.choose(row));
    this.stories.give = (world, row, what) => this.give(world, row, what);
    Controls.wire(this);
    window.addEventListener("hashchange", () => { if (this.arrive()) { if (this.linked) this.state = null; this.connect(); } });
    window.addEventListener("pagehide", () => this.keep());
    setInterval(() => this.keep(), 1000);
    this.connect();
    requestAnimationFrame((now) => this.tick(now));
  },
  // What an address carries: the teacher's key, a room code, a state. It counts in an open page too.
  arrive() {
    const given = new URLSearchParams(location.hash.slice(1));
    if (given.get("lang")) localStorage.setItem("language", given.get("lang"));
    for (const name of ["key", "code"]) if (given.get(name)) Kept.write(name, given.get(name));
    try { this.linked = given.get("s") ? JSON.parse(fromBase64(given.get("s"))) : null; } catch { this.linked = null; }
    if (location.hash) history.replaceState(null, "", location.pathname);
    return ["key", "code", "s"].some((name) => given.has(name));
  },
  // The page as it is, for when it is opened again.
  keep() {
    if (!this.hello || !this.ownRun) return;
    const kept = { state: this.plain(), tab: Controls.shownTab, lesson: this.lessons.name(), start: this.start }, said = JSON.stringify(kept);
    if (said !== this.keptSaid) Kept.write(this.hello.teacher ? "teacher" : "guest", kept);
    this.keptSaid = said;
  },
  connect() {
    Controls.status(T("connecting"));
    const socket = new WebSocket(`ws://${location.host}/live`), older = this.socket;
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    older?.close();
    clearTimeout(this.again);
    socket.onopen = () => socket.send(JSON.stringify({ do: "enter", key: Kept.read("key") || "", code: Kept.read("code") || "", seat: Kept.read("seat") || "" }));
    socket.onmessage = (event) => { if (this.socket === socket) this.hear(event.data); };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.waiting = false;
      if (event.code === 4401) { Controls.status(T("refused"), true); byId("enter").hidden = false; return; }
      if (event.code === 4409) return;
      Controls.status(T("lost"), true);
      this.tries += 1;
      this.again = setTimeout(() => this.connect(), Math.min(5000, 300 * 2 ** this.tries));
    };
  },
  ask(message) { if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message)); },
  hear(data) {
    if (typeof data !== "string") { this.hearBytes(data); return; }
    const said = JSON.parse(data);
    if (said.wait) Controls.status(T("compiling"));
    if (said.error) { this.waiting = false; if (said.asked === "weeks") this.pause(); Controls.status(Words.pick([said.error, said.zh]), true); if (this.state) { this.policies.marks(); } }
    if (said.hello) this.welcome(said.hello);
    if (said.opened) this.opened(said.opened, said.state);
    else if (said.state) this.take(said.state);
    if (said.look) this.looked(said.look);
    if (said.lesson) { this.lessons.show(said.lesson); if (this.ownRun) this.lessons.lived(this.ownRun, this.state); if (!said.quiet) Controls.tab("lessons"); }
    if (said.room) this.heard(said.room);
    if (said.class_opened) this.classRun = new Run(said.class_opened);
    if (said.study) Controls.saved("study.yaml", said.study, "text/yaml");
    if (said.homework) Controls.saved("homework.html", said.homework, "text/html");
  },
  hearBytes(data) {
    const magic = magicOf(data);
    if (magic === "LNT1") { const ties = Ties.read(data); this.maps[ties.world].ties = ties; this.maps[ties.world].drawUnder(); this.dirty = true; return; }
    if (magic === "LNC1") {
      if (!this.classRun) return;
      if (this.classRun.take(data) && this.watching && this.state) { if (this.run !== this.classRun) this.showRun(this.classRun); this.dirty = true; Controls.week(this.run.week); }
      return;
    }
    // as many weeks at once as a tenth of a second gives
    if (this.waiting) this.batch = Math.max(2, Math.min(26, Math.round((this.askedFor * 100) / Math.max(20, performance.now() - this.askedAt))));
    this.waiting = false;
    if (this.slow) { this.slow = false; Controls.status(""); }
    if (!this.ownRun?.take(data)) return;
    this.state.week = this.ownRun.week;
    if (this.run === this.ownRun) { this.dirty = true; Controls.week(this.run.week); }
    this.lessons.lived(this.ownRun, this.state);
    if (this.playUntil && this.ownRun.week >= this.playUntil) this.pause();
  },
  // The room has changed; while a class plays, the whole class sees its map, until the teacher wants the own worlds.
  heard(room) {
    const playing = (r) => ["running", "paused", "over"].includes(r?.phase), before = playing(this.room.room);
    if (playing(room) !== before) this.watch(playing(room));
    if (room.phase !== this.room.room?.phase && ["lobby", "running", "over"].includes(room.phase)) this.upper();  // what the class looks at
    this.room.show(room, this.hello?.policies);
    this.lessons.polled(room);
  },
  watch(yes) {
    this.watching = yes;
    document.body.classList.toggle("class-view", yes);
    if (yes) { this.pause(); if (this.classRun && this.state) { this.showRun(this.classRun); Controls.week(this.classRun.week); } }
    else if (this.ownRun) { this.showRun(this.ownRun); Controls.week(this.ownRun.week); }
  },
  welcome(hello) {
    this.hello = hello; this.tries = 0; byId("enter").hidden = true;
    document.body.classList.toggle("teacher", hello.teacher);
    if (!this.charts) {
      this.charts = ["f_cohesion", "f_unmet", "f_tiers", "f_orders", "f_bank", "f_cost", "f_any"].map((family) => new Chart(family, hello.metrics));
      this.charts.forEach((chart) => { chart.about = () => Controls.about(); });
      fill(byId("charts"), this.charts.map((chart) => chart.node));
    }
    Controls.communities(hello.communities);
    this.lessons.list(hello.lessons, hello.minutes);
    const kept = this.state || this.linked ? null : Kept.read(hello.teacher ? "teacher" : "guest");
    this.ask({ do: "open", state: this.state ? this.plain() : this.linked || kept?.state || { week: SETTLED } });
    this.start = this.state || this.linked ? this.start : (kept ? kept.start || 0 : SETTLED);
    if (kept?.lesson) this.ask({ do: "lesson", name: kept.lesson, quiet: true });
    if (kept?.tab && (hello.teacher || kept.tab !== "class")) Controls.tab(kept.tab);
    if (kept?.state?.week) this.back = kept.state.week;
  },
  // The state as it travels: without what the server adds for the page.
  plain() { const { said, shown, ...state } = this.state; return state; },
  worldNames() { return this.run && this.run === this.classRun ? [T("nobody"), T("the_class")] : this.state.shown.worlds.map((both) => Words.pick(both)); },
  opened(standing, state) {
    Controls.status("");
    this.ownRun = new Run(standing);
    this.state = state;
    if (this.starting) this.start = state.week;
    this.starting = false;
    this.touched();
    this.maps.forEach((map) => { map.ties = null; });
    this.run = null;
    this.showRun((this.watching && this.classRun) || this.ownRun);  // the class may be heard of before the own worlds
    if (this.back) { Controls.status(T("back_at", this.back)); this.back = 0; }
    this.policies.world = 1;
    this.policies.doses = {};
    this.policies.carry(state);
    this.policies.show(this.hello.policies, state);
    this.parameters.show(standing.parameters, state);
    Controls.opened(standing, state);
    if (this.maps[0].shows.ties) this.ask({ do: "ties" });
    this.look(true);
  },
  // Who was given something; of two households that changed places, who was to move.
  touched() { this.ownRun.touched = [0, 1].map((w) => this.state.touches.filter((one) => one.world === w).map((one) => (one.what === "move" ? one.other : one.row))); },
  showRun(run) {
    // on the projector the class's grids have the whole width
    document.body.classList.toggle("class-view", run === this.classRun);
    this.run = run;
    run.from = run === this.ownRun && this.state.week >= this.start ? this.start : 0;
    this.worlds = this.worldNames();
    Controls.place();
    this.maps.forEach((map) => (map.run === run ? map.drawUnder() : map.open(run)));
    this.charts.forEach((chart) => chart.open(run, this.worlds));
    this.board.open(run, this.worlds);
    [0, 1].forEach((w) => { byId(`name${w}`).textContent = this.worlds[w]; });
    Controls.chips(this);
    this.dirty = true;
  },
  take(state) { this.state = state; this.touched(); this.policies.take(state); Controls.chips(this); this.dirty = true; this.look(true); },
  looked(told) {
    if (this.run !== this.ownRun) return;
    this.policies.pay(told.costs);
    this.stories.waiting(told, this.worlds);
    this.stories.headlines(told, this.worlds);
    if (told.story) {
      const friends = told.story.worlds;
      this.maps.forEach((map, w) => { map.friends = friends[w].ties; map.selected = told.story.rows[w]; });
      this.dirty = true;
    }
    this.stories.resident(told, this.worlds);
  },
  look(now = false) {
    const time = performance.now();
    if (!this.ownRun || (!now && time - (this.lookedAt || 0) < 500)) return;
    this.lookedAt = time;
    this.ask({ do: "look", row: this.selected ?? -1, world: this.selectedIn || 0 });
    if (this.maps[0].shows.ties && this.playing && time - (this.tiedAt || 0) > 3000) { this.tiedAt = time; this.ask({ do: "ties" }); }
  },
  // In one world only, somebody is given something at once, or something for which another one has to be chosen on the map.
  give(world, row, what) {
    if (what === "hour" || what === "step") this.ask({ do: "touch", world, row, what });
    else { this.giving = { world, row, what }; this.pause(); Controls.status(T(`choose_${what}`)); byId(`map${world}`).scrollIntoView({ block: "nearest" }); }
  },
  choose(row, world = this.selectedIn || 0) {
    if (this.giving) { const given = this.giving; this.giving = null; Controls.status(""); this.ask({ do: "touch", ...given, other: row }); return; }
    this.selectedIn = world;
    this.selected = row; this.maps.forEach((map) => { map.selected = row; map.friends = []; }); this.dirty = true; Controls.drawer("resident"); this.look(true);
    byId("part-resident").scrollIntoView({ block: "nearest" });
  },
  // Whoever opens, plays or lives something wants to see it: the own worlds come back in place of the class's map.
  own() { if (this.watching) { this.watch(false); this.room.show(null); } },
  weeks(n) { this.own(); if (!this.waiting) { this.waiting = true; this.askedAt = performance.now(); this.askedFor = n; this.ask({ do: "weeks", weeks: n }); } },
  play(until = 0) { this.playUntil = until; this.playing = true; this.due = performance.now(); Controls.playing(true); },
  pause() { this.playing = false; this.playUntil = 0; Controls.playing(false); this.look(true); },
  // Open the state with changes. What was done after its beginning is taken back where it begins again.
  open(changes) { this.own(); this.pause(); this.waiting = false; this.ask({ do: "open", state: { ...this.plain(), ...changes } }); },
  // Each picture: ask for the next weeks when they are due, draw what is new, and now and then read the words beside it.
  tick(now) {
    requestAnimationFrame((next) => this.tick(next));
    if (this.playing && !this.waiting && this.ownRun) {
      const pace = Controls.pace();
      const room = this.playUntil ? this.playUntil - this.ownRun.week : 520;
      if (pace === Infinity) this.weeks(Math.max(1, Math.min(this.batch, room)));
      else if (now >= this.due) {
        // never more than what a fifth of a second shows: so much may still come after Pause
        const behind = Math.min(1 + Math.floor(((now - this.due) * pace) / 1000), Math.max(1, Math.ceil(pace / 5)), room);
        this.weeks(Math.max(1, behind));
        this.due = Math.max(now - 200, this.due) + (1000 * behind) / pace;
      }
    }
    if (this.waiting && !this.slow && now - this.askedAt > 600) { this.slow = true; Controls.status(T("working")); }
    if (!this.dirty || !this.run) return;
    this.dirty = false;
    this.frames += 1;
    this.maps.forEach((map) => map.draw());
    if (!this.playing || this.frames % 3 === 0) { this.charts.forEach((chart) => chart.draw()); if (Controls.shownDrawer === "board") this.board.draw(); Controls.difference(this.run); } else this.later = true;
    if (this.playing) { this.look(); if (this.frames % 3) this.dirty = this.frames % 3 === 0; }
  },
  upper() { document.querySelector(".stage").scrollTop = 0; },
  // What a step of a lesson does: open?arms=a|b, play?weeks=52, policy?name=training&seats=10, off?name=..., set?path=value, seed?n=2 ...
  act(what, lesson) {
    const [verb, query] = what.split("?"), given = Object.fromEntries(new URLSearchParams(query || ""));
    const value = (text) => { try { return JSON.parse(text); } catch { return text; } };
    const { name, world, from, ...rest } = given, doses = Object.fromEntries(Object.entries(rest).map(([k, v]) => [k, value(v)]));
    const acts = {
      open: () => { this.own(); this.upper(); this.pause(); this.starting = true; this.ask({ do: "open_lesson", name: lesson, arms: given.arms ? given.arms.split("|") : null }); },
      play: () => { this.upper(); this.play(this.ownRun ? this.ownRun.week + Number(given.weeks || 52) : 0); },
      pause: () => this.pause(),
      weeks: () => this.weeks(Number(given.n || 1)),
      policy: () => { Object.assign((this.policies.doses[name] ||= {}), doses); this.ask({ do: "policy", world: Number(world ?? 2) - 1, name, on: true, doses: this.policies.doses[name] }); },
      off: () => this.ask({ do: "policy", world: Number(world ?? 2) - 1, name, on: false }),
      set: () => this.ask({ do: "set", from: from || "start", world: Number(world ?? 2) - 1, set: doses }),
      seed: () => this.open({ seed: Number(given.n), week: this.start }),
      reset: () => this.open({ week: this.start }),
      chart: () => Controls.chart(this, given.show),
      ties: () => Controls.layer("ties", true),
      board: () => Controls.drawer("board"),
    };
    acts[verb]?.();
  },
};
window.addEventListener("DOMContentLoaded", () => Live.begin());
