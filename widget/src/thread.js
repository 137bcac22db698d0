// The thread inside the element: the server's own forms and links, followed in place.
import { bring, keep } from "./drafts.js";
import { recall, store } from "./memory.js";
import { below, fragment, onward } from "./html.js";
import { begin } from "./parts.js";
import { submit } from "./sending.js";
import { tell } from "./times.js";

/** @typedef {import("./element.js").PalabreComments} PalabreComments */
/** @typedef {import("./server.js").Server} Server */

const LOAD = { fragment: "1" };

export class Thread {
  element;
  root;
  server;
  /** @type {Element | null} the form for a new comment, while another one is open */
  #parked = null;
  /** @type {Promise<any> | null} */
  #tools = null;
  /** @type {((id: string) => HTMLElement | null) | undefined} finds a comment that is here but not drawn */
  reveal;

  /**
   * @param {PalabreComments} element
   * @param {ShadowRoot} root
   * @param {Server} server
   */
  constructor(element, root, server) {
    this.element = element;
    this.root = root;
    this.server = server;
    root.addEventListener("click", (event) => this.#click(/** @type {MouseEvent} */ (event)));
    root.addEventListener("submit", (event) => submit(this, /** @type {SubmitEvent} */ (event)));
    root.addEventListener("input", (event) => keep(this, event));
    for (const touch of ["pointerdown", "focusin"]) root.addEventListener(touch, () => this.tools(), { once: true });
    setInterval(() => this.root.isConnected && this.tell(root), 60_000);
  }

  /** @param {string} html a whole thread */
  show(html) {
    this.#parked = null;
    this.root.replaceChildren(this.made(html));
    this.server.lang = this.section.lang;
    this.#settle();
  }

  /** The further functions, fetched once. */
  tools() {
    return (this.#tools ??= begin("tools", this));
  }

  /** What the reader's device keeps of this site's threads. @param {string} name */
  kept(name) {
    return recall(name);
  }

  /** @param {string} name @param {string} value */
  keep(name, value) {
    store(name, value);
  }

  /** What a piece of HTML from the server needs to be at home here. */
  #settle() {
    this.tell(this.root);
    bring(this);
    if (recall(`palabre-seen ${this.section.dataset.url}`)) void this.tools();
  }

  /** How long ago things were. @param {ParentNode} piece */
  tell(piece) {
    tell(piece, this.server.lang);
  }

  /** The address of the thread's page, of which parts can be asked for. */
  page() {
    const query = new URLSearchParams({ url: this.section.dataset.url ?? "", lang: this.section.lang });
    return this.server.at(`/thread?${query}`);
  }

  /** Fetch and show the thread anew. */
  async reload() {
    this.show(await this.server.html(this.page(), LOAD));
  }

  /** Whether a form other than the usual one is open. */
  get isParked() {
    return this.#parked !== null;
  }

  /**
   * Show the comment that the page's address names; one from another page is fetched and put on top.
   * @param {string} hash
   */
  async arrive(hash) {
    if (hash.startsWith("#palabre=")) return void this.tools();
    if (!hash.startsWith("#c-")) return;
    const id = hash.slice(1);
    let comment = this.seek(id);
    if (!comment) {
      try {
        const piece = this.made(await this.server.html(this.page(), { fragment: "item", item: id.slice(2) }));
        this.place(/** @type {HTMLElement} */ (piece.querySelector("li")));
      } catch {
        return; // it is gone: the thread stays as it is
      }
      comment = this.root.getElementById(id);
    }
    this.one(".here")?.classList.remove("here");
    comment?.classList.add("here");
    if (comment) this.look(comment);
  }

  /** @param {string} selector @param {ParentNode} [within] */
  one(selector, within = this.root) {
    return /** @type {HTMLElement | null} */ (within.querySelector(selector));
  }

  /** @param {string} id */
  seek(id) {
    return this.root.getElementById(id) ?? this.reveal?.(id);
  }

  get section() {
    return /** @type {HTMLElement} */ (this.one(".palabre"));
  }

  /** A piece of the server's HTML; its addresses are the server's. @param {string} html */
  made(html) {
    const piece = fragment(html);
    for (const link of piece.querySelectorAll("a[href^='/']")) {
      link.setAttribute("href", this.server.address(link.getAttribute("href") ?? "").href);
    }
    return piece;
  }

  /** @param {string} text */
  say(text) {
    const line = this.one("[data-says]");
    if (!line) return;
    line.textContent = "";
    // A live region speaks when it changes, also to the same words.
    setTimeout(() => (line.textContent = text), 50);
  }

  /** @param {HTMLElement} target */
  look(target) {
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    // In a frame of its own: scrolled in the frame in which they moved, things count as shifted.
    requestAnimationFrame(() => setTimeout(() => target.scrollIntoView({ block: "nearest" })));
  }

  /** @param {MouseEvent} event */
  async #click(event) {
    this.one(".acts > .errors")?.remove(); // it lies over other things
    const link = /** @type {Element} */ (event.target).closest?.("a");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const href = link.getAttribute("href") ?? "";
    const go = link.dataset.go;
    if (!go && !href.startsWith("#")) return;
    event.preventDefault();
    if (!go) {
      const target = this.seek(href.slice(1));
      return target && this.look(target);
    }
    if (go === "cancel" && this.#parked) return this.close();
    this.section.ariaBusy = "true";
    try {
      if (go === "reply" || go === "edit") await this.#open(href, link);
      else if (go === "more") await this.#more(href);
      else if (go === "replies") await this.#replies(href, link);
      else if (go === "fold" || go === "share" || go === "all") {
        const tools = await this.tools();
        if (!tools) return location.assign(href);
        await tools.act(go, link);
      } else {
        this.show(await this.server.html(href, LOAD));
        const here = this.one(`[data-go=${go}][aria-current]`) ?? this.one("#palabre-text");
        here?.focus({ preventScroll: true });
        this.say(this.one("h2")?.textContent ?? "");
      }
    } catch {
      // In place it did not work: the link itself still does.
      location.assign(href);
    }
    this.section.ariaBusy = null;
  }

  /** Put a form under the comment it is about. @param {string} href @param {Element} link */
  async #open(href, link) {
    this.close();
    const form = this.one("#palabre-form");
    // The form that comes will be about as high, and the usual one leaves its room behind.
    const height = form?.offsetHeight ?? 300;
    const coming = room(height);
    link.closest("article")?.after(coming);
    try {
      const piece = this.made(await this.server.html(href, { fragment: "form" }));
      this.#parked = form;
      form?.replaceWith(room(height));
      const item = link.closest("li");
      this.still(coming, () => item, () => coming.replaceWith(piece));
    } finally {
      coming.remove();
    }
    bring(this);
    this.one("#palabre-text")?.focus({ preventScroll: true });
  }

