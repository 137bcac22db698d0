// Finding a passage again in an article that was edited: pure functions over strings.
//
// What is compared is folded: case, typography and white space are set aside, so that a new
// apostrophe or a no-break space is no edit. A passage is taken only with enough evidence, from its
// own words and those around it, and only if no other place has nearly as much: better lost than
// wrong. How well that does is measured in docs/explanation/re-anchoring.md.

// How much of its surroundings a passage carries, in characters. One that stood there more than once
// carries more, and is never taken without them.
const NEAR = 64;
const FAR = 160;
// Characters, folded, from which on words speak for themselves.
const TELLING = 40;
// A word or two: what they are told by is what touches them.
const FEW = 24;
const TOUCH = 6;
const GRAM = 5;
const WINDOWS = 6;

/** @typedef {{exact: string, prefix: string, suffix: string, start?: number, end?: number, fragment?: string}} Quote */
/** @typedef {{text: string, at: number[]}} Folded `at`: where each character stood */
/** @typedef {{begin: number, end: number, like: number, before: number, after: number, score: number}} Place */

const LOOKALIKES = /** @type {Record<string, string>} */ ({
  "’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‑": "-", "…": "...", "œ": "oe", "æ": "ae",
});

/**
 * @param {string} raw
 * @returns {Folded}
 */
