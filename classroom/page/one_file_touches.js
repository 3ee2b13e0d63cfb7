"use strict";
// A hand in one life of a world that lives here: what classroom/touches.py writes, in the same columns.
const Touches = {
  given: [],  // {week, world, row, what, other}
  give(run, w, row, what, other = -1) {
    const world = run.worlds[w], at = (name) => world.column(name), here = (i) => i >= 0 && at("age")[i] !== VACANT;
    if (!here(row) || (at("tier")[row] < 0 && what !== "move")) return "cannot_child";
    if (["friend", "move"].includes(what) && !here(other)) return "cannot_nobody";
    const why = this[what](world, at, row, other, run);
    if (why) return why;
    this.given.push({ week: world.week, world: w, row, what, other });
    const now = what === "move" ? other : row, key = at("key")[now];
    (run.marked ||= [[], []])[w].push(key);
    run.touch();
    return "";
  },
  hour(world, at, row) {
    if (at("hours_limit")[row] + 1 > Page.told.hand.most_hours) return "cannot_hours";
    at("hours_limit")[row] += 1;
    return "";
  },
  step(world, at, row) {
    const { highest, self } = Page.told.hand;
    if (at("tier")[row] >= highest) return "cannot_higher";
    if (at("tier")[row] === 0) { at("registered")[row] = 1; at("recruited_week")[row] = world.week; at("route")[row] = self; }
    at("tier")[row] += 1;
    return "";
  },
  friend(world, at, row, other) {
    const [first, degree, tied, strength, rest, born] = ["tie_first", "degree", "tie_other", "tie_strength", "tie_rest", "tie_born"].map(at);
    if (other === row || tied.subarray(Number(first[row]), Number(first[row]) + Number(degree[row])).includes(other)) return "cannot_tied";
    if (at("well_mixed")[0] || [row, other].some((i) => degree[i] >= first[i + 1] - first[i])) return "cannot_room";
    const usual = world.parameter("bonding", "friendship");
    for (const [a, b] of [[row, other], [other, row]]) {
      const s = Number(first[a]) + Number(degree[a]);
      tied[s] = b; strength[s] = usual; rest[s] = usual; born[s] = world.week;
      degree[a] += 1;
    }
    return "";
  },
  // Two households exchange their dwellings: people, ties, needs and whoever helps them go along, teams of a grid do not.
  move(world, at, row, other, run) {
    const home = at("household"), from = at("household_first"), [a, b, c, d] = [row, other].flatMap((i) => [Number(from[home[i]]), Number(from[home[i] + 1])]);
    if (a === c || at("grid")[row] === at("grid")[other]) return "cannot_same_grid";
    if (b - a !== d - c) return "cannot_size";
    const rows = Int32Array.from({ length: at("tier").length }, (_, i) => i), moved = [];
    for (let k = 0; k < b - a; k += 1) { rows[a + k] = c + k; rows[c + k] = a + k; moved.push(a + k, c + k); }
    const [first, degree, tied] = ["tie_first", "degree", "tie_other"].map(at), many = moved.map((i) => degree[rows[i]]);
    if (moved.some((i, k) => many[k] > first[i + 1] - first[i])) return "cannot_ties";
    for (const name of ["tie_other", "tie_strength", "tie_rest", "tie_born"]) {
      const column = at(name), held = moved.map((i) => { const start = Number(first[rows[i]]); return column.slice(start, start + Number(degree[rows[i]])); });
      moved.forEach((i, k) => column.set(held[k], Number(first[i])));
    }
    moved.forEach((i, k) => { degree[i] = many[k]; });
    degree.forEach((ties, i) => { for (let s = Number(first[i]); s < Number(first[i]) + Number(ties); s += 1) tied[s] = rows[tied[s]]; });
    for (const name of Page.told.hand.carried) {
      const column = at(name), wide = Math.max(1, world.members[name][3]), held = moved.map((i) => column.slice(wide * rows[i], wide * (rows[i] + 1)));
      moved.forEach((i, k) => column.set(held[k], wide * i));
    }
    for (const name of ["order_client", "order_server", "pair_client", "pair_helper", "team_leader"])
      at(name).forEach((one, k, column) => { if (one >= 0) column[k] = rows[Math.min(one, rows.length - 1)]; });
    const team = at("team"), size = at("team_size"), leader = at("team_leader"), ofGrids = (at("grid_first").length - 1) * Page.told.hand.interests;
    for (const i of moved) {
      const t = team[i];
      if (t < 0 || t >= ofGrids) continue;
      size[t] -= 1;
      if (leader[t] === i) leader[t] = -1;
      team[i] = -1;
    }
    const persons = at("household_persons"), most = persons[home[row]] > persons[home[other]] ? persons[home[row]] : persons[home[other]];
    persons[home[row]] = most; persons[home[other]] = most;
    run.carry(world, rows);
    return "";
  },
};
