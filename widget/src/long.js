// All comments of a long thread: fetched a stretch at a time, drawn only near what is being read, and
// searched in full. A stretch that is far away is one empty list of its height, its comments kept as
// text: a browser asks each element anew at each change, drawn or not, and six thousand of them take
// a slow phone a third of a second.

/** @typedef {import("./thread.js").Thread} Thread */
/** @typedef {{id: string, html: string, words: string, size: number, off?: boolean}} Root a conversation; size: pixels, guessed; off: the search left it out */

/** So many conversations stand in the list as they are; those beyond come in stretches. */
const MANY = 100;
const STRETCH = 20;

const pause = () => new Promise((go) => setTimeout(go));

/** Letters without marks and case, as people type them into a search. @param {string} text */
export const plain = (text) => text.normalize("NFD").replace(/\p{M}+/gu, "").toLowerCase();

/** What is searched. @param {Element} item */
const words = (item) => plain([...item.querySelectorAll(".name, .text")].map((part) => part.textContent).join("\n"));

export class Long {
  #thread;
  /** @type {WeakMap<Element, Root[]>} */
  #kept = new WeakMap();
  #near;
  #search = 0;
  /** @type {Promise<void> | null} */
  #coming = null;

  /** @param {Thread} thread */
  constructor(thread) {
    this.#thread = thread;
    thread.reveal = (id) => this.#reveal(id);
    this.#near = new IntersectionObserver(
      (entries) => entries.forEach(({ target, isIntersecting }) => (isIntersecting ? this.#draw(target) : this.#drop(target))),
      { rootMargin: "1500px" },
    );
  }

  get #lists() {
    return /** @type {HTMLElement[]} */ ([...this.#thread.section.querySelectorAll(":scope > .list")]);
  }

  /** Fetch what is missing, once. @param {(n: number) => void} [told] how many are here, from time to time */
  all(told) {
    return (this.#coming ??= this.#all(told).finally(() => (this.#coming = null)));
  }

  /** @param {(n: number) => void} [told] */
  async #all(told) {
    const { root, server } = this.#thread;
    const list = this.#thread.one("[data-list]");
    const pager = this.#thread.one("[data-pager]");
    if (!list || !pager) return;
    // What stands below would be pushed along by each stretch.
    /** @type {HTMLElement[]} */
    const below = [];
    for (let part = this.#lists.at(-1)?.nextElementSibling; part; part = part.nextElementSibling) below.push(/** @type {HTMLElement} */ (part));
    for (const part of below) part.hidden = true;
    /** @type {Element | null} */
    let rest = pager;
    try {
      for (let link; (link = rest?.querySelector("[data-go=more]")) && list.isConnected; ) {
        const next = this.#thread.made(await server.html(link.getAttribute("href") ?? "", { fragment: "1", all: "1" }));
        const fresh = /** @type {HTMLElement[]} */ ([...next.querySelectorAll("[data-list] > li")]);
        const missing = fresh.filter((item) => !root.getElementById(item.id));
        if (list.children.length < MANY) list.append(...missing);
        else this.#put(missing);
        rest = next.querySelector("[data-pager]");
        told?.(this.#lists.reduce((n, one) => n + (this.#kept.get(one) ?? one.children).length, 0));
        await pause();
      }
    } finally {
      pager.replaceWith(rest ?? "");
      for (const part of below) part.hidden = false;
    }
  }

  /** Put conversations behind the others. @param {HTMLElement[]} items */
  #put(items) {
    const width = this.#thread.section.clientWidth || 400;
    while (items.length) {
      const last = /** @type {HTMLElement} */ (this.#lists.at(-1));
      const list = /** @type {HTMLElement} */ (last.cloneNode());
      delete list.dataset.list;
      this.#kept.set(list, items.splice(0, STRETCH).map((item) => {
        const found = words(item);
        const size = item.querySelectorAll("article").length * 95 + Math.ceil((found.length * 8) / width) * 26;
        return { id: item.id, html: item.outerHTML, words: found, size };
      }));
      this.#fit(list);
      last.after(list);
      this.#near.observe(list);
    }
  }

  /** Make a stretch that is not drawn as high as it will be. @param {HTMLElement} list */
  #fit(list) {
    const roots = (this.#kept.get(list) ?? []).filter((root) => !root.off);
    list.hidden = !roots.length;
    list.style.blockSize = `${roots.reduce((sum, root) => sum + root.size, 0)}px`;
  }

  /** @param {Element} target */
  #draw(target) {
    const list = /** @type {HTMLElement} */ (target);
    const roots = this.#kept.get(list)?.filter((root) => !root.off);
    if (!roots || list.firstChild) return;
    const piece = this.#thread.made(roots.map((root) => root.html).join(""));
    this.#thread.tell(piece);
    list.style.blockSize = "";
    list.append(piece);
  }

  /** Keep as text what is far away and not in use. Whether it is. @param {Element} target */
  #drop(target) {
    const list = /** @type {HTMLElement} */ (target);
    const roots = this.#kept.get(list);
    if (!roots || !list.firstChild || list.querySelector("form.form, :focus, [open], .here")) return false;
    const height = list.clientHeight;
    // A page's policy may forbid style attributes in HTML, as which it comes back.
    for (const styled of list.querySelectorAll("[style]")) styled.removeAttribute("style");
    const items = new Map([...list.children].map((item) => [item.id, item]));
    this.#kept.set(list, roots.filter((root) => {
      const item = items.get(root.id);
      if (item) root.html = item.outerHTML;
      return item || root.off; // else it was deleted
    }));
    list.style.blockSize = `${height}px`;
    list.replaceChildren();
    return true;
  }

  /** Draw the stretch of a comment that is wanted. @param {string} id */
  #reveal(id) {
    const list = this.#lists.find((one) => this.#kept.get(one)?.some(({ html }) => html.includes(`id="${id}"`)));
    if (list) this.#draw(list);
    return this.#thread.root.getElementById(id);
  }

  /**
   * Show only the conversations in which all words occur. The number found; -1: another search came.
   * @param {string} asked
   */
  async find(asked) {
    const mine = ++this.#search;
    const wanted = plain(asked).split(/\s+/).filter(Boolean);
    const has = (/** @type {string} */ text) => wanted.every((word) => text.includes(word));
    let found = 0;
    let seen = 0;
    for (const list of this.#lists) {
      const roots = this.#kept.get(list);
      for (const root of roots ?? []) found += Number(!(root.off = !has(root.words)));
      if (!roots) {
        for (const item of /** @type {Iterable<HTMLElement>} */ (list.children)) {
          item.hidden = !!wanted.length && !has(words(item));
          found += Number(!item.hidden);
        }
      } else if (!list.firstChild) this.#fit(list);
      else if (this.#drop(list)) {
        this.#fit(list);
        this.#draw(list);
      } // else somebody writes in it: it stays as it is
      if (++seen % 10) continue;
      await pause();
      if (mine !== this.#search) return -1;
    }
    return found;
  }
}
