"use strict";
// One world as a street map: a tile a grid, members of a household side by side, everybody in the same place for good.
class WorldMap {
  constructor(canvas, world, chosen) {
    this.canvas = canvas; this.world = world; this.chosen = chosen;
    this.shows = { ties: false, needs: true, differences: true, acts: true };
    this.spots = []; this.ties = null; this.selected = -1; this.friends = [];
    this.under = document.createElement("canvas");
    // who lives where; the ties; what is marked this week
    [this.still, this.web, this.over] = [0, 1, 2].map(() => document.createElement("canvas"));
    this.acts = new ActsOnMap(this);
    canvas.addEventListener("click", (event) => { const row = this.at(event); if (row >= 0) chosen(row); });
    canvas.addEventListener("pointermove", (event) => this.hover(event));
    canvas.addEventListener("pointerleave", () => { this.hovered = -1; if (this.tip) this.tip.hidden = true; });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }
  open(run) { this.run = run; this.acts.forget(); this.ties = null; this.selected = -1; this.friends = []; this.lay(); }
  size() { const box = this.canvas.getBoundingClientRect(); return [Math.max(120, box.width), Math.max(120, box.height)]; }
  // Place everybody: tiles for grids, then the widest pitch at which all houses of the fullest grid fit.
  lay() {
    const [width, height] = this.size(), { grid, household, grids } = this.run.standing;
    this.width = width; this.height = height;
    const head = 19, gap = 6;
    const homes = Array.from({ length: grids }, () => []);
    household.forEach((home, row) => {
      const list = homes[grid[row]];
      if (list.length && list[list.length - 1].home === home) list[list.length - 1].rows.push(row);
      else list.push({ home, rows: [row] });
    });
    for (const home of homes.flat()) home.wide = home.rows.length < 3 ? home.rows.length : Math.max(2, Math.ceil(home.rows.length / 2));
    this.floors = Math.max(1, ...homes.flat().map((home) => Math.ceil(home.rows.length / home.wide)));
    // so many columns of grids as leave most room for each resident
    let columns = 1, low = 0;
    for (let tried = 1; tried <= grids; tried += 1) {
      const wide = width / tried - 2 * gap, tall = height / Math.ceil(grids / tried) - head - gap;
      if (wide < 20 || tall < 8) continue;
      const pitch = this.widest(homes, wide, tall);
      if (pitch > 1.02 * low) { low = pitch; columns = tried; }
    }
    low ||= 1.5;
    const w = width / columns, h = height / Math.ceil(grids / columns);
    this.pitch = low;
    this.spots = new Array(grid.length);
    this.houses = [];
    this.tiles = homes.map((list, g) => {
      const x = (g % columns) * w, y = Math.floor(g / columns) * h;
      this.flow(list, w - 2 * gap, low, (home, dx, dy) => this.build(home, x + gap + dx, y + head + dy));
      return [x, y, w, h];
    });
    this.stamps = WorldMap.stamps(0.36 * low);
    this.stations = this.tiles.map(([x, y, w]) => [x + w - 16, y + 11]);
    this.drawUnder();
  }
  // A house: members side by side behind their windows, at most as many floors as the tallest has.
  build(home, x, y) {
    const { pitch } = this, floors = Math.ceil(home.rows.length / home.wide), ground = y + (0.8 + this.floors) * pitch;
    home.rows.forEach((row, k) => { this.spots[row] = [x + ((k % home.wide) + 0.5) * pitch, ground - (floors - Math.floor(k / home.wide) - 0.5) * pitch]; });
    this.houses.push({ rows: home.rows, x: x - 0.1 * pitch, y: ground - floors * pitch, w: (home.wide + 0.2) * pitch, h: floors * pitch });
  }
  widest(homes, wide, tall) {
    let low = 1.5, high = 30;
    for (let k = 0; k < 14; k += 1) { const middle = (low + high) / 2; if (homes.every((list) => this.flow(list, wide, middle, null) <= tall)) low = middle; else high = middle; }
    return low;
  }
  flow(list, width, pitch, put) {
    const street = (this.floors + 1.35) * pitch;
    let x = 0.2 * pitch, y = 0;
    for (const home of list) {
      const need = (home.wide + 0.8) * pitch;
      if (x > 0.2 * pitch && x + need - 0.4 * pitch > width) { x = 0.2 * pitch; y += street; }
      if (put) put(home, x, y);
      x += need;
    }
    return y + street;
  }
  drawUnder() {
    const pen = new CanvasPen(this.under, this.width, this.height), c = pen.c, p = this.pitch;
    this.tiles.forEach(([x, y, w, h], g) => {
      c.fillStyle = "#eef2e8"; c.beginPath(); c.roundRect(x + 1.5, y + 1.5, w - 3, h - 3, 6); c.fill();
      const own = this.run.standing.gridNames?.[g], fits = pen.fitted(own ?? T("grid", g + 1), w - 62, 11);
      const name = own || fits === T("grid", g + 1) ? fits : String(g + 1);  // a number says more than "Gr…"
      pen.text(x + 7, y + 14, name, { size: 11, colour: "#4a5157", bold: true });
    });
    // a street along each row of houses
    c.fillStyle = "#dfe3da";
    for (const { x, y, w, h } of this.houses) c.fillRect(x - 0.3 * p, y + h + 0.06 * p, w + 0.6 * p, 0.2 * p);
    c.fillStyle = "#ffffff"; c.strokeStyle = "#c3c8bf"; c.lineWidth = Math.max(0.5, 0.06 * p);
    for (const { x, y, w, h } of this.houses) { c.beginPath(); c.rect(x, y, w, h); c.fill(); c.stroke(); }
    this.roofs(c, this.houses, "#cfa68f");
    this.stations.forEach((at) => WorldMap.station(c, at));
    this.codes = new Int32Array(this.spots.length).fill(-1);
    this.empty = new Uint8Array(this.houses.length);
    new CanvasPen(this.still, this.width, this.height).c.drawImage(this.under, 0, 0, this.width, this.height);
    if (this.ties && this.shows.ties) this.drawTies(new CanvasPen(this.web, this.width, this.height).c);
  }
  drawTies(c) {
    c.strokeStyle = "#3b5b73";
    for (const [from, to] of [[77, 128], [128, 180], [180, 256]]) {
      c.globalAlpha = 0.05 + 0.3 * (from / 256) ** 2; c.lineWidth = 0.5 + from / 256;
      c.beginPath();
      for (let k = 0; k < this.ties.strength.length; k += 1) {
        if (this.ties.strength[k] < from || this.ties.strength[k] >= to) continue;
        c.moveTo(...this.spots[this.ties.pairs[2 * k]]); c.lineTo(...this.spots[this.ties.pairs[2 * k + 1]]);
      }
      c.stroke();
    }
    c.globalAlpha = 1;
  }
  roofs(c, houses, colour) {
    c.fillStyle = colour; c.beginPath();
    for (const { x, y, w } of houses) { const e = 0.22 * this.pitch; c.moveTo(x - e, y); c.lineTo(x + 0.25 * w, y - 0.62 * this.pitch); c.lineTo(x + 0.75 * w, y - 0.62 * this.pitch); c.lineTo(x + w + e, y); c.closePath(); }
    c.fill();
  }
  // The station of a grid: a small hall with a flag.
  static station(c, [x, y]) {
    c.fillStyle = "#1f4e79"; c.beginPath();
    c.moveTo(x - 9, y - 1); c.lineTo(x, y - 7); c.lineTo(x + 9, y - 1); c.closePath(); c.fill();
    c.fillRect(x - 7, y - 1, 14, 7);
    c.fillStyle = "#ffffff"; c.fillRect(x - 4.5, y + 1, 3, 3); c.fillRect(x + 1.5, y + 1, 3, 3);
  }
  draw() {
    if (!this.run || !this.spots.length) return;
    const [width, height] = this.size();
    if (Math.abs(width - this.width) > 1 || Math.abs(height - this.height) > 1) this.lay();
    const tiers = this.run.tiers[this.world], flags = this.run.flags[this.world], r = 0.36 * this.pitch;
    this.windows(this.still.getContext("2d"), tiers);
    const { c } = new CanvasPen(this.over, this.width, this.height);
    if (this.shows.differences) this.marked(c, r);
    c.lineWidth = Math.max(1.2, 0.3 * r); c.strokeStyle = "#000000";
    c.beginPath();
    for (let row = 0; row < flags.length; row += 1) {
      const [x, y] = this.spots[row];
      if (flags[row] & FLAG.vanguard) { c.moveTo(x, y - r); c.lineTo(x, y - 2.4 * r); c.lineTo(x + 1.3 * r, y - 1.9 * r); c.lineTo(x, y - 1.4 * r); }
      if (flags[row] & FLAG.pioneer) c.rect(x - 1.35 * r, y - 1.35 * r, 2.7 * r, 2.7 * r);
    }
    c.stroke();
    if (this.shows.needs) {
      // never smaller than can be seen: who waits is what the station is for
      const s = Math.max(r, 3);
      c.fillStyle = COLOURS.need; c.beginPath();
      for (let row = 0; row < flags.length; row += 1) if (flags[row] & FLAG.need) { const [x, y] = this.spots[row]; c.rect(x + 0.7 * r, y - 1.75 * s, 0.55 * s, 1.2 * s); c.rect(x + 0.7 * r, y - 0.3 * s, 0.55 * s, 0.5 * s); }
      c.fill();
    }
    if (this.selected >= 0) this.pointed(c, r);
    this.acts.take(this.run.acts?.[this.world], this.run.week);
    this.compose(performance.now());
  }
  // Who stands at each window, with a light where somebody is cared for: only windows that changed are painted anew.
  windows(c, tiers) {
    const { pitch, stamps, codes, spots } = this, half = stamps.size / 2, differs = this.run.differs;
    const lit = new Set(this.shows.acts ? (this.run.acts?.[this.world]?.cares || []).map(([client]) => client) : []);
    for (let row = 0; row < tiers.length; row += 1) {
      const code = tiers[row] | (lit.has(row) ? 256 : 0) | (this.shows.differences && differs[row] & 8 ? 512 : 0);
      if (code === codes[row]) continue;
      codes[row] = code;
      const [x, y] = spots[row];
      c.fillStyle = code & 256 ? "#ffe08a" : "#ffffff"; c.fillRect(x - 0.47 * pitch, y - 0.47 * pitch, 0.94 * pitch, 0.94 * pitch);
      if (code & 512) { c.fillStyle = "#f3d3e6"; c.beginPath(); c.arc(x, y, 0.47 * pitch, 0, 7); c.fill(); }
      if (tiers[row] < 5) c.drawImage(stamps[tiers[row]], x - half, y - half, 2 * half, 2 * half);
    }
    this.houses.forEach((house, at) => {
      const empty = Number(house.rows.every((row) => tiers[row] === 255));
      if (empty !== this.empty[at]) { this.empty[at] = empty; this.roofs(c, [house], empty ? "#d9dcd6" : "#cfa68f"); }
    });
  }
  // The still picture of the week, and over it what moves.
  compose(now) {
    const { c } = new CanvasPen(this.canvas, this.width, this.height);
    c.drawImage(this.still, 0, 0, this.width, this.height);
    if (this.ties && this.shows.ties) c.drawImage(this.web, 0, 0, this.width, this.height);
    c.drawImage(this.over, 0, 0, this.width, this.height);
    if (this.shows.acts) this.acts.draw(c, now);
  }
  // The mark of each tier, drawn once: a stamp is put down much faster than a path is filled.
  static stamps(r) {
    const size = 2 * Math.ceil(1.9 * r + 1), stamps = [0, 1, 2, 3, 4].map((tier) => {
      const canvas = document.createElement("canvas"), { c } = new CanvasPen(canvas, size, size);
      c.beginPath(); WorldMap.mark(c, tier, size / 2, size / 2, r); WorldMap.inked(c, tier, r);
      return canvas;
    });
    return Object.assign(stamps, { size });
  }
  static inked(c, tier, r) {
    if (tier === 0) { c.strokeStyle = COLOURS.tiers[0]; c.lineWidth = Math.max(0.8, 0.22 * r); c.fillStyle = "#ffffff"; c.fill(); c.stroke(); }
    else { c.fillStyle = tier === 4 ? "#b9bfc4" : COLOURS.tiers[tier]; c.fill(); }
  }
  static mark(c, tier, x, y, r) {
    if (tier === 2) { const d = 1.3 * r; c.moveTo(x, y - d); c.lineTo(x + d, y); c.lineTo(x, y + d); c.lineTo(x - d, y); c.closePath(); return; }
    if (tier === 3) {
      for (let k = 0; k < 10; k += 1) { const a = -Math.PI / 2 + (k * Math.PI) / 5, d = k % 2 ? 0.75 * r : 1.75 * r; if (k) c.lineTo(x + d * Math.cos(a), y + d * Math.sin(a)); else c.moveTo(x + d * Math.cos(a), y + d * Math.sin(a)); }
      c.closePath(); return;
    }
    const d = tier === 4 ? 0.5 * r : tier === 0 ? 0.85 * r : r;
    c.moveTo(x + d, y); c.arc(x, y, d, 0, 7);
  }
  marked(c, r) {
    const differs = this.run.differs;
    // where very many differ, thin rings leave the tiers readable
    const many = differs.reduce((sum, bits) => sum + ((bits & 3) !== 0), 0) > 0.2 * differs.length, out = many ? 1.45 * r : 1.75 * r;
    c.strokeStyle = COLOURS.differ; c.lineWidth = many ? 1 : Math.max(1.4, 0.4 * r); c.beginPath();
    for (let row = 0; row < differs.length; row += 1) if (differs[row] & 3) { const [x, y] = this.spots[row]; c.moveTo(x + out, y); c.arc(x, y, out, 0, 7); }
    c.stroke();
    // whoever was given something by hand is found among those who differ
    const d = Math.max(r, 3.5);
    c.fillStyle = COLOURS.differ; c.strokeStyle = "#ffffff"; c.lineWidth = 1;
    for (const row of this.run.touched?.[this.world] || []) { const [x, y] = this.spots[row]; c.beginPath(); c.moveTo(x, y - r); c.lineTo(x - 1.3 * d, y - r - 2 * d); c.lineTo(x + 1.3 * d, y - r - 2 * d); c.closePath(); c.fill(); c.stroke(); }
  }
  pointed(c, r) {
    const [x, y] = this.spots[this.selected];
    c.strokeStyle = "#1a1a1a";
    for (const { row, strength } of this.friends) { if (!this.spots[row]) continue; c.globalAlpha = 0.15 + 0.6 * strength; c.lineWidth = 0.5 + 1.2 * strength; c.beginPath(); c.moveTo(x, y); c.lineTo(...this.spots[row]); c.stroke(); }
    c.globalAlpha = 1; c.lineWidth = 2.5;
    c.beginPath(); c.arc(x, y, 2.4 * r, 0, 7); c.stroke();
  }
  at(event) {
    const box = this.canvas.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
    let best = -1, near = Math.max(10, this.pitch) ** 2;
    this.spots.forEach(([x, y], row) => { const d = (x - px) ** 2 + (y - py) ** 2; if (d < near) { near = d; best = row; } });
    return best;
  }
  hover(event) {
    if (!this.run) return;
    const row = this.at(event);
    if (row === this.hovered) return;
    this.hovered = row;
    this.tip ||= el("div", { class: "tip", role: "presentation" });
    if (!this.tip.parentNode) this.canvas.parentNode.append(this.tip);
    this.tip.hidden = row < 0;
    if (row < 0) return;
    const [x, y] = this.spots[row];
    this.tip.textContent = this.described(row);
    this.tip.style.setProperty("left", `${Math.min(x, this.width - 130) + this.canvas.offsetLeft}px`);
    this.tip.style.setProperty("top", `${y + 1.2 * this.pitch + this.canvas.offsetTop}px`);
  }
  described(row) {
    const tier = this.run.tiers[this.world][row], flags = this.run.flags[this.world][row];
    const said = [T(tier === 255 ? "empty" : tier === 4 ? "child" : `tier${tier}`)];
    if (flags & FLAG.vanguard) said.push(T("vanguard"));
    if (flags & FLAG.pioneer) said.push(T("pioneer"));
    if (flags & FLAG.need) said.push(T("need"));
    if (this.run.differs[row] & 3) said.push(T("differs"));
    return said.join(S(","));
  }
  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 12, ArrowUp: -12, Home: -1e9, End: 1e9 }[event.key];
    if (!step || !this.run) return;
    event.preventDefault();
    this.chosen(Math.max(0, Math.min(this.spots.length - 1, (this.selected < 0 ? 0 : this.selected) + step)));
  }
}

// All marks of the map, or those of a student's own grid.
function legend(own = false) {
  const sample = (tier) => {
    const canvas = el("canvas", { class: "sample", "aria-hidden": "true" }), { c } = new CanvasPen(canvas, 18, 18);
    c.beginPath();
    WorldMap.mark(c, tier, 9, 9, 4.6);
    WorldMap.inked(c, tier, 7);
    return canvas;
  };
  const key = (mark, word) => el("span", { class: "key" }, mark, T(word));
  const marks = [...[0, 1, 2, 3].map((tier) => key(sample(tier), `tier${tier}`)), key(sample(4), "child")], need = key(el("span", { class: "bang" }, "!"), "need");
  return own ? [...marks, need, ...legendOfActs()] : [...marks, key("⚑", "vanguard"), key(el("span", { class: "square" }), "pioneer"), need, key(el("span", { class: "ring" }), "differs"), key(el("span", { class: "ring faint" }), "differed"), key(el("span", { class: "pin" }, "▼"), "touched"), ...legendOfActs()];
}
