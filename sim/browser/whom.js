"use strict";
/* Whom words mean, as in `age >= senior_elder and alone`: the grammar of sim/state/selectors.py, over the same columns.
   A number is as wide as what it is compared with, as in NumPy: a column of f4 meets it as f4. */
const whom = {};
(() => {
  const WEAK = 0, F4 = 1, WIDE = 2;
  const SIGNS = /\s*(?:(0[oOxXbB]\w*|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)|([A-Za-z_]\w*)|(<=|>=|==|!=|[<>()+*-])|(\S))/uy;
  // as Python writes numbers: no 0 before a whole number but 0, a _ only between digits
  const WRITTEN = /^(?:0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|0[bB](?:_?[01])+|0(?:_?0)*|[1-9](?:_?\d)*|(?:(?:\d(?:_?\d)*)?\.\d(?:_?\d)*|\d(?:_?\d)*\.)(?:[eE][+-]?\d(?:_?\d)*)?|\d(?:_?\d)*[eE][+-]?\d(?:_?\d)*)$/;
  const COMPARED = {
    "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b,
    "==": (a, b) => a === b, "!=": (a, b) => a !== b && a === a && b === b,
  };
  const COMPUTED = { "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b };
  const truth = (x) => x !== 0;
  const wide = (of) => ({ kind: WIDE, of });

  class Refused extends Error {
    constructor(found, near = null) { super(found); Object.assign(this, { found, near }); }
  }

  /* The name that shares most pairs of letters with a word. */
  const nearest = (word, known) => {
    const pairs = (text) => new Set(Array.from({ length: text.length - 1 }, (_, at) => text.slice(at, at + 2)));
    const own = pairs(word.toLowerCase());
    const like = (name) => { const its = pairs(name); return [...its].filter((one) => own.has(one)).length / Math.max(its.size, own.size, 1); };
    const best = known.reduce((one, other) => (like(other) > like(one) ? other : one));
    return like(best) > 0.3 ? best : null;
  };

  /* What the words mean as a function of columns: given `column(name)`, of each row. Errors: Refused, with what was found
     and the nearest name. `known`: columns, numbers, interests, groups. */
  const read = (words, known) => {
    if (words.length > known.longest) throw new Refused(`${words.slice(0, 20)}…`);
    const signs = [];
    SIGNS.lastIndex = 0;
    for (let text = words.trim(), found; SIGNS.lastIndex < text.length && (found = SIGNS.exec(text)); ) {
      if (found[4]) throw new Refused(found[4]);
      signs.push(found[1] ? { number: found[1] } : found[2] ? { word: found[2] } : { sign: found[3] });
    }
    let at = 0;
    const is = (sign) => signs[at]?.sign === sign || signs[at]?.word === sign;
    const taken = (sign) => is(sign) && ++at > 0;
    const shown = () => { const one = signs[at]; return one ? one.number ?? one.word ?? one.sign : "…"; };

    const any = () => joined("or", all, (values, i) => values.some((one) => truth(one.of(i))));
    const all = () => joined("and", negated, (values, i) => values.every((one) => truth(one.of(i))));
    const joined = (word, part, of) => {
      const parts = [part()];
      while (taken(word)) parts.push(part());
      return parts.length > 1 ? (columns) => { const values = parts.map((one) => one(columns)); return wide((i) => +of(values, i)); } : parts[0];
    };
    const negated = () => {
      if (!taken("not")) return compared();
      const part = negated();
      return (columns) => { const { of } = part(columns); return wide((i) => +!truth(of(i))); };
    };
    const compared = () => {
      const sides = [summed()], signs_ = [];
      while (COMPARED[signs[at]?.sign]) { signs_.push(COMPARED[signs[at].sign]); at += 1; sides.push(summed()); }
      if (!signs_.length) return sides[0];
      return (columns) => {
        const values = sides.map((side) => side(columns));
        return wide((i) => +signs_.every((holds, k) => holds(...met(values[k], values[k + 1], i))));
      };
    };
    const met = (a, b, i) => [a.kind === WEAK && b.kind === F4 ? Math.fround(a.of(i)) : a.of(i), b.kind === WEAK && a.kind === F4 ? Math.fround(b.of(i)) : b.of(i)];
    const computed = (part, among) => () => {
      let left = part();
      while (among.includes(signs[at]?.sign)) {
        const act = COMPUTED[signs[at].sign], before = left;
        at += 1;
        const right = part();
        left = (columns) => { const a = before(columns), b = right(columns); return wide((i) => act(a.of(i), b.of(i))); };
      }
      return left;
    };
    const signed = () => {
      if (!taken("-")) return single();
      const part = signed();
      return (columns) => { const { kind, of } = part(columns); return { kind, of: (i) => -1 * of(i) }; };
    };
    const multiplied = computed(signed, ["*"]), summed = computed(multiplied, ["+", "-"]);
    const single = () => {
      if (taken("(")) {
        const inner = any();
        if (!taken(")")) throw new Refused(shown());
        return inner;
      }
      const one = signs[at];
      if (one?.number !== undefined && WRITTEN.test(one.number)) {
        at += 1;
        const value = Number(one.number.replace(/_/g, ""));
        return () => ({ kind: WEAK, of: () => value });
      }
      if (!one?.word || ["and", "or", "not"].includes(one.word)) throw new Refused(shown());
      at += 1;
      return named(one.word);
    };
    const named = (word) => {
      const interest = known.interests.indexOf(word), group = known.groups.indexOf(word);
      const of = (name, width, shift) => (columns) => { const c = columns(name); return { kind: c instanceof Float32Array ? F4 : WIDE, of: (i) => Number(c[width * i + shift]) }; };
      if (known.columns.includes(word)) return of(word, 1, 0);
      if (interest >= 0) return of("interest", known.interests.length, interest);
      if (group >= 0) return (columns) => { const c = columns("groups"); return wide((i) => (c[i] >>> group) & 1); };
      if (word in known.numbers) return () => ({ kind: WEAK, of: () => known.numbers[word] });
      throw new Refused(word, nearest(word, [...known.columns, ...known.interests, ...known.groups, ...Object.keys(known.numbers)]));
    };
    const meaning = any();
    if (at < signs.length) throw new Refused(shown());
    return (columns) => { const { of } = meaning(columns); return (i) => truth(of(i)); };
  };
  Object.assign(whom, { read, Refused });
})();
