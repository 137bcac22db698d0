// What a reader may do besides reading and writing: fold, share, find, see what is new, move by keys.
// Fetched at the first touch of the thread.
import { Long } from "./long.js";
import { prove } from "./proof.js";

/** @typedef {import("./thread.js").Thread} Thread */

const SEEN = "palabre-seen ";

/** @param {Thread} thread */
export function begin(thread) {
  return new Tools(thread);
}

class Tools {
  #thread;
  #long;

  /** @param {Thread} thread */
  constructor(thread) {
    this.#thread = thread;
    this.#long = new Long(thread);
    thread.root.addEventListener("keydown", (event) => this.#key(/** @type {KeyboardEvent} */ (event)));
    thread.root.addEventListener("input", (event) => {
      const field = /** @type {HTMLInputElement} */ (event.target);
      if (field.type === "search") void this.#find(field.value);
    });
    addEventListener("pagehide", () => this.#leave());
    this.#mark();
    void this.#open();
    const begun = /** @type {HTMLInputElement | null} */ (thread.one("[type=search]"));
    if (begun?.value) void this.#find(begun.value); // typed while this was on its way
  }

  /** Become, on this device, who opened a link by mail: the address has a code for it, once. */
  async #open() {
    const thread = this.#thread;
    const code = location.hash.split("#palabre=")[1];
    if (!code) return;
    location.hash = "palabre"; // whatever <base> the page has
    const { says, message } = await thread.server.act("POST", "/mine", { code }).catch((error) => error);
    if (says) await thread.reload();
    const told = Object.assign(document.createElement("p"), { className: "notice", textContent: says ?? message });
    thread.section.prepend(told);
    thread.look(told);
  }

  /** @param {{title: string, challenge: any}} problem */
  prove(problem) {
    return prove(this.#thread, problem);
  }

  /** @param {string} go @param {HTMLElement} link */
  async act(go, link) {
    if (go === "fold") this.#fold(link);
    else if (go === "share") await this.#share(link);
    else if (go === "all") await this.#all();
  }

  /** @param {HTMLElement} link */
  #fold(link) {
    const item = link.closest("li");
    const folded = link.ariaExpanded === "true";
    link.ariaExpanded = String(!folded);
    for (const part of item?.querySelectorAll(":scope > .replies, :scope > .rest") ?? []) {
      /** @type {HTMLElement} */ (part).hidden = folded;
    }
  }

  /** Hand on the comment's place in the article's own page. @param {HTMLElement} link */
  async #share(link) {
    const { section } = this.#thread;
    const url = `${section.dataset.url}#${link.closest("li")?.id}`;
    if (matchMedia("(pointer: coarse)").matches && navigator.share) {
      return navigator.share({ url }).catch(() => {}); // the reader thought better of it
    }
    try {
      await navigator.clipboard.writeText(url);
      this.#thread.say(section.dataset.copied ?? "");
      link.textContent = section.dataset.copied ?? url;
    } catch {
      // No clipboard (a page without https): a field to copy from.
      const field = Object.assign(document.createElement("input"), { value: url, readOnly: true });
      field.ariaLabel = link.textContent;
      link.replaceWith(field);
      field.select();
    }
  }

  async #all() {
    const { section } = this.#thread;
    let last = this.#thread.one("[data-list] > li:last-of-type");
    await this.#long.all((n) => {
      this.#thread.say(`${n.toLocaleString(section.lang)} / ${section.dataset.count}`);
      // On to the first that was not there, while the others come: the reader goes on where they were.
      const next = /** @type {HTMLElement | null} */ (last?.nextElementSibling);
      if (next) this.#thread.look(next);
      last = null;
    });
  }

  /** @param {string} asked */
  async #find(asked) {
    await this.#long.all();
    const found = await this.#long.find(asked);
    if (found < 0) return;
    const told = this.#thread.one("[data-hits]");
    if (told) told.textContent = asked.trim() ? found.toLocaleString(this.#thread.section.lang) : "";
    this.#thread.say(asked.trim() ? (this.#thread.section.dataset.found ?? "").replace("{n}", found.toLocaleString(this.#thread.section.lang)) : "");
  }

  get #place() {
    return SEEN + this.#thread.section.dataset.url;
  }

  /** Mark what came since this reader was here: known only of readers who have acted here. */
  #mark() {
    const seen = this.#thread.kept(this.#place);
    if (!seen) return;
    for (const time of this.#thread.root.querySelectorAll("article .when > time")) {
      const fresh = /** @type {HTMLTimeElement} */ (time).dateTime > seen;
      const item = time.closest("li");
      if (!fresh || !item || item.matches(".new, .waiting")) continue;
      item.classList.add("new");
      const badge = Object.assign(document.createElement("span"), { className: "badge", textContent: this.#thread.section.dataset.new });
      time.closest(".by")?.append(badge);
    }
  }

  #leave() {
    if (!this.#thread.kept("palabre-acts")) return;
    // What came while the page stood open was not seen, so the newest that was shown counts.
    const times = [...this.#thread.root.querySelectorAll("article .when > time")].map((time) => /** @type {HTMLTimeElement} */ (time).dateTime);
    this.#thread.keep(this.#place, times.reduce((a, b) => (a > b ? a : b), this.#thread.kept(this.#place) ?? ""));
  }

  /**
   * n and p: the next and the previous comment, new ones where there are any; only while the focus is
   * inside the thread and not in a field (WCAG 2.1.4). @param {KeyboardEvent} event
   */
  #key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, textarea, select")) return;
    const step = event.key === "n" ? 1 : event.key === "p" ? -1 : 0;
    if (!step) return;
    const { root } = this.#thread;
    const all = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("li.new")]);
    const stops = all.length ? all : /** @type {HTMLElement[]} */ ([...root.querySelectorAll("li[id^=c-]")]);
    const after = (/** @type {Node} */ stop) => target.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING;
    const here = target.closest("li");
    const next = step > 0
      ? stops.find((stop) => stop !== here && after(stop))
      : stops.findLast((stop) => stop !== here && !after(stop) && !stop.hidden);
    if (!next) return;
    event.preventDefault();
    this.#thread.look(next);
  }
}
