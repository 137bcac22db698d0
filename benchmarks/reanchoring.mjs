// How well passages are found again after an edit: real French prose, edits made by machine, and a
// record of where each letter went, so that right and wrong are known and not judged.
//
//   python benchmarks/reanchoring_texts.py | node benchmarks/reanchoring.mjs [--seed N] [--edits N]
//       [--write docs/explanation/re-anchoring.md [--mark prose]]
//
// Ends with 1 when fewer than 95 % of the surviving passages are found or one is attached wrongly.
import { readFileSync, writeFileSync } from "node:fs";
import { describe, fold, locate } from "../widget/src/anchoring.js";

const flag = (name, otherwise) => {
  const i = process.argv.indexOf(`--${name}`);
  return i > 0 ? process.argv[i + 1] : otherwise;
};
const SEED = Number(flag("seed", 2));
const EDITS = Number(flag("edits", 200));
const PASSAGES = 12; // of each edited article
const SURVIVES = 0.6; // of a passage's letters, near each other
const GAP = 150;

const texts = JSON.parse(readFileSync(0, "utf8"));

// mulberry32: the same edits on every machine.
let state = SEED * 0x9e3779b9;
const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const below = (n) => Math.floor(random() * n);
const pick = (all) => all[below(all.length)];

// A text is a list of paragraphs, each a list of letters that know where they came from (-1: new).
const letters = (text, from) => [...text].map((c, i) => ({ c, from: from === -1 ? -1 : from + i }));
const raw = (paragraphs) => paragraphs.map((p) => p.map(({ c }) => c).join("")).join("\n");
const flat = (paragraphs) => paragraphs.flatMap((p, i) => (i ? [{ c: "\n", from: -1 }, ...p] : p));
const said = (part) => part.map(({ c }) => c).join("");

function stretches(paragraph, granularity) {
  const segmenter = new Intl.Segmenter("fr", { granularity });
  return [...segmenter.segment(said(paragraph))]
    .filter((s) => granularity === "sentence" || s.isWordLike)
    .map(({ index, segment }) => [index, index + segment.length]);
}

const vocabulary = texts.flatMap(({ paragraphs }) => paragraphs.join(" ").split(/\s+/)).filter((w) => /^\p{L}{3,}$/u.test(w));
const others = texts.flatMap(({ paragraphs }) => paragraphs);

function reword(part, share) {
  const words = stretches(part, "word").filter(() => random() < share).reverse();
  for (const [begin, end] of words) part.splice(begin, end - begin, ...letters(pick(vocabulary), -1));
  return part;
}

const some = (paragraphs) => paragraphs[below(paragraphs.length)];
const sentenceOf = (paragraph) => pick(stretches(paragraph, "sentence"));

const KINDS = {
  "word replaced": (all) => { const p = some(all); const [b, e] = pick(stretches(p, "word")) ?? [0, 0]; p.splice(b, e - b, ...letters(pick(vocabulary), -1)); },
  "slip mended": (all) => { for (let n = 0; n < 8; n++) { const p = some(all); if (p.length) p.splice(below(p.length), 1, ...letters(pick([..."aeinrst"]), -1)); } },
  "one word in ten replaced": (all) => all.forEach((p) => reword(p, 0.1)),
  "sentence rewritten": (all) => { const p = some(all); const [b, e] = sentenceOf(p); p.splice(b, e - b, ...reword(p.slice(b, e), 0.35)); },
  "sentence deleted": (all) => { const p = some(all); const [b, e] = sentenceOf(p); p.splice(b, e - b); },
  "sentence put in": (all) => { const p = some(all); const [b] = sentenceOf(p); p.splice(b, 0, ...letters(`${pick(others).split(/(?<=[.!?]) /)[0]} `, -1)); },
  "sentence moved": (all) => { const p = some(all); const [b, e] = sentenceOf(p); const part = p.splice(b, e - b); const q = some(all); const at = q.length ? sentenceOf(q)[0] : 0; q.splice(at, 0, ...part, { c: " ", from: -1 }); },
  "paragraph deleted": (all) => all.splice(below(all.length), 1),
  "paragraph put in": (all) => all.splice(below(all.length + 1), 0, letters(pick(others), -1)),
  "paragraph moved": (all) => { const [p] = all.splice(below(all.length), 1); all.splice(below(all.length + 1), 0, p); },
  "paragraph rewritten": (all) => { const i = below(all.length); all[i] = reword(all[i], 0.3); },
  "paragraphs joined and split": (all) => { const i = below(Math.max(1, all.length - 1)); const next = all[i + 1]; if (next) all.splice(i, 2, [...all[i], { c: " ", from: -1 }, ...next]); const j = below(all.length); const cut = sentenceOf(all[j])?.[0] ?? 0; if (cut) all.splice(j, 1, all[j].slice(0, cut), all[j].slice(cut)); },
  "typography": (all) => all.forEach((p, i) => { all[i] = p.flatMap(({ c, from }) => {
    const now = { "’": "'", "'": "’", "«": "“", "»": "”", " ": " ", "\u00a0": " ", "\u202f": "\u00a0", "—": "–", "…": "..." }[c];
    const other = now !== undefined && random() < 0.9 ? now : /[:;!?]/.test(c) && random() < 0.5 ? `\u202f${c}` : c;
    return [...other].map((one) => ({ c: one, from }));
  }); }),
  "everything in capitals": (all) => { const i = below(all.length); all[i] = all[i].map(({ c, from }) => ({ c: [...c.toUpperCase()].length === 1 ? c.toUpperCase() : c, from })); },
};
KINDS["three of these"] = (all) => { for (let n = 0; n < 3; n++) pick(Object.values(KINDS).slice(0, -1))(all); };