export function fold(raw) {
  let text = "";
  /** @type {number[]} */
  const at = [];
  let i = 0;
  for (const c of raw) {
    // Not read: white space, soft hyphens, joiners, marks of direction; accents written apart.
    if (!/[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(c)) {
      const last = text.at(-1) ?? "";
      const joined = (last + c).normalize("NFC");
      if (last && joined.length === 1) text = text.slice(0, -1) + joined;
      else {
        const low = c.toLowerCase();
        const one = LOOKALIKES[low] ?? low;
        text += one;
        for (let n = one.length; n; n--) at.push(i);
      }
    }
    i += c.length;
  }
  return { text, at };
}

/**
 * The selectors of the passage from `begin` to `end` of a text.
 * @param {string} raw
 * @param {number} begin
 * @param {number} end
 * @returns {Quote}
 */
export function describe(raw, begin, end) {
  const exact = raw.slice(begin, end);
  const { text } = fold(raw);
  const folded = fold(exact).text;
  const reach = text.indexOf(folded) === text.lastIndexOf(folded) ? NEAR : FAR;
  const points = (/** @type {number} */ to) => [...raw.slice(0, to)].length;
  const plain = (/** @type {string} */ part) => part.replace(/\s+/g, " ").replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
  return {
    exact: plain(exact),
    prefix: plain(raw.slice(Math.max(0, begin - reach), begin)),
    suffix: plain(raw.slice(end, end + reach)),
    start: points(begin),
    end: points(end),
  };
}

/**
 * Where a passage stands now, in indices of the raw text; null: it is not there, or nobody can tell.
 * @param {Folded} article
 * @param {Quote} quote
 * @returns {{begin: number, end: number} | null}
 */
export function locate(article, quote) {
  const exact = fold(quote.exact).text;
  const prefix = fold(quote.prefix).text;
  const suffix = fold(quote.suffix).text;
  if (!exact) return null;
  const { text, at } = article;
  const twice = Math.max(quote.prefix.length, quote.suffix.length) > NEAR + 8;
  const near = (quote.start ?? 0) / (text.length || 1);
  /** @param {number} begin @param {number} end @param {number} like @returns {Place} */
  const place = (begin, end, like) => {
    const before = alike(prefix, text.slice(Math.max(0, begin - prefix.length), begin), begin === 0);
    const after = alike(suffix, text.slice(end, end + suffix.length), end === text.length);
    // Hypothesis's weights: words 50, surroundings 20 each, position 2.
    const score = like * 50 + before * 20 + after * 20 + 2 * (1 - Math.abs(begin / (text.length || 1) - near));
    return { begin, end, like, before, after, score };
  };
  const size = exact.length;
  /** @param {number} begin @param {number} end how many sides are touched by the very same letters */
  const touching = (begin, end) =>
    Number(prefix.slice(-TOUCH) === text.slice(Math.max(0, begin - TOUCH), begin)) +
    Number(suffix.slice(0, TOUCH) === text.slice(end, end + TOUCH));
  /** @param {Place} found */
  const convinces = ({ begin, end, like, before, after }) => {
    const most = Math.max(before, after);
    // A word or two stand everywhere: what touches them must be the same, on one side at least.
    const touches = touching(begin, end);
    if (size < 8 && Math.min(before, after) < 0.4) return false;
    if (size < FEW && (!touches || (touches < 2 && (like < 1 || (size < 8 && Math.min(before, after) < 0.7))))) return false;
    if (like === 1) return (size >= TELLING && !twice) || most >= (size < 8 ? 0.7 : 0.5);
    if (size < FEW) return like >= 0.7;
    if (size >= 60 && like >= 0.8 && !twice) return true;
    if (size < TELLING && !touches) return false;
    return like >= 0.65 && most >= (like >= 0.75 ? 0.5 : 0.7);
  };
  const found = occurrences(text, exact)
    // Comparing the surroundings of each "e" of an article would take half a second.
    .filter((begin) => size >= FEW || touching(begin, begin + size))
    .map((begin) => place(begin, begin + size, 1));
  if (!found.some(convinces)) {
    for (const [from, to] of windows(text, prefix, exact, suffix)) {
      const { begin, end, cost } = closest(exact, text.slice(from, to));
      if (cost < size) found.push(place(from + begin, from + end, 1 - cost / size));
    }
    const held = between(text, exact);
    if (held) found.push(place(...held, 0.75));
  }
  const good = found.filter(convinces).sort((a, b) => b.score - a.score);
  const best = good[0];
  if (!best) return null;
  const rival = good.find((other) => other.begin >= best.end || other.end <= best.begin);
  if (rival && best.score - rival.score < 5) return null;
  return { begin: at[best.begin] ?? 0, end: (at[best.end - 1] ?? 0) + 1 };
}

/** How alike a passage's surroundings are, 0 to 1. @param {string} known @param {string} now @param {boolean} edge */
function alike(known, now, edge) {
  if (!known) return edge ? 1 : 0;
  return Math.max(0, 1 - closest(known, now, true).cost / known.length);
}

/** @param {string} text @param {string} part */
function occurrences(text, part) {
  const found = [];
  for (let i = text.indexOf(part); i >= 0 && found.length < 200; i = text.indexOf(part, i + 1)) found.push(i);
  return found;
}

/**
 * The stretches of a text that have most in common with a passage and its surroundings: runs of
 * letters that both have, counted by how far they are shifted.
 * @param {string} text
 * @param {string} prefix
 * @param {string} exact
 * @param {string} suffix
 * @returns {[number, number][]}
 */
function windows(text, prefix, exact, suffix) {
  const whole = prefix + exact + suffix;
  /** @type {Map<string, number[]>} */
  const grams = new Map();
  for (let i = 0; i + GRAM <= whole.length; i++) {
    const gram = whole.slice(i, i + GRAM);
    grams.set(gram, [...(grams.get(gram) ?? []), i - prefix.length]);
  }
  const width = Math.max(24, exact.length >> 1);
  /** @type {Map<number, number>} */
  const votes = new Map();
  for (let i = 0; i + GRAM <= text.length; i++) {
    const all = grams.get(text.slice(i, i + GRAM));
    for (const shift of all ?? []) {
      const bucket = Math.floor((i - shift) / width);
      votes.set(bucket, (votes.get(bucket) ?? 0) + 1 / (all?.length ?? 1));
    }
  }
  return [...votes]
    .sort((a, b) => b[1] - a[1])
    .slice(0, WINDOWS)
    .map(([bucket]) => [Math.max(0, (bucket - 1) * width), (bucket + 2) * width + exact.length]);
}

/**
 * The part of a text that is closest to a pattern, by edit distance (Sellers, 1980); with `whole`,
 * all of the text.
 * @param {string} pattern
 * @param {string} text
 */
function closest(pattern, text, whole = false) {
  const rows = pattern.length + 1;
  let cost = Int32Array.from({ length: rows }, (_, i) => i);
  let from = new Int32Array(rows);
  let best = { begin: 0, end: 0, cost: whole && text ? Infinity : pattern.length };
  let nextCost = new Int32Array(rows);
  let nextFrom = new Int32Array(rows);
  for (let j = 1; j <= text.length; j++) {
    nextCost[0] = whole ? j : 0;
    nextFrom[0] = whole ? 0 : j;
    for (let i = 1; i < rows; i++) {
      const swap = /** @type {number} */ (cost[i - 1]) + Number(pattern[i - 1] !== text[j - 1]);
      const insert = /** @type {number} */ (cost[i]) + 1;
      const drop = /** @type {number} */ (nextCost[i - 1]) + 1;
      const least = Math.min(swap, insert, drop);
      nextCost[i] = least;
      nextFrom[i] = /** @type {number} */ (least === swap ? from[i - 1] : least === insert ? from[i] : nextFrom[i - 1]);
    }
    [cost, nextCost, from, nextFrom] = [nextCost, cost, nextFrom, from];
    const last = /** @type {number} */ (cost[rows - 1]);
    if (whole ? j === text.length : last < best.cost) best = { begin: /** @type {number} */ (from[rows - 1]), end: j, cost: last };
  }
  return best;
}

/**
 * A passage that grew in the middle: how it began and how it ended are both there, once, in order.
 * @param {string} text
 * @param {string} exact
 * @returns {[number, number] | null}
 */
function between(text, exact) {
  const part = Math.min(32, exact.length >> 1);
  if (part < 16) return null;
  const head = occurrences(text, exact.slice(0, part));
  const tail = occurrences(text, exact.slice(-part));
  const [begin, last] = [head[0], tail[0]];
  if (head.length !== 1 || tail.length !== 1 || begin === undefined || last === undefined) return null;
  const size = last + part - begin;
  return size >= exact.length >> 1 && size <= exact.length * 1.6 ? [begin, last + part] : null;
}
