import styles from "../../src/palabre/web/static/thread.css";
import { Live } from "./live.js";
import { home, isWantedEarly, watchArticle } from "./parts.js";
import { Server } from "./server.js";
import { Thread } from "./thread.js";

// Browsers before May 2024 get the light colours.
const colours = CSS.supports("color:light-dark(red,red)") ? "$&" : "$1";
const sheet = new CSSStyleSheet();
sheet.replaceSync(`:host{display:block}:host([hidden]){display:none}${styles.replace(/light-dark\(([^,]+),[^)]+\)/g, colours)}`);

/**
 * <palabre-comments url? title? lang? sort? server? article? member? loading="eager"?>
 *
 * Shows the thread of the page it stands on, or of `url`, once the reader comes near it, or at once
 * when the address names a comment or `loading` says so. `article`: a selector for the article's
 * body, whose passages can be commented. `member`: a signed token of the site's own sign-on. What
 * stands inside it is shown until the thread is there, and stays if the thread cannot be had.
 * Events, all bubbling and named like those of an image: `loadstart`, `load`, `error`;
 * `palabre-replace` (cancellable) before the content is replaced, `palabre-submit` (cancellable)
 * before anything is sent, `palabre-done` after.
 */
export class PalabreComments extends HTMLElement {
  /** @type {IntersectionObserver | undefined} */
  #watch;
  /** @type {Thread | undefined} */
  #thread;
  #begun = false;

  connectedCallback() {
    if (this.#thread) return;
    // What was served inside costs nothing to show.
    const here = this.#inside(this.#server) || /^#(c-|palabre)/.test(location.hash);
    if (here || this.getAttribute("loading") === "eager") return void this.load();
    this.#watch = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && this.load(),
      { rootMargin: "600px" },
    );
    this.#watch.observe(this);
    void isWantedEarly(this, this.#server).then((wanted) => wanted && !this.#begun && this.load());
  }

  disconnectedCallback() {
    this.#watch?.disconnect();
  }

  /** Fetch the thread and show it. */
  async load() {
    this.#watch?.disconnect();
    this.#begun = true;
    this.dispatchEvent(new Event("loadstart"));
    try {
      const server = this.#server;
      const html = this.#inside(server) ?? (await server.html(server.at(this.#link()), { fragment: "1" }));
      if (!this.announce("palabre-replace", { html }, true)) return;
      this.#show(html, server);
      this.dispatchEvent(new Event("load"));
    } catch (error) {
      // What was served inside the element is still there, and works without us.
      this.dispatchEvent(new CustomEvent("error", { detail: error }));
    }
  }

  /**
   * @param {string} name
   * @param {object} detail
   */
  announce(name, detail, cancelable = false) {
    const event = new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable });
    return this.dispatchEvent(event);
  }

  /** What the page says of the article: believed by the server from registered sites only. */
  get article() {
    const link = /** @type {HTMLLinkElement | null} */ (document.querySelector("link[rel=canonical]"));
    const title = document.querySelector("meta[property='og:title']")?.getAttribute("content");
    return {
      url: this.getAttribute("url") ?? link?.href ?? location.href.split("#")[0] ?? "",
      title: this.getAttribute("title") ?? title ?? document.title,
      lang: this.lang || document.documentElement.lang,
    };
  }

  get #server() {
    return new Server(this.getAttribute("server") ?? home(), this.getAttribute("member"));
  }

  #link() {
    const { url, title, lang } = this.article;
    const query = new URLSearchParams({ url, title });
    if (lang) query.set("lang", lang);
    const sort = this.getAttribute("sort");
    if (sort) query.set("sort", sort);
    return `/thread?${query}`;
  }

  /**
   * The thread that the page was served with, if it may be shown as it is:
   * this reader has nothing in it that a shared copy would lack.
   * @param {Server} server
   */
  #inside(server) {
    const served = /** @type {HTMLElement | null} */ (this.querySelector("section.palabre"));
    return served && !server.knowsReader && !this.hasAttribute("url") ? served.outerHTML : null;
  }

  /**
   * @param {string} html
   * @param {Server} server
   */
  #show(html, server) {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.#thread = new Thread(this, root, server);
    this.#thread.show(html);
    // Links to the comments (#palabre) lead to the element from now on.
    this.replaceChildren();
    if (!this.id) this.id = "palabre";
    void this.#thread.arrive(location.hash);
    watchArticle(this.#thread);
    new Live(this.#thread);
  }
}