function passage(paragraphs, starts) {
  const i = below(paragraphs.length);
  const p = paragraphs[i];
  const sentences = stretches(p, "sentence");
  const [b, e] = pick(sentences);
  const kind = pick(["word", "words", "words", "sentence", "sentence", "sentences"]);
  if (kind === "sentence") return [starts[i] + b, starts[i] + e];
  if (kind === "sentences") return [starts[i] + sentences[0][0], starts[i] + sentences[Math.min(1, sentences.length - 1)][1]];
  const words = stretches(p, "word").filter(([from]) => from >= b && from < e);
  if (!words.length) return passage(paragraphs, starts); // a sentence of signs alone
  const first = below(words.length);
  const last = kind === "word" ? first : Math.min(words.length - 1, first + 2 + below(6));
  return [starts[i] + words[first][0], starts[i] + words[last][1]];
}

/** Where most of a passage's letters are now, and what share of them. */
function cluster(now, begin, end, size) {
  let best = [], here = [];
  now.forEach(({ c, from }, at) => {
    if (from < begin || from >= end || !c.trim()) return;
    if (here.length && at - here.at(-1) > GAP) here = [];
    here.push(at);
    if (here.length > best.length) best = here;
  });
  return { share: best.length / size, from: best[0] ?? 0, to: (best.at(-1) ?? -1) + 1, at: new Set(best) };
}

const table = new Map(Object.keys(KINDS).map((kind) => [kind, { edits: 0, alive: 0, found: 0, gone: 0, lost: 0, partly: 0, wrong: 0 }]));
const names = [...table.keys()];
let spent = 0, asked = 0, slowest = 0;
for (let n = 0; n < EDITS; n++) {
  const kind = names[n % names.length];
  const row = table.get(kind);
  const source = texts[n % texts.length].paragraphs;
  const starts = [];
  let at = 0;
  for (const p of source) starts.push(at), (at += [...p].length + 1);
  const before = source.map((p, i) => letters(p, starts[i]));
  const old = raw(before);
  const units = [0]; // code point -> code unit
  for (const c of old) units.push(units.at(-1) + c.length);
  const chosen = Array.from({ length: PASSAGES }, () => passage(before, starts)).map(([b, e]) => {
    const words = [...old].slice(b, e).join("");
    return [b + words.length - words.trimStart().length, e - (words.length - words.trimEnd().length)];
  }).filter(([b, e]) => e > b);
  const after = before.map((p) => [...p]);
  KINDS[kind](after);
  const whole = after.filter((p) => p.length);
  const now = flat(whole);
  const text = raw(whole);
  const points = new Map([[0, 0]]);
  let unit = 0;
  now.forEach(({ c }, i) => points.set((unit += c.length), i + 1));
  const folded = fold(text);
  row.edits++;
  for (const [b, e] of chosen) {
    const quote = describe(old, units[b], units[e]);
    const size = [...old].slice(b, e).filter((c) => c.trim()).length;
    const begun = performance.now();
    const found = locate(folded, quote);
    const took = performance.now() - begun;
    spent += took; asked++; slowest = Math.max(slowest, took);
    const truth = cluster(now, b, e, size);
    const alive = truth.share >= SURVIVES;
    row[alive ? "alive" : "gone"]++;
    if (!found) { row.lost += alive; continue; }
    const [fb, fe] = [points.get(found.begin) ?? 0, points.get(found.end) ?? 0];
    let hit = 0, inside = 0, all = 0;
    for (let i = fb; i < fe; i++) {
      if (!now[i].c.trim()) continue;
      all++;
      hit += truth.at.has(i);
      inside += i >= truth.from && i < truth.to;
    }
    const right = hit >= truth.at.size / 2 && inside >= all / 2 && hit > 0;
    if (!right) {
      row.wrong++;
      if (process.argv.includes("--verbose")) console.error(`WRONG ${kind}: ${JSON.stringify(quote.exact)} -> ${JSON.stringify(text.slice(found.begin, found.end))} share ${truth.share.toFixed(2)}`);
    } else row[alive ? "found" : "partly"]++;
    if (process.argv.includes("--verbose") && !right && alive) console.error("  (alive)");
  }
}
const total = { edits: 0, alive: 0, found: 0, gone: 0, lost: 0, partly: 0, wrong: 0 };
for (const row of table.values()) for (const key in total) total[key] += row[key];
const share = (row) => (row.alive ? `${((100 * row.found) / row.alive).toFixed(1)} %` : "–");
const line = (name, row) => `| ${name} | ${row.edits} | ${row.alive} | ${row.found} | ${share(row)} | ${row.gone} | ${row.partly} | ${row.wrong} |`;
const report = [
  `${texts.length} texts, ${total.edits} edits (seed ${SEED}), ${total.alive + total.gone} passages; a look took ${(spent / asked).toFixed(1)} ms on average, ${slowest.toFixed(0)} ms at most (Node, one core).`,
  "",
  "| edit | edits | surviving passages | found | share | gone passages | of them found in part | attached wrongly |",
  "|---|---|---|---|---|---|---|---|",
  ...[...table].map(([name, row]) => line(name, row)),
  line("**all**", total),
].join("\n");
console.log(report);
const page = flag("write");
if (page) {
  const mark = flag("mark", "figures");
  const list = texts.map(({ name }) => `\`${name}\``).join(", ");
  const written = `<!-- ${mark} -->\n${report}\n\nThe texts: ${list}.\n<!-- end of ${mark} -->`;
  writeFileSync(page, readFileSync(page, "utf8").replace(RegExp(`<!-- ${mark} -->[^]*<!-- end of ${mark} -->`), () => written));
}
process.exit(total.wrong || total.found < 0.95 * total.alive ? 1 : 0);
