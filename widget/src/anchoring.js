// Finding a passage again in an article that was edited: pure functions over strings.
//
// What is compared is folded (case, typography and white space set aside), so that a new apostrophe
// or a no-break space is no edit. A passage is taken only with enough evidence, from its own words and
// from those around it, and only if no other place has nearly as much: better lost than wrong. The
// figures are measured in docs/explanation/re-anchoring.md.

/** How much of its surroundings a passage carries, in characters; more if it stands there twice. */
export const NEAR = 64;
export const FAR = 200;

/** @typedef {{exact: string, prefix: string, suffix: string, start?: number}} Quote */
/** @typedef {{text: string, at: number[]}} Folded text, and for each of its characters where it was */
/** @typedef {{begin: number, end: number, score: number}} Found */

const LOOKALIKES = /** @type {Record<string, string>} */ ({
  "’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‹": '"', "›": '"',
  "–": "-", "—": "-", "‑": "-", "−": "-", "…": "...", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ﬁ": "fi", "ﬂ": "fl",
});
/** Soft hyphens, joiners and marks of direction are not read; accents may be written apart. */
const UNSEEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

/**
 * @param {string} raw
 * @returns {Folded}
 */
export function fold(raw) {
  let text = "";
  /** @type {number[]} */
  const at = [];
  for (let i = 0; i < raw.length; i++) {
    let c = /** @type {string} */ (raw[i]);
    if (UNSEEN.test(c)) continue;
    if (/\p{M}/u.test(c) && text) {
      const joined = (text.at(-1) + c).normalize("NFC");
      if (joined.length === 1) text = text.slice(0, -1) + joined;
      continue;
    }
    if (/\s/.test(c)) c = text.endsWith(" ") || !text ? "" : " ";
    else c = LOOKALIKES[c] ?? c.toLowerCase();
    // Space before high punctuation and inside quotation marks is typography.
    if (/[;:!?»%.,)\]]/.test(c) && text.endsWith(" ")) text = text.slice(0, -1), at.pop();
    if (c === '"' && text.endsWith(" ") && /["(]/.test(raw[i] ?? "") === false && "»›”".includes(raw[i] ?? " ")) text = text.slice(0, -1), at.pop();
    if (c === " " && /["]$/.test(text) && "«‹„“".includes(raw[at.at(-1) ?? 0] ?? " ")) continue;
    for (const one of c) {
      text += one;
      at.push(i);
    }
  }
  return { text, at };
}
