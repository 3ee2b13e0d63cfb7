"use strict";
/* Metrics: the steps that sim/browser/metrics.py noted of each metric, over rows of tallies, one row a week. */
(() => {
  const least = (a, b) => (a !== a || b !== b ? NaN : a < b ? a : b);
  const most = (a, b) => (a !== a || b !== b ? NaN : a > b ? a : b);
  const NUMBER_BY_NUMBER = {
    "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b, neg: (a) => -a,
    ">": (a, b) => +(a > b), ">=": (a, b) => +(a >= b), "<": (a, b) => +(a < b), "<=": (a, b) => +(a <= b),
    min: least, max: most, where: (test, yes, no) => (test ? yes : no),
  };

  /* What a step makes: `of` holds `weeks` rows of `n` numbers; of what is the same every week, one row, and no weeks. */
  const table = (weeks, n) => ({ weeks, n, of: new Float64Array((weeks ?? 1) * n) });
  const filled = (weeks, n, number) => {
    const made = table(weeks, n);
    for (let i = 0; i < (weeks ?? 1); i++) for (let j = 0; j < n; j++) made.of[i * n + j] = number(i, j);
    return made;
  };

  const STEPS = {
    row: (world, n, made, ...numbers) => filled(null, n, (_, j) => numbers[j] ?? NaN),
    tally: ({ rows, known }, n, made, name) => filled(rows.length, n, (i, j) => rows[i][known.tallies[name][0] + j]),
    week: ({ rows }, n) => filled(rows.length, n, (i) => i),
    slow: ({ rows, slow, known }, n, made, name) => {
      const at = known.slow.indexOf(name);
      return filled(rows.length, n, (i) => slow[Math.floor((i + 1) / known.quarter)][at]);
    },
    ones: (world, n, made, x) => filled(made[x].weeks, n, () => 1),
    entries: (world, n, made, x, first) => filled(made[x].weeks, n, (i, j) => made[x].of[i * made[x].n + first + j]),
    weeks: (world, n, made, x, first, stop) => {
      const there = made[x].weeks, end = stop === null ? there : stop < 0 ? there + stop : Math.min(stop, there);
      return filled(Math.max(0, end - first), n, (i, j) => made[x].of[(i + first) * n + j]);
    },
    join: (world, n, made, x, y) => {
      const first = made[x].weeks;
      return filled(first + made[y].weeks, n, (i, j) => (i < first ? made[x].of[i * n + j] : made[y].of[(i - first) * n + j]));
    },
    sum: (world, n, made, x) => filled(made[x].weeks, 1, (i) => linli.pairwise(made[x].of, i * made[x].n, made[x].n)),
    any: (world, n, made, x) => {
      const { weeks, n: wide, of } = made[x];
      return filled(weeks, 1, (i) => +of.subarray(i * wide, (i + 1) * wide).some(Boolean));
    },
    argmax: (world, n, made, x) => {
      const { weeks, n: wide, of } = made[x];
      return filled(weeks, 1, (i) => of.subarray(i * wide, (i + 1) * wide).reduce((best, one, j, row) => (one > row[best] ? j : best), 0));
    },
    cumsum: (world, n, made, x) => {
      const total = new Float64Array(n);
      return filled(made[x].weeks, n, (i, j) => (total[j] = i ? total[j] + made[x].of[i * n + j] : made[x].of[j]));
    },
    "cumsum entries": (world, n, made, x) => {
      let total = 0;
      return filled(made[x].weeks, n, (i, j) => (total = j ? total + made[x].of[i * n + j] : made[x].of[i * n]));
    },
  };
  for (const [name, f] of Object.entries(NUMBER_BY_NUMBER))
    STEPS[name] = (world, n, made, ...of) => {
      const parts = of.map((at) => made[at]), weeks = parts.find((part) => part.weeks !== null)?.weeks ?? null;
      const [a, b, c] = parts;
      const at = (part, i, j) => part && part.of[(part.weeks === null ? 0 : i * part.n) + (part.n === 1 ? 0 : j)];
      return filled(weeks, n, (i, j) => f(at(a, i, j), at(b, i, j), at(c, i, j)));
    };
  const NOT_STEPS = { row: 0, tally: 0, slow: 0, week: 0, ones: 1, entries: 1, weeks: 1 };

  /* Metrics by name, one number a week lived; `asked`: only these. */
  linli.metricsOf = (world, asked = null) => {
    const { steps, metrics } = world.known.metrics, names = asked || Object.keys(metrics), made = [];
    const needed = new Set(names.map((name) => metrics[name]));
    for (let at = steps.length - 1; at >= 0; at--) {
      const [name, , ...of] = steps[at];
      if (needed.has(at)) for (const one of of.slice(0, NOT_STEPS[name])) needed.add(one);
    }
    steps.forEach(([name, width, ...of], at) => {
      if (needed.has(at)) made[at] = STEPS[name](world, Math.max(width, 1), made, ...of);
    });
    return Object.fromEntries(names.map((name) => [name, made[metrics[name]].of]));
  };
})();
