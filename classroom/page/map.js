"use strict";
// One world as a street map: a tile a grid, members of a household side by side, everybody in the same place for good.
class WorldMap {
  constructor(canvas, world, chosen) {
    this.canvas = canvas; this.world = world; this.chosen = chosen;
    this.shows = { ties: false, needs: true, differences: true };
    this.spots = []; this.ties = null; this.selected = -1; this.friends = [];
    this.under = document.createElement("canvas");
    canvas.addEventListener("click", (event) => { const row = this.at(event); if (row >= 0) chosen(row); });
    canvas.addEventListener("pointermove", (event) => this.hover(event));
    canvas.addEventListener("pointerleave", () => { this.hovered = -1; if (this.tip) this.tip.hidden = true; });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }
  open(run) { this.run = run; this.ties = null; this.selected = -1; this.friends = []; this.lay(); }
  size() { const box = this.canvas.getBoundingClientRect(); return [Math.max(120, box.width), Math.max(120, box.height)]; }
  // Place everybody: tiles for grids, then the widest pitch at which all households of the fullest grid fit.
  lay() {
    const [width, height] = this.size(), { grid, household, grids } = this.run.standing;
    this.width = width; this.height = height;
    const head = grids > 1 ? 15 : 2, gap = 5;
    const homes = Array.from({ length: grids }, () => []);
    household.forEach((home, row) => {
      const list = homes[grid[row]];
      if (list.length && list[list.length - 1].home === home) list[list.length - 1].rows.push(row);
      else list.push({ home, rows: [row] });
    });
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
    this.tiles = homes.map((list, g) => {
      const x = (g % columns) * w, y = Math.floor(g / columns) * h;
      this.flow(list, w - 2 * gap, low, (row, dx, dy) => { this.spots[row] = [x + gap + dx, y + head + dy]; });
      return [x, y, w, h];
    });
    this.drawUnder();
  }
  widest(homes, wide, tall) {
    let low = 1.5, high = 40;
    for (let k = 0; k < 14; k += 1) { const middle = (low + high) / 2; if (homes.every((list) => this.flow(list, wide, middle, null) <= tall)) low = middle; else high = middle; }
    return low;
  }
  flow(list, width, pitch, put) {
    let x = 0, y = 0;
    for (const { rows } of list) {
      const need = rows.length * pitch + 0.45 * pitch;
      if (x > 0 && x + need > width) { x = 0; y += 1.45 * pitch; }
      if (put) rows.forEach((row, k) => put(row, x + (k + 0.5) * pitch, y + 0.6 * pitch));
      x += need;
    }
    return y + 1.3 * pitch;
  }
  drawUnder() {
    const pen = new CanvasPen(this.under, this.width, this.height), c = pen.c, many = this.run.standing.grids > 1;
    this.tiles.forEach(([x, y, w, h], g) => {
      c.fillStyle = "#f5f6f4"; c.fillRect(x + 1.5, y + 1.5, w - 3, h - 3);
      const name = this.run.standing.gridNames?.[g] ?? T("grid", g + 1);
      if (many) pen.text(x + 6, y + 12, pen.fitted(name, w - 12, 10.5), { size: 10.5, colour: "#5a6167" });
    });
    c.fillStyle = "#e6e8e4";
    const { household } = this.run.standing;
    for (let row = 0; row < household.length;) {
      let end = row;
      while (end + 1 < household.length && household[end + 1] === household[row]) end += 1;
      const [x1, y1] = this.spots[row], [x2] = this.spots[end], r = 0.55 * this.pitch;
      if (end > row) { c.beginPath(); c.roundRect(x1 - r, y1 - r, x2 - x1 + 2 * r, 2 * r, r * 0.6); c.fill(); }
      row = end + 1;
    }
    if (this.ties && this.shows.ties) {
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
  }
  draw() {
    if (!this.run || !this.spots.length) return;
    const [width, height] = this.size();
    if (Math.abs(width - this.width) > 1 || Math.abs(height - this.height) > 1) this.lay();
    const pen = new CanvasPen(this.canvas, this.width, this.height), c = pen.c, tiers = this.run.tiers[this.world], flags = this.run.flags[this.world];
    c.drawImage(this.under, 0, 0, this.width, this.height);
    const r = 0.36 * this.pitch;
    if (this.shows.differences) this.marked(c, r);
    for (let tier = 0; tier < 5; tier += 1) {
      c.beginPath();
      for (let row = 0; row < tiers.length; row += 1) if (tiers[row] === tier) WorldMap.mark(c, tier, this.spots[row][0], this.spots[row][1], r);
      if (tier === 0) { c.strokeStyle = COLOURS.tiers[0]; c.lineWidth = Math.max(0.8, 0.22 * r); c.fillStyle = "#ffffff"; c.fill(); c.stroke(); }
      else { c.fillStyle = tier === 4 ? "#b9bfc4" : COLOURS.tiers[tier]; c.fill(); }
    }
    c.lineWidth = Math.max(1.2, 0.3 * r); c.strokeStyle = "#000000";
    c.beginPath();
    for (let row = 0; row < flags.length; row += 1) {
      const [x, y] = this.spots[row];
      if (flags[row] & FLAG.vanguard) { c.moveTo(x, y - r); c.lineTo(x, y - 2.4 * r); c.lineTo(x + 1.3 * r, y - 1.9 * r); c.lineTo(x, y - 1.4 * r); }
      if (flags[row] & FLAG.pioneer) c.rect(x - 1.35 * r, y - 1.35 * r, 2.7 * r, 2.7 * r);
    }
    c.stroke();
    if (this.shows.needs) {
      c.fillStyle = COLOURS.need;
      c.beginPath();
      for (let row = 0; row < flags.length; row += 1) if (flags[row] & FLAG.need) { const [x, y] = this.spots[row]; c.rect(x + 0.75 * r, y - 1.5 * r, 0.45 * r, 1.0 * r); c.rect(x + 0.75 * r, y - 0.35 * r, 0.45 * r, 0.4 * r); }
      c.fill();
    }
    if (this.selected >= 0) this.pointed(c, r);
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
    c.fillStyle = "#f3d3e6"; c.beginPath();
    for (let row = 0; row < differs.length; row += 1) if (differs[row] & 8) { const [x, y] = this.spots[row]; c.moveTo(x + 1.5 * r, y); c.arc(x, y, 1.5 * r, 0, 7); }
    c.fill();
    // where very many differ, thin rings leave the tiers readable
    const many = differs.reduce((sum, bits) => sum + ((bits & 3) !== 0), 0) > 0.2 * differs.length, out = many ? 1.45 * r : 1.75 * r;
    c.strokeStyle = COLOURS.differ; c.lineWidth = many ? 1 : Math.max(1.4, 0.4 * r); c.beginPath();
    for (let row = 0; row < differs.length; row += 1) if (differs[row] & 3) { const [x, y] = this.spots[row]; c.moveTo(x + out, y); c.arc(x, y, out, 0, 7); }
    c.stroke();
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
    return said.join(", ");
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
    if (tier === 0) { c.strokeStyle = COLOURS.tiers[0]; c.lineWidth = 1.6; c.stroke(); } else { c.fillStyle = tier === 4 ? "#b9bfc4" : COLOURS.tiers[tier]; c.fill(); }
    return canvas;
  };
  const key = (mark, word) => el("span", { class: "key" }, mark, T(word));
  const marks = [...[0, 1, 2, 3].map((tier) => key(sample(tier), `tier${tier}`)), key(sample(4), "child")], need = key(el("span", { class: "bang" }, "!"), "need");
  return own ? [...marks, need] : [...marks, key("⚑", "vanguard"), key(el("span", { class: "square" }), "pioneer"), need, key(el("span", { class: "ring" }), "differs"), key(el("span", { class: "ring faint" }), "differed")];
}
