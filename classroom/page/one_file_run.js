"use strict";
const VACANT = 5;

// A run whose worlds live here: maps and charts look at it as at one that a server tells.
class OwnRun extends Run {
  constructor(standing, worlds, board) {
    super({ ...standing, series: [] });
    this.worlds = worlds; this.board = board; this.history = [[], []]; this.differing = []; this.ever = new Uint8Array(standing.residents);
    this.keys = worlds.map((world) => world.column("key").slice());
    this.founders = this.keys.map((keys) => new Map(Array.from(keys, (key, row) => [key, row])));
    this.arrived = [{}, {}];  // row -> the week in which whoever lives there moved in
    this.look();
  }
  shown(w) {
    const world = this.worlds[w], tier = world.column("tier"), age = world.column("age"), out = new Uint8Array(tier.length);
    for (let i = 0; i < out.length; i += 1) out[i] = age[i] === VACANT ? 255 : tier[i] < 0 ? 4 : tier[i];
    return out;
  }
  // A week; `unseen`: nobody looks at its acts.
  live(unseen = false) {
    if (unseen) this.worlds.forEach((world) => world.live(1));
    else this.acts = this.worlds.map((world) => { const { phases, end } = Acts.looks(world); world.live(1, phases); return end(); });
    this.worlds.forEach((world, w) => {
      this.history[w].push(this.shown(w));
      const now = world.column("key"), before = this.keys[w];
      for (let i = 0; i < now.length; i += 1) if (now[i] !== before[i]) { before[i] = now[i]; this.arrived[w][i] = world.week - 1; }
    });
    this.compare();
    this.differing.push(this.differs.reduce((sum, bits) => sum + (bits & 1), 0));
  }
  // Where whoever lives in a row of one world lives in each of the two; the row itself where nowhere.
  rowsOf(row, w) { return [0, 1].map((one) => { const there = one === w ? row : this.keys[one].indexOf(this.keys[w][row]); return there < 0 ? row : there; }); }
  // Two households changed places in one world: what is remembered of rows goes along.
  carry(world, rows) {
    const w = this.worlds.indexOf(world), gone = this.arrived[w];
    this.history[w] = this.history[w].map((tiers) => tiers.map((_, row) => tiers[rows[row]]));
    this.keys[w] = world.column("key").slice();
    this.arrived[w] = Object.fromEntries(Object.entries(gone).map(([row, week]) => [rows[row], week]));
    this.compared = -1;
  }
  touch() { this.touched = (this.marked || [[], []]).map((keys, w) => keys.map((key) => this.keys[w].indexOf(key)).filter((row) => row >= 0)); }
  compare() {
    this.compared = this.worlds[0].week;
    const [a, b] = [0, 1].map((w) => this.history[w].at(-1) || this.shown(w)), [keys, others] = this.worlds.map((world) => world.column("key"));
    const [hours, theirs] = this.worlds.map((world) => world.column("hours"));
    for (let i = 0; i < a.length; i += 1) {
      const bits = (a[i] !== b[i] ? 1 : 0) | (keys[i] !== others[i] ? 2 : 0) | (hours[i] !== theirs[i] ? 4 : 0);
      if (bits) this.ever[i] = 8;
      this.differs[i] = bits | this.ever[i];
    }
  }
  // What the map shows, as it stands.
  look() {
    this.week = this.worlds[0].week; this.columns = [{}, {}];
    this.series = this.worlds.map((world) => world.rows);
    this.worlds.forEach((world, w) => {
      this.tiers[w] = this.shown(w);
      const flags = this.flags[w].fill(0);
      for (const [bit, name] of [[FLAG.vanguard, "vanguard"], [FLAG.pioneer, "pioneer"], [FLAG.served, "hours"]]) {
        const column = world.column(name);
        for (let i = 0; i < flags.length; i += 1) if (column[i] > 0) flags[i] |= bit;
      }
      for (const [row] of this.acts[w]?.waits || []) flags[row] |= FLAG.need;
    });
    this.touch();
    if (this.compared !== this.week) this.compare();
  }
  column(w, name) {
    return (this.columns[w][name] ||= (() => {
      if (name === "differing") return Float64Array.from(this.differing);
      if (!this.board[name]) return linli.metricsOf(this.worlds[w], [name])[name];
      const [tally, entry] = this.board[name], at = this.worlds[w].known.tallies[tally][0] + entry;
      return Float64Array.from(this.worlds[w].rows, (row) => row[at]);
    })());
  }
  value(w, name, week = this.week - 1) { return this.column(w, name)[week]; }
}
