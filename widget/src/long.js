// All comments of a long thread: fetched a stretch at a time, drawn only near what is being read, and
// searched in full. What is far away is kept as text, so that memory grows by letters, not by nodes.
import { tell } from "./times.js";

/** @typedef {import("./thread.js").Thread} Thread */

/** From so many roots on, those far away are not drawn. */
const MANY = 100;
/** Roots searched or shown in one go: a slow phone does that in a few milliseconds. */
const AT_ONCE = 200;

const pause = () => new Promise((go) => setTimeout(go));

/** Letters without marks and case, as people type them into a search. @param {string} text */
export const plain = (text) => text.normalize("NFD").replace(/\p{M}+/gu, "").toLowerCase();

export class Long {
  #thread;
  /** @type {WeakMap<Element, string>} what a comment that is not drawn consists of */
  #kept = new WeakMap();
  /** @type {WeakMap<Element, string>} what is searched */
  #words = new WeakMap();
  #near;
  #search = 0;

  /** @param {Thread} thread */
  constructor(thread) {
    this.#thread = thread;
    this.#near = new IntersectionObserver(
      (entries) => entries.forEach(({ target, isIntersecting }) => (isIntersecting ? this.draw(target) : this.#drop(target))),
      { rootMargin: "1500px" },
    );
  }

  get #items() {
    return /** @type {HTMLElement[]} */ ([...(this.#thread.one("[data-list]")?.children ?? [])]);
  }

  /** Fetch what is missing. @param {(n: number) => void} [told] how many are here, from time to time */
  async all(told) {
    const { root, server } = this.#thread;
    const list = this.#thread.one("[data-list]");
    // What stands below the list would be pushed along by each stretch.
    const below = (/** @type {boolean} */ hidden) => {
      for (let part = list?.nextElementSibling; part; part = part.nextElementSibling) /** @type {HTMLElement} */ (part).hidden = hidden;
    };
    for (;;) {
      const link = this.#thread.one("[data-pager] [data-go=more]");
      if (!list || !link) break;
      below(true);
      const next = this.#thread.made(await server.html(link.getAttribute("href") ?? "", { fragment: "1", all: "1" }));
      const fresh = /** @type {HTMLElement[]} */ ([...next.querySelectorAll("[data-list] > li")]);
      const missing = fresh.filter((item) => !root.getElementById(item.id));
      // What comes right below the reader is drawn at once: it must not change its height there.
      const far = missing.slice(Math.max(0, MANY - this.#items.length));
      for (const item of far) this.#drop(item);
      list.append(...missing);
      for (const item of far) this.#near.observe(item);
      this.#thread.one("[data-pager]")?.replaceWith(next.querySelector("[data-pager]") ?? "");
      told?.(this.#items.length);
      await pause();
    }
    below(false);
  }

  /** Draw a comment that was kept as text. @param {Element} item */
  draw(item) {
    const html = this.#kept.get(item);
    if (html === undefined) return;
    this.#kept.delete(item);
    item.replaceChildren(this.#thread.made(html));
    item.classList.remove("far");
    tell(item, this.#thread.server.lang);
  }

  /** @param {Element} item */
  #drop(item) {
    const busy = item.querySelector("form.form, :focus, [open]") || item.matches(".here");
    if (busy || this.#kept.has(item)) return;
    const { length } = this.#text(item);
    // Its height, or what its words will take: so that little moves when it is drawn.
    const width = this.#thread.section.clientWidth || 400;
    const guess = item.querySelectorAll("article").length * 95 + Math.ceil((length * 8) / width) * 26;
    /** @type {HTMLElement} */ (item).style.containIntrinsicBlockSize = `${item.clientHeight || guess}px`;
    this.#kept.set(item, item.innerHTML);
    item.classList.add("far");
    item.replaceChildren();
  }

  /** @param {Element} item */
  #text(item) {
    let found = this.#words.get(item);
    if (found === undefined) {
      const parts = [...item.querySelectorAll(".name, .text")].map((part) => part.textContent);
      this.#words.set(item, (found = plain(parts.join("\n"))));
    }
    return found;
  }

  /**
   * Show only the conversations in which all words occur. The number found; -1: another search came.
   * @param {string} asked
   */
  async find(asked) {
    const mine = ++this.#search;
    const words = plain(asked).split(/\s+/).filter(Boolean);
    const items = this.#items;
    let found = 0;
    for (let begin = 0; begin < items.length; begin += AT_ONCE) {
      for (const item of items.slice(begin, begin + AT_ONCE)) {
        const text = words.length ? this.#text(item) : "";
        item.hidden = !words.every((word) => text.includes(word));
        found += Number(!item.hidden);
      }
      await pause();
      if (mine !== this.#search) return -1;
    }
    return found;
  }
}
