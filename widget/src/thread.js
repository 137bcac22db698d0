// The thread inside the element: the server's own forms and links, followed in place.
import { Declined } from "./server.js";
import { below, fragment, idOf } from "./html.js";

/** @typedef {import("./element.js").PalabreComments} PalabreComments */
/** @typedef {import("./server.js").Server} Server */

const LOAD = { fragment: "1" };

export class Thread {
  #element;
  #root;
  #server;
  /** @type {Element | null} the form for a new comment, while another one is open */
  #parked = null;

  /**
   * @param {PalabreComments} element
   * @param {ShadowRoot} root
   * @param {Server} server
   */
  constructor(element, root, server) {
    this.#element = element;
    this.#root = root;
    this.#server = server;
    root.addEventListener("click", (event) => this.#click(/** @type {MouseEvent} */ (event)));
    root.addEventListener("submit", (event) => this.#submit(/** @type {SubmitEvent} */ (event)));
  }

  /** @param {string} html a whole thread */
  show(html) {
    this.#parked = null;
    this.#root.replaceChildren(this.#made(html));
    this.#server.lang = this.#section.lang;
  }

  /** Show the comment that the page's address names. @param {string} hash */
  arrive(hash) {
    const comment = hash.startsWith("#c-") && this.#root.getElementById(hash.slice(1));
    if (!comment) return;
    this.#one(".here")?.classList.remove("here");
    comment.classList.add("here");
    this.#look(comment);
  }

  /** @param {string} selector @param {ParentNode} [within] */
  #one(selector, within = this.#root) {
    return /** @type {HTMLElement | null} */ (within.querySelector(selector));
  }

  get #section() {
    return /** @type {HTMLElement} */ (this.#one(".palabre"));
  }

  /** A piece of the server's HTML; its addresses are the server's. @param {string} html */
  #made(html) {
    const piece = fragment(html);
    for (const link of piece.querySelectorAll("a[href^='/']")) {
      link.setAttribute("href", this.#server.address(link.getAttribute("href") ?? "").href);
    }
    return piece;
  }

  /** @param {string} text */
  #say(text) {
    const line = this.#one("[data-says]");
    if (!line) return;
    line.textContent = "";
    // A live region speaks when it changes, also to the same words.
    setTimeout(() => (line.textContent = text), 50);
  }

