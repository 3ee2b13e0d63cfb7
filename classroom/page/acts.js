"use strict";
// What people did for each other in a week, drawn over the still picture: the model's own acts (classroom/acts.py), each
// once, then resting lines for who helped whom. Who asked for less motion sees the resting lines only.
const ACT = { request: "#5b4b9a", order: "#8B0000", help: "#007A58", meet: "#0072B2", lapse: "#6a7178" };
const STEP = { placed: 1, offered: 2, taken: 4, given: 8 }, KEEPER = { neighbour: 3 };
const QUICKEST = 950, SLOWEST = 5200;  // milliseconds that the acts of a week take: calm, however fast the weeks go by

class ActsOnMap {
  constructor(map) { this.map = map; this.calm = window.matchMedia("(prefers-reduced-motion: reduce)"); this.forget(); }
  forget() { this.told = this.heard = this.next = null; this.heardAt = this.heardIn = -Infinity; }
  running(now) { return this.told && now - this.begun < this.lasts; }
  // The acts of another week; while some are under way, the newest wait for their end.
  take(told, week) {
    if (!told) { this.forget(); return; }  // of this week nothing is known
    if (told === this.heard || week === this.heardIn) return;
    const now = performance.now();
    this.next = { told, week, lasts: Math.min(SLOWEST, Math.max(QUICKEST, now - this.heardAt)) };
    this.heard = told; this.heardAt = now; this.heardIn = week;
    if (this.running(now)) return;
    this.begin(now);
  }
  begin(now) {
    Object.assign(this, this.next, { begun: this.calm.matches ? -Infinity : now, next: null });
    this.moves = this.movesOf(this.told);
    if (!this.looping && !this.calm.matches) { this.looping = true; requestAnimationFrame((then) => this.loop(then)); }
  }
  loop(now) {
    if (!this.told || !this.map.spots.length) { this.looping = false; return; }
    const goes = this.running(now);
    if (!goes && this.next) this.begin(now);
    // thirty pictures a second are enough for what moves slowly
    if (this.map.shows.acts && (!goes || now - (this.composed || 0) > 30)) { this.composed = now; this.map.compose(now); }
    this.looping = Boolean(this.running(now));
    if (this.looping) requestAnimationFrame((then) => this.loop(then));
  }
  // Where in the week each moves, as shares of its time; rows that act at once do not start at once.
  movesOf(told) {
    const { spots, stations, run } = this.map, { grid } = run.standing, moves = [];
    const delay = (row) => ((row * 2654435761) % 4294967296) / 4294967296;
    // who lives on another map comes from the station
    const at = (row, other) => spots[row] || stations[grid[other]];
    const go = (from, to, begin, lasts, kind, more = {}) => moves.push({ from, to, begin, lasts, kind, of: [], ...more });
    for (const [row, how, ...others] of told.asks || []) {
      const since = 0.02 + 0.1 * delay(row);
      for (const other of others) go(spots[other], spots[row], since, 0.2, "request", { of: [row, other] });
      go(spots[row], spots[row], since + (others.length ? 0.18 : 0), 0.16, "asked", { how, of: [row] });
    }
    for (const [client, server, steps] of told.orders || []) {
      const door = spots[client], hall = stations[grid[client]], since = 0.1 * delay(client);
      if (steps & STEP.placed) go(door, hall, 0.14 + since, 0.2, "order", { of: [client] });
      if (!(steps & STEP.taken)) { if (steps & STEP.offered) go(hall, hall, 0.4 + since, 0.2, "calls", { of: [client] }); continue; }
      const who = at(server, client);
      if (server >= 0) go(hall, who, 0.38 + since, 0.18, "order", { of: [client, server] });
      go(who, door, 0.58 + since, 0.2, "help", { well: Boolean(steps & STEP.given), of: [client, server] });
      go(door, door, 0.78 + since, 0.12, steps & STEP.given ? "thanks" : "failed", { of: [client, server] });
    }
    for (const [helper, client] of told.helps || []) go(at(helper, client), at(client, helper), 0.25 + 0.35 * delay(client), 0.22, "help", { of: [helper, client] });
    for (const [client, server] of (told.cares || []).filter(([, , keeper]) => keeper === KEEPER.neighbour)) go(at(server, client), spots[client], 0.3 + 0.35 * delay(client), 0.22, "help", { of: [server, client] });
    for (const team of ActsOnMap.circles(told.meets || [])) {
      const there = team.map((row) => spots[row]), middle = [0, 1].map((k) => there.reduce((sum, spot) => sum + spot[k], 0) / there.length);
      for (const spot of there) go(spot, middle, 0.36 + 0.06 * delay(team[0]), 0.36, "meet", { size: team.length, of: team });
    }
    for (const [row] of told.climbs || []) go(spots[row], spots[row], 0.74 + 0.08 * delay(row), 0.18, "climb", { row, of: [row] });
    for (const [row] of told.lapses || []) go(spots[row], spots[row], 0.74 + 0.08 * delay(row), 0.18, "lapse", { of: [row] });
    return moves;
  }
  // Pairs of neighbours in a circle, gathered into circles.
  static circles(pairs) {
    const of = new Map();
    for (const [i, j] of pairs) {
      const one = of.get(i) || new Set([i]), other = of.get(j) || new Set([j]), both = new Set([...one, ...other]);
      for (const row of both) of.set(row, both);
    }
    return [...new Set(of.values())].map((rows) => [...rows]);
  }
  draw(c, now) {
    if (!this.told) return;
    const done = Math.min(1, (now - this.begun) / this.lasts), size = Math.max(2.6, 0.26 * this.map.pitch);
    this.queues(c);
    // whoever is chosen is followed: only what they do, and what is done for them
    const { selected } = this.map, followed = selected < 0 ? this.moves : this.moves.filter(({ of }) => of.includes(selected));
    for (const move of followed) this.rests(c, move, done);
    if (done >= 1) return;
    for (const move of followed) {
      const t = (done - move.begin) / move.lasts;
      if (t >= 0 && t < 1) this.moving(c, move, t, size);
    }
  }
  // Who waits in line at each station: a paper an order, and how many.
  queues(c) {
    const { run, stations } = this.map, lines = stations.map(() => 0);
    for (const [client, , known] of this.told.waits || []) if (known) lines[run.standing.grid[client]] += 1;
    lines.forEach((many, g) => {
      if (!many) return;
      const [x, y] = stations[g];
      ActsOnMap.paper(c, x - 19, y + 1, 4, "#ffffff");
      c.fillStyle = ACT.order; c.font = `600 11px ${FONT}`; c.textAlign = "right"; c.textBaseline = "alphabetic";
      c.fillText(String(many), x - 26, y + 5);
    });
  }
  static paper(c, x, y, r, ground) {
    c.fillStyle = ground; c.strokeStyle = ACT.order; c.lineWidth = 1.3;
    c.beginPath(); c.rect(x - r, y - 0.75 * r, 2 * r, 1.5 * r); c.fill(); c.stroke();
    c.beginPath(); c.moveTo(x - r, y - 0.75 * r); c.lineTo(x, y + 0.15 * r); c.lineTo(x + r, y - 0.75 * r); c.stroke();
  }
  static dot(c, [x, y], r, colour) { c.fillStyle = colour; c.beginPath(); c.arc(x, y, r, 0, 7); c.fill(); }
  // A line with a slight bend, as far as t of its way; returns where it ends.
  static way(c, [x1, y1], [x2, y2], t) {
    const mx = (x1 + x2) / 2 - 0.12 * (y2 - y1), my = (y1 + y2) / 2 + 0.12 * (x2 - x1);
    const x = (1 - t) ** 2 * x1 + 2 * t * (1 - t) * mx + t * t * x2, y = (1 - t) ** 2 * y1 + 2 * t * (1 - t) * my + t * t * y2;
    c.beginPath(); c.moveTo(x1, y1); c.quadraticCurveTo(x1 + t * (mx - x1), y1 + t * (my - y1), x, y); c.stroke();
    return [x, y];
  }
  // What stays of an act until the next week: who helped whom.
  rests(c, move, done) {
    if (move.kind !== "help" || done < Math.min(1, move.begin + move.lasts)) return;
    c.strokeStyle = ACT.help; c.lineWidth = 1.3; c.globalAlpha = 0.6; c.setLineDash(move.well === false ? [3, 3] : []);
    ActsOnMap.way(c, move.from, move.to, 1);
    c.setLineDash([]); c.globalAlpha = 1;
    ActsOnMap.dot(c, move.to, 2, ACT.help);
  }
  moving(c, { from, to, kind, row, size: many }, t, size) {
    const eased = t * t * (3 - 2 * t), fades = t < 0.7 ? 1 : (1 - t) / 0.3, [x, y] = from;
    if (kind === "request") {
      c.strokeStyle = ACT.request; c.lineWidth = 1.1; c.globalAlpha = 0.45 * fades;
      const at = ActsOnMap.way(c, from, to, eased);
      c.globalAlpha = fades; ActsOnMap.dot(c, at, 0.7 * size, ACT.request);
    } else if (kind === "asked") {
      c.globalAlpha = fades; c.fillStyle = ACT.request; c.beginPath();
      c.roundRect(x - 1.5 * size, y - 3.6 * size, 3 * size, 2 * size, 0.6 * size); c.moveTo(x - 0.5 * size, y - 1.8 * size); c.lineTo(x, y - 0.8 * size); c.lineTo(x + 0.5 * size, y - 1.8 * size); c.fill();
      c.fillStyle = "#ffffff"; c.font = `700 ${1.9 * size}px ${FONT}`; c.textAlign = "center"; c.textBaseline = "middle"; c.fillText("?", x, y - 2.5 * size);
    } else if (kind === "order" || kind === "help") {
      const colour = kind === "order" ? ACT.order : ACT.help;
      c.strokeStyle = colour; c.lineWidth = kind === "order" ? 0.9 : 1.4; c.globalAlpha = 0.5;
      const at = ActsOnMap.way(c, from, to, eased);
      c.globalAlpha = 1;
      if (kind === "order") ActsOnMap.paper(c, ...at, 1.5 * size, "#ffffff"); else ActsOnMap.dot(c, at, size, colour);
    } else if (kind === "calls") {
      c.strokeStyle = ACT.order; c.globalAlpha = 0.6 * (1 - t); c.lineWidth = 1.4; c.beginPath(); c.arc(x, y, 6 + 12 * t, 0, 7); c.stroke();
    } else if (kind === "thanks" || kind === "failed") {
      c.globalAlpha = fades; c.font = `700 ${3.4 * size}px ${FONT}`; c.textAlign = "center"; c.textBaseline = "middle";
      c.fillStyle = kind === "thanks" ? ACT.help : ACT.lapse; c.fillText(kind === "thanks" ? "✓" : "✗", x, y - (1.6 + eased) * size);
    } else if (kind === "meet") {
      const in_ = Math.min(1, 2.5 * t), out = t > 0.75 ? (1 - t) / 0.25 : 1;
      c.strokeStyle = ACT.meet; c.lineWidth = 1.2; c.globalAlpha = 0.5 * out;
      ActsOnMap.way(c, from, to, in_);
      c.globalAlpha = 0.9 * out; c.lineWidth = 2; c.beginPath(); c.arc(...to, size * (1 + 0.35 * Math.sqrt(many)) * in_, 0, 7); c.stroke();
      c.globalAlpha = 0.12 * out; c.fillStyle = ACT.meet; c.fill();
    } else {
      const up = kind === "climb", rises = (up ? -1 : 1) * (1.2 + 3 * eased) * size;
      c.globalAlpha = fades; c.fillStyle = up ? COLOURS.tiers[this.map.run.tiers[this.map.world][row]] || ACT.help : ACT.lapse;
      c.beginPath(); c.moveTo(x - 1.6 * size, y + rises); c.lineTo(x, y + rises + (up ? -2 : 2) * size); c.lineTo(x + 1.6 * size, y + rises); c.closePath(); c.fill();
      if (up) { c.strokeStyle = c.fillStyle; c.lineWidth = 1.6; c.beginPath(); c.arc(x, y, size * (1.4 + 1.6 * eased), 0, 7); c.stroke(); }
    }
    c.globalAlpha = 1;
  }
}

