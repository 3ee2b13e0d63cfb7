"use strict";
// A hand in one life of a world that lives here: what classroom/touches.py writes, in the same columns.
const Touches = {
  given: [],  // {week, world, row, what, other}
  give(run, w, row, what, other = -1) {
    const world = run.worlds[w], at = (name) => world.column(name), SELF = 1, SUBSTANTIVE = 3;
    if (at("age")[row] === VACANT || at("tier")[row] < 0) return "cannot_child";
    if (what === "hour") at("hours_limit")[row] += 1;
    if (what === "step") {
      if (at("tier")[row] >= SUBSTANTIVE) return "cannot_higher";
      if (at("tier")[row] === 0) { at("registered")[row] = 1; at("recruited_week")[row] = world.week; at("route")[row] = SELF; }
      at("tier")[row] += 1;
    }
    if (what === "friend") {
      const [first, degree, tied, strength, rest, born] = ["tie_first", "degree", "tie_other", "tie_strength", "tie_rest", "tie_born"].map(at);
      if (other < 0 || at("age")[other] === VACANT || other === row || tied.subarray(first[row], first[row] + degree[row]).includes(other)) return "cannot_tied";
      if (at("well_mixed")[0] || [row, other].some((i) => degree[i] >= first[i + 1] - first[i])) return "cannot_room";
      const usual = world.parameter("bonding", "friendship");
      for (const [a, b] of [[row, other], [other, row]]) {
        const s = first[a] + degree[a];
        tied[s] = b; strength[s] = usual; rest[s] = usual; born[s] = world.week;
        degree[a] += 1;
      }
    }
    this.given.push({ week: world.week, world: w, row, what, other });
    run.touched = [0, 1].map((one) => this.given.filter((touch) => touch.world === one).map((touch) => touch.row));
    return "";
  },
};