  /** @param {HTMLElement} target */
  #look(target) {
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "nearest" });
  }

  /** @param {MouseEvent} event */
  async #click(event) {
    const link = /** @type {Element} */ (event.target).closest?.("a");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const href = link.getAttribute("href") ?? "";
    const go = link.dataset.go;
    if (!go && !href.startsWith("#")) return;
    event.preventDefault();
    if (!go) {
      const target = this.#root.getElementById(href.slice(1));
      return target && this.#look(target);
    }
    if (go === "cancel" && this.#parked) return this.#close();
    this.#section.ariaBusy = "true";
    try {
      if (go === "reply" || go === "edit") await this.#open(href, link);
      else if (go === "more") await this.#more(href);
      else if (go === "replies") await this.#replies(href, link);
      else {
        this.show(await this.#server.html(href, LOAD));
        const here = this.#one(`[data-go=${go}][aria-current]`) ?? this.#one("#palabre-text");
        here?.focus({ preventScroll: true });
        this.#say(this.#one("h2")?.textContent ?? "");
      }
    } catch {
      // In place it did not work: the link itself still does.
      location.assign(href);
    }
    this.#section.ariaBusy = null;
  }

  /** Put a form under the comment it is about. @param {string} href @param {Element} link */
  async #open(href, link) {
    const piece = this.#made(await this.#server.html(href, { fragment: "form" }));
    this.#close();
    const form = this.#one("#palabre-form");
    this.#parked = form;
    form?.replaceWith(document.createComment("form"));
    link.closest("article")?.after(piece);
    this.#one("#palabre-text")?.focus();
  }

  /** Take the open form away and bring the usual one back. */
  #close() {
    if (!this.#parked) return;
    const open = this.#one("#palabre-form");
    const comment = open?.closest("li");
    open?.remove();
    const place = [...this.#section.childNodes].find((node) => node.nodeType === 8 && node.nodeValue === "form");
    /** @type {ChildNode | undefined} */ (place)?.replaceWith(this.#parked);
    this.#parked = null;
    this.#one("[data-go=reply], [data-go=edit]", comment ?? this.#root)?.focus();
  }

  /** @param {string} href */
  async #more(href) {
    const next = this.#made(await this.#server.html(href, LOAD));
    const list = this.#one("[data-list]");
    const fresh = [.../** @type {NodeListOf<HTMLElement>} */ (next.querySelectorAll("[data-list] > li"))]
      .filter((item) => !this.#root.getElementById(item.id));
    list?.append(...fresh);
    this.#one("[data-pager]")?.replaceWith(next.querySelector("[data-pager]") ?? "");
    if (fresh[0]) this.#look(fresh[0]);
  }

  /** @param {string} href @param {Element} link */
  async #replies(href, link) {
    const next = this.#made(await this.#server.html(href, LOAD));
    const item = link.closest("li");
    const fresh = [.../** @type {HTMLCollectionOf<HTMLElement>} */ (next.firstElementChild?.children ?? [])];
    if (item) below(item).append(...fresh);
    link.closest("p")?.replaceWith(next.lastElementChild?.matches(".rest") ? next.lastElementChild : "");
    if (fresh[0]) this.#look(fresh[0]);
  }

  /** @param {SubmitEvent} event */
  async #submit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const kind = form.dataset.form;
    if (!kind) return;
    event.preventDefault();
    if (form.ariaBusy) return;
    const data = new FormData(form, event.submitter);
    const fields = /** @type {Record<string, string>} */ (Object.fromEntries(data));
    if (!this.#element.announce("palabre-submit", { kind, fields }, true)) return;
    const says = this.#section.dataset;
    form.ariaBusy = "true";
    if (kind !== "vote") this.#say(says.sending ?? "");
    try {
      if (kind === "vote") await this.#vote(form, Number(fields.value));
      else if (kind === "delete") await this.#delete(form);
      else await this.#send(form, kind, fields);
      this.#element.announce("palabre-done", { kind });
    } catch (error) {
      const told = error instanceof Declined ? error : undefined;
      const text = told?.message || (navigator.onLine ? says.failed : says.offline) || "";
      this.#complain(form, text, told?.field);
    }
    form.ariaBusy = null;
  }

  /**
   * @param {HTMLFormElement} form
   * @param {string} kind
   * @param {Record<string, string>} fields
   */
  async #send(form, kind, fields) {
    const { text, name, email, parent, notify } = fields;
    const lang = this.#section.lang;
    const isNew = kind === "new" || kind === "reply";
    const article = { ...this.#element.article, url: this.#section.dataset.url };
    const said = isNew
      ? await this.#server.act("POST", "", { ...article, text, name, email, ...(parent && { parent }), ...(notify && { notify }) })
      : await this.#server.act("PATCH", `/${idOf(form)}`, { text });
    const query = new URLSearchParams({ url: article.url ?? "", lang });
    const link = this.#server.at(`/thread?${query}`);
    if (said.status === "refused") {
      const again = this.#made(await this.#server.html(link, { fragment: "form", posted: said.id }));
      const fresh = /** @type {HTMLElement | null} */ (again.firstElementChild);
      form.replaceWith(again);
      if (fresh) this.#look(fresh);
      return this.#say(this.#one(".notice h3", fresh ?? this.#root)?.textContent ?? "");
    }
    const piece = this.#made(await this.#server.html(link, { fragment: "item", item: said.id }));
    const item = /** @type {HTMLElement} */ (piece.querySelector("li"));
    this.#heading(piece);
    this.#place(item);
    if (this.#parked) this.#close();
    else if (kind === "again") this.show(await this.#server.html(link, LOAD));
    else /** @type {HTMLFormElement} */ (form).querySelector("textarea")?.form?.reset();
    const shown = this.#root.getElementById(item.id) ?? item;
    this.#look(shown);
    const mail = said.notify === "asked" ? this.#section.dataset.asked : undefined;
    this.#say([this.#one(".notice h3", item)?.textContent, mail].filter(Boolean).join(" "));
  }

  /** Take over the number of comments. @param {ParentNode} piece */
  #heading(piece) {
    const told = piece.querySelector("[data-heading]")?.textContent;
    const heading = this.#one("h2");
    if (told && heading) heading.textContent = told;
  }

  /** Put a comment where it belongs: over its former self, below its parent, or on top. @param {HTMLElement} item */
  #place(item) {
    const former = this.#root.getElementById(item.id);
    const parent = item.dataset.parent && this.#root.getElementById(`c-${item.dataset.parent}`);
    this.#one("[data-empty]")?.remove();
    if (former) {
      item.querySelector(":scope > .replies")?.remove();
      item.append(...former.querySelectorAll(":scope > .replies, :scope > .rest"));
      former.querySelector(":scope > form") && this.#close();
      former.replaceWith(item);
    } else if (parent) below(parent).append(item);
    else {
      const list = this.#one("[data-list]");
      list?.removeAttribute("hidden");
      list?.prepend(item);
    }
  }

  /** @param {HTMLFormElement} form @param {number} value */
  async #vote(form, value) {
    const said = await this.#server.act("PUT", `/${idOf(form)}/vote`, { value });
    for (const [selector, own, count] of [["[data-up]", 1, said.up], ["[data-down]", -1, said.down]]) {
      const button = /** @type {HTMLButtonElement} */ (form.querySelector(selector));
      button.ariaPressed = String(said.value === own);
      button.value = String(said.value === own ? 0 : own);
      /** @type {Element} */ (button.querySelector("b")).textContent = count;
    }
    const { voted, unvoted } = this.#section.dataset;
    this.#say((value ? voted : unvoted) ?? "");
  }

  /** @param {HTMLFormElement} form */
  async #delete(form) {
    await this.#server.act("DELETE", `/${idOf(form)}`);
    const item = /** @type {HTMLElement} */ (form.closest("li"));
    const { gone, deleted } = this.#section.dataset;
    this.#close();
    if (item.querySelector(":scope > .replies")) {
      const article = document.createElement("article");
      article.append(Object.assign(document.createElement("p"), { textContent: gone }));
      item.classList.add("gone");
      item.querySelector("article")?.replaceWith(article);
    } else item.remove();
    this.#look(/** @type {HTMLElement} */ (this.#one("h2")));
    this.#say(deleted ?? "");
  }

  /**
   * Say what went wrong, at the field if there is one; what was typed stays.
   * @param {HTMLFormElement} form
   * @param {string} text
   * @param {string} [name]
   */
  #complain(form, text, name) {
    form.querySelector("[data-errors]")?.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    const box = document.createElement("div");
    box.className = "notice errors";
    box.dataset.errors = "";
    box.id = "palabre-error";
    box.role = "alert";
    box.textContent = text;
    const field = name && this.#one(`[name="${CSS.escape(name)}"]:not([type=hidden])`, form);
    if (form.dataset.form === "vote") form.after(box);
    else form.prepend(box);
    if (!field) return;
    field.ariaInvalid = "true";
    field.setAttribute("aria-describedby", `palabre-error palabre-${name}-hint`);
    field.closest("details")?.setAttribute("open", "");
    field.focus();
  }
}
