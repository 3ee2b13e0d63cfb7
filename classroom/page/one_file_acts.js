"use strict";
// What people do for each other in a week of a world that lives here: the same looks as classroom/acts.py, before the same
// phases. They read; the rules are the module's.
const IN_BOOK = { PLACED: 1, DISPATCHED: 2, ACCEPTED: 3, DONE: 4, KEPT: 8 }, BY_RESIDENT = 1, OF_VOLUNTEER = 4;
const Acts = {
  looks(world) {
    const acts = {}, col = (name) => world.column(name), n = () => Number(col("open_orders")[0]);
    let offered = [], moved = [], helped = 0, tier = null;
    const met = (from, to) => { const [one, other] = [col("met_one"), col("met_other")]; return Array.from({ length: to - from }, (_, k) => [one[from + k], other[from + k]]); };
    const phases = {
      volunteers_answer: () => { offered = Array.from(col("order_state").subarray(0, n()), (state) => state === IN_BOOK.DISPATCHED); },
      service_is_given: () => {
        const [state, placed, server] = ["order_state", "order_placed", "order_server"].map(col);
        moved = offered.flatMap((called, o) => {
          const taken = state[o] === IN_BOOK.ACCEPTED, steps = (placed[o] === world.week ? STEP.placed : 0) | (called ? STEP.offered : 0) | (taken ? STEP.taken : 0);
          return steps ? [[o, taken ? server[o] : -1, steps]] : [];
        });
      },
      orders_lapse: () => {
        const [state, client, server, until, keeper, given, served, arose] = ["state", "client", "server", "until", "keeper", "given", "served", "arose"].map((name) => col(`order_${name}`));
        const well = (o) => state[o] === IN_BOOK.DONE || (until[o] > 0 && given[o] >= 0.5), taken = new Set(moved.filter(([, , steps]) => steps & STEP.taken).map(([o]) => o));
        acts.orders = moved.map(([o, v, steps]) => [client[o], v, steps | (taken.has(o) && well(o) ? STEP.given : 0)]);
        acts.cares = []; acts.waits = [];
        for (let o = 0; o < n(); o += 1) {
          if (state[o] === IN_BOOK.KEPT && served[o] > 0 && keeper[o] !== OF_VOLUNTEER && !taken.has(o)) acts.cares.push([client[o], keeper[o] === KEEPER.neighbour ? server[o] : -1, keeper[o]]);
          if (!well(o)) acts.waits.push([client[o], state[o] === IN_BOOK.KEPT ? 1 : world.week - arose[o] + 1, +(state[o] === IN_BOOK.PLACED)]);
        }
        helped = Number(col("encounters")[0]);
        const ofOrders = new Set(acts.orders.filter(([, , steps]) => steps & STEP.taken).map(([c, v]) => `${v} ${c}`));
        acts.helps = met(0, helped).filter(([v, c]) => !ofOrders.has(`${v} ${c}`));
      },
      ties_change: () => { acts.meets = met(helped, Number(col("encounters")[0])); },
      residents_decide: () => {
        tier = col("tier").slice();
        const [asked, first, degree, other] = ["asked", "tie_first", "degree", "tie_other"].map(col);
        acts.asks = [];
        asked.forEach((how, row) => {
          if (!how) return;
          const tied = how === BY_RESIDENT ? Array.from(other.subarray(first[row], first[row] + degree[row])) : [];
          acts.asks.push([row, how, ...tied.filter((one) => tier[one] >= 1)]);
        });
      },
    };
    const end = () => {
      const [now, tenure, age] = ["tier", "tenure", "age"].map(col), there = Array.from(now.keys()).filter((row) => tenure[row] > 0 && age[row] !== VACANT);
      acts.climbs = there.filter((row) => now[row] > tier[row]).map((row) => [row]);
      acts.lapses = there.filter((row) => now[row] < tier[row]).map((row) => [row]);
      return acts;
    };
    return { phases, end };
  },
};
