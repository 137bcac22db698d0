// The comments on one passage, in place: a thread like the one below the article, of that passage.

/** @typedef {import("./thread.js").Thread} Thread */
/** @typedef {import("./inline.js").Mark} Mark */

/** A passage that nobody has commented yet has no comments on it, whatever its key. */
const NONE = "0".repeat(32);

export class Panel {
  #thread;
  #root;
  #box = document.createElement("div");
  /** @type {HTMLElement | undefined} */
  #opener;
  /** @type {() => void} */
  #closed = () => {};

  /** @param {Thread} thread @param {ShadowRoot} root */
  constructor(thread, root) {
    this.#thread = thread;
    this.#root = root;
    this.#box.className = "panel";
    this.#box.role = "dialog";
    this.#box.tabIndex = -1;
    this.#box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  /**
   * @param {Mark} mark
   * @param {HTMLElement | undefined} opener
   * @param {() => void} closed
   */
  async open(mark, opener, closed) {
    this.close();
    const { section, server, element } = this.#thread;
    this.#opener = opener;
    this.#closed = closed;
    this.#box.ariaLabel = section.dataset.passage ?? "";
    this.#box.dir = section.dir;
    this.#box.lang = section.lang;
    const bar = document.createElement("div");
    bar.className = "bar";
    const quote = document.createElement("blockquote");
    quote.textContent = mark.quote.exact;
    quote.dir = "auto";
    const close = Object.assign(document.createElement("button"), { className: "close", type: "button", textContent: "✕" });
    close.ariaLabel = section.dataset.close ?? "";
    close.addEventListener("click", () => this.close());
    bar.append(quote, close);
    const inner = document.createElement("div");
    this.#box.replaceChildren(bar, inner);
    this.#root.append(this.#box);
    const box = mark.range.getBoundingClientRect();
    if (matchMedia("(max-width: 36em)").matches) {
      // A sheet from below covers most of a phone: the passage goes above it.
      if (box.bottom > innerHeight / 4) scrollBy({ top: box.bottom - innerHeight / 5 });
    } else {
      const left = Math.min(Math.max(16, box.left), innerWidth - this.#box.offsetWidth - 16);
      this.#box.style.left = `${left + scrollX}px`;
      this.#box.style.top = `${box.bottom + scrollY + 8}px`;
    }
    this.#box.focus({ preventScroll: true });
    const root = inner.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = this.#thread.root.adoptedStyleSheets.slice(0, 1);
    const thread = new /** @type {any} */ (this.#thread.constructor)(element, root, server);
    const page = this.#thread.page();
    page.searchParams.set("on", mark.keys.slice(0, 20).join() || NONE);
    thread.page = () => new URL(page);
    const show = thread.show.bind(thread);
    thread.show = (/** @type {string} */ html) => {
      show(html);
      this.#furnish(root, mark);
    };
    try {
      thread.show(await server.html(page, { fragment: "1" }));
      if (!mark.keys.length) thread.one("textarea")?.focus({ preventScroll: true });
    } catch {
      this.#box.append(Object.assign(document.createElement("p"), { textContent: section.dataset.offline }));
    }
    element.addEventListener("palabre-done", () => this.#hand(root), { once: true });
  }

  /** What a panel has no place for goes; its form is about the passage. @param {ShadowRoot} root @param {Mark} mark */
  #furnish(root, mark) {
    root.querySelector("[data-go=sort]")?.closest("p")?.remove();
    root.querySelector(".head")?.remove();
    root.querySelector("[data-empty]")?.remove();
    for (const quote of root.querySelectorAll(".passage")) quote.remove();
    root.querySelector("section")?.removeAttribute("aria-labelledby");
    const form = root.querySelector("form[data-form=new]");
    if (!form) return;
    const title = form.querySelector("h3");
    if (title) title.textContent = this.#thread.section.dataset.select ?? "";
    const { exact, prefix, suffix, start, end, fragment } = mark.quote;
    /** @type {object[]} */
    const selector = [{ type: "TextQuoteSelector", exact, prefix, suffix }];
    if (start !== undefined && end !== undefined) selector.push({ type: "TextPositionSelector", start, end });
    if (fragment) selector.push({ type: "FragmentSelector", value: fragment });
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "anchor";
    field.setAttribute("value", JSON.stringify({ selector }));
    form.append(field);
    // First what others said, then what the reader says.
    const list = root.querySelector("[data-list]:not([hidden])");
    list?.after(form);
  }

  /** The thread below the article has the new comment, too. @param {ShadowRoot} root */
  #hand(root) {
    const item = root.querySelector("[data-list] > li");
    if (item && !this.#thread.root.getElementById(item.id)) {
      this.#thread.place(/** @type {HTMLElement} */ (item.cloneNode(true)));
    }
  }

  close() {
    if (!this.#box.isConnected) return;
    const had = this.#root.activeElement !== null;
    this.#box.remove();
    this.#closed();
    if (had) this.#opener?.focus({ preventScroll: true });
  }
}
