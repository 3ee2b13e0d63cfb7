"use strict";
/* A community in a browser. The week is the module's: units made of the program's own rules, called one after the other.
   What stands here is what sim/simulation.py and sim/monday.py do around it: who acts when, and a row of tallies a week. */
const linli = {};
(() => {
  const TYPES = {
    f8: Float64Array, f4: Float32Array, i8: BigInt64Array, u8: BigUint64Array, i4: Int32Array, u4: Uint32Array,
    i2: Int16Array, u2: Uint16Array, i1: Int8Array, u1: Uint8Array, "?": Uint8Array,
  };
  const APART = 64, CELL = 24, PAGE = 65536, ENDED = 1n, MEMBER_ROW = 1, SINGLE = 4;
  const typeOf = (dtype) => TYPES[dtype.replace(/[<|=]/, "")];

  /* The sum of floats as Python gives it (compensated), of fewer than 129 as NumPy does, and the exact one, rounded once. */
  const sum = (numbers) => {
    let high = 0, low = 0;
    for (const x of numbers) {
      const t = high + x;
      low += Math.abs(high) >= Math.abs(x) ? high - t + x : x - t + high;
      high = t;
    }
    return low && Number.isFinite(low) ? high + low : high;
  };
  const pairwise = (of, at, n) => {
    let total = 0, k = 0;
    if (n >= 8) {
      const r = Array.from(of.subarray(at, at + 8));
      for (k = 8; k < n - (n % 8); k += 8) for (let j = 0; j < 8; j++) r[j] += of[at + k + j];
      total = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
    }
    for (; k < n; k++) total += of[at + k];
    return total;
  };
  const exactSum = (numbers) => {
    let partials = [];
    for (let x of numbers) {
      const next = [];
      for (let y of partials) {
        if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
        const high = x + y, low = y - (high - x);
        if (low) next.push(low);
        x = high;
      }
      partials = [...next, x];
    }
    let at = partials.length - 1, high = at < 0 ? 0 : partials[at--], low = 0;
    while (at >= 0) {
      const x = high, y = partials[at--];
      high = x + y;
      low = y - (high - x);
      if (low) break;
    }
    if (at >= 0 && ((low < 0 && partials[at] < 0) || (low > 0 && partials[at] > 0))) {
      const twice = low * 2, x = high + twice;
      if (twice === x - high) high = x;
    }
    return high;
  };

  /* How far a policy is in force in a week. */
  const strengthIn = (week, { start = 0, stop = null, ramp = 0, every = 0, active = 1 }) => {
    if (week < start || (stop !== null && week >= stop)) return 0;
    if (every && (week - start) % every >= active) return 0;
    return Math.min(1, (week - start + 1) / (ramp + 1));
  };
  /* Whom a policy is meant for, as its doses say; a part of a bundle as far as it can be aimed. */
  const EVERYBODY = { grids: [], groups: [], tiers: [], where: null, uptake: 1, capacity: null };
  const AIMS = { residents: Object.keys(EVERYBODY), grids: ["grids"], community: [] };
  const whomOf = (policy, of = "residents") => Object.fromEntries(Object.entries(EVERYBODY).map(([name, all]) => [name, AIMS[of].includes(name) ? policy[name] ?? all : all]));
  const isNarrow = (whom) => whom.grids.length + whom.groups.length + whom.tiers.length > 0 || whom.where !== null || whom.uptake < 1 || whom.capacity !== null;
  const same = (one, other) => JSON.stringify({ ...one, stop: null }) === JSON.stringify({ ...other, stop: null });

  /* What policies derive (`derives` in their files) of their doses and of the community as it stands. */
  const DERIVES = {
    for_all: (world, doses, kinds, whom) => +!isNarrow(whom),
    another_scope: (world, { scope }) => +(scope !== world.parameter("dispatching", "scope")),
    needs_expected: (world, doses, kinds) => {
      const expected = world.column("kind_expected");
      return pairwise(Float64Array.from(kinds, (kind) => expected[kind]), 0, kinds.length);
    },
  };

  class World {
    /* `module`: the compiled module; `known`: what holds for all communities; `place`, `piece`: a snapshot. */
    constructor(module, known, place, piece) {
      this.known = known;
      this.place = place;
      const refused = (name) => () => { throw new Error(`the module called ${name}`); };
      const env = {};
      for (const one of WebAssembly.Module.imports(module)) env[one.name] = refused(one.name);
      env.fmod = (a, b) => a % b;
      this.units = new WebAssembly.Instance(module, { env }).exports;
      this.memory = this.units.memory;
      this.units.set_top(this.units.__heap_base.value);
      const base = this.take(place.bytes);
      new Uint8Array(this.memory.buffer).set(piece, base);
      this.base = base;
      this.table = base + place.table;
      this.out = this.take(8);
      this.members = {};
      const view = this.bytes();
      for (const members of Object.values(known.views))
        for (const member of Object.values(members)) {
          if (member[SINGLE]) continue;
          this.members[member[0]] = member;
          const cell = this.table + CELL * member[MEMBER_ROW];
          view.setBigInt64(cell, view.getBigInt64(cell, true) + BigInt(base), true);
        }
      this.week = place.week;
      this.rows = [];
      this.slow = [];
      this.policies = [];
      this.inForce = [];
      this.pushed = false;
      this.monday = null;
      this.mostNew = 0;
      this.kept = {};
      this.rowLength = Object.values(known.tallies).reduce((all, [, length]) => all + length, 0);
    }

    bytes() { return new DataView(this.memory.buffer); }

    /* Room in the memory that nobody else has, of zeros. */
    take(size) {
      const at = Math.ceil(this.units.get_top() / APART) * APART, end = at + Math.max(size, 8);
      const pages = Math.ceil(end / PAGE) - this.memory.buffer.byteLength / PAGE;
      if (pages > 0) this.memory.grow(pages);
      this.units.set_top(end);
      return at;
    }

    /* A column as it stands; it holds until the memory grows: ask again after a week. */
    column(name) {
      const [, row, dtype, width] = this.members[name], view = this.bytes(), cell = this.table + CELL * row;
      const rows = Number(view.getBigInt64(cell + 8, true));
      return new (typeOf(dtype))(this.memory.buffer, Number(view.getBigInt64(cell, true)), rows * Math.max(width, 1));
    }

    /* A parameter of a section; with a value: from the coming week on it is that, and what is derived is so anew. */
    parameter(section, name, value) {
      const cell = this.table + CELL * this.known.views[section][name][MEMBER_ROW], view = this.bytes();
      if (value !== undefined) {
        view.setFloat64(cell, value, true);
        this.expectNeeds();
        this.monday = null;
      }
      return view.getFloat64(cell, true);
    }

    /* The same for a path; a field of a service kind stands in the table of kinds. */
    set(path, value) {
      const [section, name, field] = path.split(".");
      if (section !== "kinds") { this.parameter(section, name, value); return; }
      const column = this.column(this.known.kinds[field]);
      column[this.place.kinds.indexOf(name)] = column instanceof BigInt64Array ? BigInt(value) : value;
      this.expectNeeds();
      this.monday = null;
    }

    /* How many needs of each kind a week can be expected to bring, by who lives here now. */
    expectNeeds() {
      const wants = this.column("wants"), weekly = this.column("kind_weekly"), expected = this.column("kind_expected");
      weekly.forEach((often, kind) => {
        expected[kind] = often * wants.reduce((many, wanted) => many + ((wanted >>> kind) & 1), 0);
      });
    }

    /* The seed of all chances to come: the same founders with another luck. */
    reseed(seed) { this.column("seed")[0] = BigInt.asUintN(64, BigInt(seed)); }

    run(unit, my = 0) {
      if (this.units[unit](this.table, my, this.out) !== ENDED) throw new Error(`${unit} did not come to its end`);
      return this.bytes().getFloat64(this.out, true);
    }

    tallies() { return new Float64Array(this.memory.buffer, this.base + this.place.tallies, this.rowLength); }

    rest() {
      const [at, size] = this.place.levers;
      new Uint8Array(this.memory.buffer, this.base + at, size).fill(0);
      for (const [lever, value] of Object.entries(this.known.rest)) this.column(lever)[0] = value;
    }

    /* From the coming week on, these policies: {name, doses, start, stop, ramp, every, active, parts}. Who is listed again
       stays in force; any other takes back what it set up. */
    change(listed) {
      const inForce = listed.map((policy) => this.policies.some((old, at) => this.inForce[at] && same(old, policy)));
      this.policies.forEach((old, at) => {
        if (this.inForce[at] && !listed.some((policy) => same(old, policy))) this.leave(old);
      });
      if (!listed.length) this.rest();
      this.policies = structuredClone(listed);
      this.inForce = inForce;
      this.monday = null;
    }

    /* Who acts for a policy, with which strength: itself, or the parts of a bundle. */
    acting(policy, strength, leaving = false) {
      const said = this.known.policies[policy.name];
      if (!said.parts) return [{ name: policy.name, doses: policy.doses || {}, start: policy.start || 0, bench: 0, strength, whom: whomOf(policy) }];
      const intensity = policy.doses?.intensity ?? said.doses.intensity;
      if (!(intensity > 0) && !leaving) return [];
      return Object.entries(said.parts)
        .filter(([part, [, shipped]]) => policy.parts?.[part] !== null && (shipped || policy.parts?.[part]))
        .map(([part, [name]]) => ({
          name, doses: policy.parts?.[part] || {}, start: policy.start || 0, bench: 1, strength: strength * intensity,
          whom: whomOf(policy, this.known.policies[name].aims),
        }));
    }

    /* The doses of one who acts, where compiled code finds them. */
    doses(acting) {
      const said = this.known.policies[acting.name], here = this.place.policies[acting.name];
      const named = acting.doses.kinds, asked = named && this.place.kinds.map((_, row) => row).filter((row) => named.includes(this.place.kinds[row]));
      const rows = !named ? here.kinds : named.length ? asked : here.none_named;
      const key = `${acting.name} ${acting.bench} ${rows} ${JSON.stringify(acting.whom)}`;
      if (!this.kept[key]) {
        const { residents, grids: many } = this.place;
        const flags = this.take(residents), among = this.take(residents), grids = this.take(many), kinds = this.take(8 * rows.length);
        const my = this.take(CELL * said.my.length), aim = this.take(CELL * this.known.aim.length), view = this.bytes();
        for (const at of [flags, among]) new Uint8Array(this.memory.buffer, at, residents).fill(1);
        const there = acting.whom.grids;
        new Uint8Array(this.memory.buffer, grids, many).set(Array.from({ length: many }, (_, g) => +(!there.length || there.includes(g))));
        rows.forEach((kind, at) => view.setBigInt64(kinds + 8 * at, BigInt(kind), true));
        const columns = { aimed: [flags, residents], among: [among, residents], here: [grids, many], kinds: [kinds, rows.length] };
        for (const [table, members] of [[my, said.my], [aim, this.known.aim]])
          for (const [name, row] of members)
            (columns[name] || []).forEach((number, at) => view.setBigInt64(table + CELL * row + 8 * at, BigInt(number), true));
        this.kept[key] = { my, aim, among };
      }
      const { my, aim, among } = this.kept[key], values = { ...said.doses, ...acting.doses };
      for (const [name, choices] of Object.entries(said.choices)) values[name] = choices.indexOf(values[name]);
      for (const name of said.derives) values[name] = DERIVES[name](this, values, rows, acting.whom);
      this.write(my, said.my, { ...values, ...said.streams, start: acting.start, bench: acting.bench, strength: acting.strength });
      if (isNarrow(acting.whom)) this.aim(acting, aim, among);
      return my;
    }

    /* The numbers of a view of doses. */
    write(table, members, values) {
      const view = this.bytes();
      for (const [name, row, dtype, , single] of members) {
        if (!single) continue;
        if (dtype === "f8") view.setFloat64(table + CELL * row, values[name], true);
        else view.setBigUint64(table + CELL * row, BigInt.asUintN(64, BigInt(values[name])), true);
      }
    }

    /* Look up anew whom it is meant for. */
    aim({ name, whom: { groups, tiers, where, uptake, capacity } }, table, among) {
      const { children, draws } = this.known.policies[name], bits = (of, named) => named.reduce((all, one) => all | (1 << of.indexOf(one)), 0);
      if (where !== null) {
        const means = whom.read(where, { ...this.known.words, groups: this.known.groups })((column) => this.column(column));
        new Uint8Array(this.memory.buffer, among, this.place.residents).forEach((_, i, flags) => { flags[i] = +means(i); });
      }
      this.write(table, this.known.aim, {
        children: +children, groups: bits(this.known.groups, groups), tiers: bits(this.known.tiers, tiers),
        uptake, takes_up: draws[0], comes_first: draws[1], most: capacity ?? this.place.residents,
      });
      this.run("who_is_meant", table);
    }

    leave(policy) {
      for (const acting of this.acting(policy, 0, true)) {
        const { leaves } = this.known.policies[acting.name].units;
        if (leaves) this.run(leaves, this.doses(acting));
      }
    }

    /* First who goes, then who comes, then everybody in the order of names. */
    arrange(strengths) {
      this.policies.forEach((policy, at) => {
        if (strengths[at] === 0 && this.inForce[at]) this.leave(policy);
        this.inForce[at] = strengths[at] > 0;
      });
      this.pushed = this.inForce.some(Boolean);
      const order = this.policies.map((_, at) => at).filter((at) => this.inForce[at]);
      order.sort((a, b) => (this.policies[a].name < this.policies[b].name ? -1 : 1));
      const turns = order.flatMap((at) => this.acting(this.policies[at], strengths[at]).map((acting) => ({ at, acting })));
      for (const turn of turns) Object.assign(turn, { my: this.doses(turn.acting), units: this.known.policies[turn.acting.name].units });
      this.monday = { strengths: JSON.stringify(strengths), turns };
    }

    push() {
      if (this.pushed) this.rest();
      const strengths = this.policies.map((policy) => strengthIn(this.week, policy));
      if (this.monday?.strengths !== JSON.stringify(strengths)) this.arrange(strengths);
      const { turns } = this.monday;
      const aim = ({ acting }) => {
        if (isNarrow(acting.whom)) this.doses(acting);
      };
      for (const turn of turns) {
        aim(turn);
        if (turn.units.prepares) this.run(turn.units.prepares, turn.my);
      }
      // a seat may have been given since
      const paid = turns.map((turn) => {
        aim(turn);
        return [turn.at, this.run(turn.units.pushes, turn.my)];
      });
      const costs = this.policies.map((policy, at) => {
        const own = paid.filter(([owner]) => owner === at).map(([, cost]) => cost), said = this.known.policies[policy.name];
        const share = said.parts ? (policy.doses?.cost_share ?? said.doses.cost_share) : 1;
        return share * sum(own);
      });
      this.column("stand_cost")[0] = exactSum(costs);
    }

    grow(rows) {
      for (const name of this.known.book) {
        const [, row, dtype, width] = this.members[name], type = typeOf(dtype);
        const at = this.take(type.BYTES_PER_ELEMENT * Math.max(width, 1) * rows), old = this.column(name);
        new type(this.memory.buffer, at, old.length).set(old);
        const view = this.bytes(), cell = this.table + CELL * row;
        view.setBigInt64(cell, BigInt(at), true);
        view.setBigInt64(cell + 8, BigInt(rows), true);
      }
    }

    begin() {
      const week = this.column("week");
      week[0] = week instanceof BigInt64Array ? BigInt(this.week) : this.week;
      this.tallies().fill(0);
      if (this.week % this.known.quarter === 0) this.mostNew = this.run("needs_at_most");
      const wanted = Number(this.column("open_orders")[0]) + this.mostNew;
      if (wanted > this.column("order_state").length) this.grow(2 * wanted);
      if (this.policies.length) this.push();
    }

    phase(at) { this.run(this.known.week[at]); }

    end() {
      this.rows.push(this.tallies().slice());
      this.week += 1;
      if (this.week === 1 || this.week % this.known.quarter === 0) {
        this.run("measure");
        this.slow.push(Array.from(this.column("slow_values").subarray(0, this.known.slow.length)));
      }
    }

    /* `looks`: what looks at the world just before some phases, by their names. */
    live(weeks, looks = {}) {
      for (let k = 0; k < weeks; k++) {
        this.begin();
        this.known.week.forEach((phase, at) => {
          if (looks[phase]) looks[phase]();
          this.phase(at);
        });
        this.end();
      }
      return this;
    }
  }

  Object.assign(linli, { World, strengthIn, pairwise });
})();
if (typeof module !== "undefined") module.exports = linli;
