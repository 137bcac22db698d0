// <palabre-count url>: how many comments an article has, for lists of articles. All counts of a page
// are asked for together, a hundred at a time.
import { home } from "./parts.js";
import { Server } from "./server.js";

/** The server answers for at most so many articles at once. */
const TOGETHER = 100;

/** @type {Map<string, PalabreCount[]>} */
let waiting = new Map();

/**
 * What stands inside it stays until the number is there, and if it cannot be had. The attributes
 * `none`, `one` and `many` are the page's own sentences, with `{n}` for the number: a list may say
 * more than a figure, in its own language. `many` alone does for all.
 */
export class PalabreCount extends HTMLElement {
  connectedCallback() {
    const url = this.getAttribute("url") ?? this.closest("a")?.href;
    if (!url) return;
    if (!waiting.size) queueMicrotask(() => void ask());
    waiting.set(url, [...(waiting.get(url) ?? []), this]);
  }

  /** @param {number} n */
  show(n) {
    const { lang } = document.documentElement;
    const own = n ? n === 1 && this.getAttribute("one") : this.getAttribute("none");
    this.textContent = (own || this.getAttribute("many") || "{n}").replace("{n}", n.toLocaleString(lang || undefined));
  }
}

async function ask() {
  const asked = [...waiting];
  waiting = new Map();
  const server = new Server(asked[0]?.[1][0]?.getAttribute("server") ?? home());
  while (asked.length) {
    const some = asked.splice(0, TOGETHER);
    const query = new URLSearchParams(some.map(([url]) => ["url", url]));
    try {
      const answer = await fetch(server.at(`/api/v1/counts?${query}`));
      const { counts } = await answer.json();
      for (const [url, all] of some) for (const one of all) one.show(counts[url]);
    } catch {
      // The list reads well without numbers.
    }
  }
}
