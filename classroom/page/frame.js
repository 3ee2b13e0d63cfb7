"use strict";
// The run as the page knows it: what stands (who lives where), the present week, and every series of both worlds.
class Run {
  constructor(standing) {
    this.standing = standing;
    this.at = new Map(standing.series.map((name, i) => [name, i]));
    this.series = [[], []];  // world -> weeks of Float32Array
    this.week = 0;
    this.tiers = [new Uint8Array(standing.residents), new Uint8Array(standing.residents)];
    this.flags = [new Uint8Array(standing.residents), new Uint8Array(standing.residents)];
    this.differs = new Uint8Array(standing.residents);
    this.acts = [null, null];  // what people did for each other in the last week, in each world
  }
  // A binary frame: magic, week u32, residents u16, series u16, rows u16, 0; tiers and flags of both worlds; differences; rows;
  // the acts of the last week as text.
  take(buffer) {
    const view = new DataView(buffer);
    const week = view.getUint32(4, true), n = view.getUint16(8, true), m = view.getUint16(10, true), rows = view.getUint16(12, true);
    if (n !== this.standing.residents || m !== this.standing.series.length) return false;
    let at = 16;
    const bytes = () => { const part = new Uint8Array(buffer, at, n); at += n; return part; };
    for (const world of [0, 1]) { this.tiers[world] = bytes(); this.flags[world] = bytes(); }
    this.differs = bytes();
    at += (4 - (at % 4)) % 4;
    for (const lived of this.series) lived.length = week - rows;
    for (let row = 0; row < rows; row += 1) {
      for (const world of [0, 1]) { this.series[world].push(new Float32Array(buffer, at, m)); at += 4 * m; }
    }
    this.acts = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, at + 4, view.getUint32(at, true))));
    this.week = week;
    return true;
  }
  value(world, name, week = this.week - 1) {
    const row = this.series[world][week];
    return row ? row[this.at.get(name)] : NaN;
  }
  column(world, name) { const i = this.at.get(name); return this.series[world].map((row) => row[i]); }
  csv(names, worlds) {
    const head = ["week", ...names.flatMap((name) => worlds.map((world) => `${name} (${world})`))].map((h) => `"${h.replace(/"/g, '""')}"`).join(",");
    const lines = this.series[0].map((_, week) => [week, ...names.flatMap((name) => [0, 1].map((world) => this.value(world, name, week)))].join(","));
    return [head, ...lines].join("\n") + "\n";
  }
}
class Ties {
  static read(buffer) {
    const view = new DataView(buffer), count = view.getUint32(8, true);
    return { world: view.getUint32(4, true), pairs: new Uint16Array(buffer.slice(12, 12 + 4 * count)), strength: new Uint8Array(buffer, 12 + 4 * count, count) };
  }
}
function magicOf(buffer) { return String.fromCharCode(...new Uint8Array(buffer, 0, 4)); }
const FLAG = { vanguard: 1, pioneer: 2, served: 4, asked: 8, need: 16, trained: 32, new: 64, away: 128 };
