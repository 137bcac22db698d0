// Proof of work, where a house asks for it: ALTCHA's protocol, version 2, with PBKDF2. The browser's
// own cryptography computes beside the page, which stays free.

const PATIENCE = 60_000; // milliseconds; then a moderator reads the comment first

/** @param {string} hex */
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** @param {number} number @param {number} length */
const hex = (number, length) => number.toString(16).padStart(length, "0");

/**
 * What solves the challenge of a problem, saying so meanwhile. It returns nothing where that cannot be
 * done: without HTTPS browsers have no such cryptography.
 * @param {import("./thread.js").Thread} thread
 * @param {{title: string, challenge: any}} problem
 * @returns {Promise<string | undefined>}
 */
export async function prove(thread, { title, challenge }) {
  thread.say(title);
  const { cost, keyPrefix, nonce, salt } = challenge.parameters;
  const { subtle } = crypto;
  if (!subtle) return;
  for (let first = 0, end = Date.now() + PATIENCE; Date.now() < end; first += 8) {
    const keys = await Promise.all(Array.from({ length: 8 }, async (_, i) => {
      const key = await subtle.importKey("raw", bytes(nonce + hex(first + i, 8)), "PBKDF2", false, ["deriveBits"]);
      const bits = await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost }, key, 256);
      return Array.from(new Uint8Array(bits), (byte) => hex(byte, 2)).join("");
    }));
    const found = keys.findIndex((key) => key.startsWith(keyPrefix));
    if (found >= 0) return btoa(JSON.stringify({ challenge, solution: { counter: first + found, derivedKey: keys[found] } }));
  }
}