  /**
   * Do what changes heights in or above the window; what stands below stays where it is seen. Whether
   * the place itself is seen.
   * @param {Element} place
   * @param {() => Element | null | undefined} edge what ends where the change ends, asked again after it
   * @param {() => void} change
   */
  still(place, edge, change) {
    const { top, bottom } = place.getBoundingClientRect();
    const end = () => edge()?.getBoundingClientRect().bottom ?? 0;
    const was = end();
    change();
    if (top < innerHeight) (this.root.host.closest(".panel") ?? window).scrollBy({ top: end() - was, behavior: "instant" });
    return top < innerHeight && bottom >= 0;
  }

  /** What a comment leaves behind, as high as it was until the reader goes on. @param {Element} item */
  gone(item) {
    const left = document.createElement("article");
    const notice = this.one(":scope > .notice", item);
    if (notice) notice.style.visibility = "hidden";
    const article = this.one(":scope > article", item);
    left.style.minBlockSize = `${article?.offsetHeight}px`;
    left.append(Object.assign(document.createElement("p"), { textContent: this.section.dataset.gone }));
    article?.replaceWith(left);
    item.className = "gone";
    onward(() => {
      left.style.minBlockSize = "";
      notice?.remove();
    });
  }

  /** Take the open form away and bring the usual one back. */
  close() {
    if (!this.#parked) return;
    const open = this.one("#palabre-form");
    const comment = open?.closest("li");
    open?.remove();
    this.one(".room")?.replaceWith(this.#parked);
    this.#parked = null;
    this.one("[data-go=reply], [data-go=edit]", comment ?? this.root)?.focus({ preventScroll: true });
  }

  /** @param {string} href */
  async #more(href) {
    this.#ahead(this.section);
    const next = this.made(await this.server.html(href, LOAD));
    const list = this.one("[data-list]");
    const fresh = [.../** @type {NodeListOf<HTMLElement>} */ (next.querySelectorAll("[data-list] > li"))]
      .filter((item) => !this.root.getElementById(item.id));
    list?.append(...fresh);
    this.one("[data-pager]")?.replaceWith(next.querySelector("[data-pager]") ?? "");
    if (fresh[0]) this.look(fresh[0]);
  }

  /** @param {string} href @param {Element} link */
  async #replies(href, link) {
    const item = /** @type {HTMLElement} */ (link.closest("li"));
    this.#ahead(item);
    const next = this.made(await this.server.html(href, LOAD));
    const fresh = [.../** @type {HTMLCollectionOf<HTMLElement>} */ (next.firstElementChild?.children ?? [])];
    below(item).append(...fresh);
    link.closest("p")?.replaceWith(next.lastElementChild?.matches(".rest") ? next.lastElementChild : "");
    if (fresh[0]) this.look(fresh[0]);
  }

  /**
   * Make room below for what will come: what stands there goes out of the window now, when the reader
   * asks, and not later; what is too much of it stays until they go on. @param {HTMLElement} part
   */
  #ahead(part) {
    part.style.minBlockSize = `${part.offsetHeight + innerHeight}px`;
    onward(() => (part.style.minBlockSize = ""));
  }

  /** Take over the number of comments. @param {ParentNode} piece */
  heading(piece) {
    const told = piece.querySelector("[data-heading]")?.textContent;
    const heading = this.one("h2");
    if (told && heading) heading.textContent = told;
  }

  /**
   * Put a comment where it belongs: over its former self, below its parent, or on top; what came `live`
   * under what is pinned, or last where the oldest are first. @param {HTMLElement} item
   */
  place(item, live = false) {
    const former = this.seek(item.id);
    const parent = item.dataset.parent && this.seek(`c-${item.dataset.parent}`);
    this.one("[data-empty]")?.remove();
    if (former) {
      item.querySelector(":scope > .replies")?.remove();
      item.append(...former.querySelectorAll(":scope > .replies, :scope > .rest"));
      former.querySelector(":scope > form") && this.close();
      former.replaceWith(item);
    } else if (parent) below(parent).append(item);
    else {
      const list = this.one("[data-list]");
      list?.removeAttribute("hidden");
      const pinned = live && [...this.root.querySelectorAll(".pinned")].at(-1);
      if (live && this.one("[href*='sort=oldest'][aria-current]")) [...this.root.querySelectorAll(".list")].at(-1)?.append(item);
      else pinned ? pinned.after(item) : list?.prepend(item);
    }
  }
}

/** An empty box. @param {number} height pixels */
function room(height) {
  const box = Object.assign(document.createElement("div"), { className: "form room" });
  box.style.blockSize = `${height}px`;
  return box;
}