// The marks of acts, each as it is on the map.
function legendOfActs() {
  const sample = (draw) => { const canvas = el("canvas", { class: "sample broad", "aria-hidden": "true" }), { c } = new CanvasPen(canvas, 26, 18); draw(c); return canvas; };
  const line = (colour, rests) => (c) => { c.strokeStyle = colour; c.lineWidth = 1.3; const at = ActsOnMap.way(c, [2, 13], [23, 7], rests ? 1 : 0.75); ActsOnMap.dot(c, at, rests ? 2.4 : 2.6, colour); };
  const drawn = {
    act_order: (c) => ActsOnMap.paper(c, 13, 9, 6, "#ffffff"), act_help: line(ACT.help, true), act_request: line(ACT.request, false),
    act_care: (c) => { c.fillStyle = "#ffe08a"; c.fillRect(6, 2, 14, 14); c.strokeStyle = "#c3c8bf"; c.strokeRect(6, 2, 14, 14); },
    act_meet: (c) => { c.strokeStyle = ACT.meet; c.lineWidth = 2; c.beginPath(); c.arc(13, 9, 5, 0, 7); c.stroke(); },
    act_climb: (c) => { c.fillStyle = COLOURS.tiers[1]; c.beginPath(); c.moveTo(7, 13); c.lineTo(13, 4); c.lineTo(19, 13); c.fill(); },
    act_station: (c) => WorldMap.station(c, [13, 10]),
  };
  return Object.entries(drawn).map(([word, draw]) => el("span", { class: "key" }, sample(draw), T(word)));
}
