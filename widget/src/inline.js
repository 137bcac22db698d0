// Comments on passages of the article: passages marked in the text, asked about by its author, or
// selected by the reader with a mouse, a finger or the keys; read and written in place.
import { describe, locate } from "./anchoring.js";
import { Panel } from "./inline-panel.js";
import { Article } from "./passages.js";
import markStyles from "./inline-mark.css";
import styles from "./inline.css";

/** @typedef {import("./thread.js").Thread} Thread */
/** @typedef {import("./anchoring.js").Quote} Quote */
/** @typedef {{keys: string[], quote: Quote, count: number, range: Range, button?: HTMLButtonElement}} Mark */

const markSheet = new CSSStyleSheet();
markSheet.replaceSync(markStyles);
const pageSheet = new CSSStyleSheet();
pageSheet.replaceSync(
  "::highlight(palabre){background:#ffe08a80;text-decoration:underline 2px #d9a400}" +
  "::highlight(palabre-here){background:#ffd54a;color:#1b1f24}",
);

/** @param {Thread} thread */
export function begin(thread) {
  return new Inline(thread);
}

class Inline {
  #thread;
  #body;
  #host = document.createElement("palabre-mark");
  #root;
  #panel;
  #ask = document.createElement("button");
  /** @type {Mark[]} */
  #marks = [];
  /** @type {Set<string>} passages that are not in the article any more */
  #lost = new Set();
  /** @type {Mark | null} what is selected */
  #chosen = null;
  #timer = 0;

  /** @param {Thread} thread */
  constructor(thread) {
    this.#thread = thread;
    const chosen = thread.element.getAttribute("article");
    this.#body = /** @type {Element} */ (document.querySelector(chosen || "[data-palabre-article],[itemprop=articleBody],article"));
    this.#root = this.#host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    this.#root.adoptedStyleSheets = [sheet];
    this.#host.style.cssText = "position:static!important";
    document.body.append(this.#host);
    if (!document.adoptedStyleSheets.includes(pageSheet)) document.adoptedStyleSheets.push(pageSheet);
    this.#panel = new Panel(thread, this.#root);
    this.#ask.className = "ask";
    this.#ask.type = "button";
    this.#ask.textContent = thread.section.dataset.select ?? "";
    // The selection stays while the button is pressed.
    this.#ask.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#ask.addEventListener("click", () => this.#chosen && this.#open(this.#chosen));
    document.addEventListener("selectionchange", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#selected(), 200);
    });
    document.addEventListener("keydown", (event) => this.#key(event));
    this.#body.addEventListener("click", (event) => this.#clicked(/** @type {MouseEvent} */ (event)));
    thread.root.addEventListener("click", (event) => this.#back(event), true);
    thread.element.addEventListener("palabre-done", () => void this.#mark());
    addEventListener("resize", () => this.#paint());
    new MutationObserver(() => this.#annotate()).observe(thread.root, { childList: true, subtree: true });
    void this.#mark().then(() => this.#selected());
  }

  /** Find all passages again and mark them. */
  async #mark() {
    const query = new URLSearchParams({ url: this.#thread.section.dataset.url ?? "" });
    /** @type {{passages: {count: number, anchor: {id: string, selector: any[]}}[]}} */
    let told = { passages: [] };
    try {
      told = await (await fetch(this.#thread.server.at(`/api/v1/passages?${query}`), { credentials: "omit", cache: "no-cache" })).json();
    } catch {
      // Offline: the questions of the author are there all the same.
    }
    for (const old of this.#body.querySelectorAll("palabre-mark")) old.remove();
    this.#body.normalize();
    const article = new Article(this.#body);
    this.#marks = this.#prompts(article);
    this.#lost.clear();
    for (const { anchor, count } of told.passages) {
      const [quote, fragment] = ["TextQuoteSelector", "FragmentSelector"].map((type) => anchor.selector.find((one) => one.type === type));
      const place = anchor.selector.find((one) => one.type === "TextPositionSelector");
      const asked = fragment && this.#marks.find((mark) => mark.button && mark.quote.fragment === fragment.value);
      const found = asked ? null : locate(article.folded, { ...quote, ...place });
      if (!asked && !found) {
        this.#lost.add(anchor.id);
        continue;
      }
      const range = found && article.range(found.begin, found.end);
      const same = asked ?? this.#marks.find((mark) => range && String(mark.range) === String(range) && !mark.range.compareBoundaryPoints(Range.START_TO_START, range));
      if (same) {
        same.keys.push(anchor.id);
        same.count += count;
      } else if (range) this.#marks.push({ keys: [anchor.id], quote: { ...quote, ...place }, count, range });
    }
    this.#paint();
    this.#annotate();
  }

  /** @param {Article} article @returns {Mark[]} */
  #prompts(article) {
    /** @type {Mark[]} */
    const marks = [];
    for (const on of /** @type {NodeListOf<HTMLElement>} */ (this.#body.querySelectorAll("[data-palabre-prompt]"))) {
      const range = document.createRange();
      range.selectNodeContents(on);
      const found = article.stretch(range);
      const question = on.dataset.palabrePrompt ?? "";
      const quote = found ? describe(article.raw, found.begin, Math.min(found.end, found.begin + 300)) : {
        exact: on.querySelector("img")?.alt || question, prefix: "", suffix: "",
      };
      const button = this.#button(on, question);
      marks.push({ keys: [], quote: { ...quote, ...(on.id && { fragment: on.id }) }, count: 0, range, button });
    }
    return marks;
  }

  /** A button in the article, out of reach of its styles. @param {Element | Range} where @param {string} [question] */
  #button(where, question) {
    const host = document.createElement("palabre-mark");
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [markSheet];
    const button = document.createElement("button");
    button.type = "button";
    button.lang = this.#thread.section.lang;
    root.append(button);
    if (question !== undefined) host.dataset.question = question;
    if (where instanceof Range) {
      const end = where.cloneRange();
      end.collapse(false);
      end.insertNode(host);
    } else where.after(host);
    return button;
  }

  #paint() {
    const { lang, dataset } = this.#thread.section;
    const ranges = this.#marks.filter((mark) => !mark.button).map((mark) => mark.range);
    if (CSS.highlights) CSS.highlights.set("palabre", new Highlight(...ranges));
    for (const mark of this.#marks) {
      const question = mark.button && /** @type {HTMLElement} */ (/** @type {ShadowRoot} */ (mark.button.getRootNode()).host).dataset.question;
      mark.button ??= this.#button(mark.range);
      const n = mark.count.toLocaleString(lang);
      mark.button.textContent = question === undefined ? n : mark.count ? `${question} (${n})` : question;
      if (question === undefined) mark.button.ariaLabel = `${dataset.passage}: ${n}`;
      mark.button.ariaHasPopup = "dialog";
      mark.button.onclick = () => this.#open(mark);
    }
    // A count at the end of a line would make a narrow page scroll sideways.
    const buttons = this.#marks.map((mark) => /** @type {HTMLElement} */ (mark.button));
    for (const { style } of buttons) style.translate = "";
    const moves = buttons.map((button) => {
      const { left, right } = button.getBoundingClientRect();
      return Math.max(0, -left) + Math.min(0, document.documentElement.clientWidth - right);
    });
    buttons.forEach(({ style }, n) => (style.translate = `${moves[n]}px`));
  }

  /** @param {Mark} mark */
  #open(mark) {
    const opener = this.#marks.includes(mark) ? mark.button : undefined;
    this.#ask.remove();
    this.#light(mark.range);
    this.#panel.open(mark, opener, () => this.#light(null));
  }

  /** @param {Range | null} range */
  #light(range) {
    if (!CSS.highlights) return;
    if (range) CSS.highlights.set("palabre-here", new Highlight(range));
    else CSS.highlights.delete("palabre-here");
  }

  /** The reader has selected something: offer to comment on it. */
  #selected() {
    const selection = getSelection();
    const range = selection?.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    this.#chosen = range && this.#quoted(range);
    if (!range || !this.#chosen) {
      this.#ask.remove();
      return;
    }
    const box = range.getBoundingClientRect();
    // The browser tells of a selection late: whoever is at the button by then stays there.
    if (!this.#ask.isConnected) this.#root.append(this.#ask);
    // Below the words: above them is the phone's own menu.
    const left = Math.min(Math.max(8, box.left + box.width / 2 - this.#ask.offsetWidth / 2), innerWidth - this.#ask.offsetWidth - 8);
    this.#ask.style.left = `${left + scrollX}px`;
    this.#ask.style.top = `${box.bottom + scrollY + 10}px`;
  }

  /**
   * Return what a comment on this range would quote, or null where none can be written.
   * @param {Range} range
   * @returns {Mark | null}
   */
  #quoted(range) {
    if (!this.#body.contains(range.commonAncestorContainer) || this.#thread.section.querySelector("#palabre-form, [data-go=new]") === null) return null;
    const article = new Article(this.#body);
    const found = article.stretch(range);
    if (!found || found.end - found.begin > 1500) return null;
    const quote = describe(article.raw, found.begin, found.end);
    if (!/[\p{L}\p{N}]/u.test(quote.exact)) return null;
    return { keys: [], quote, count: 0, range: article.range(found.begin, found.end) };
  }

  /**
   * Tab leads from a selection to its button. Alt+Shift+C in the article selects the sentence at the
   * top of the window; then Alt+Shift+arrows go on to the next, and Alt+Shift+Page extends.
   * @param {KeyboardEvent} event
   */
  #key(event) {
    if (event.key === "Tab" && !event.shiftKey && this.#ask.isConnected && this.#root.activeElement !== this.#ask) {
      event.preventDefault();
      this.#ask.focus();
    } else if (event.key === "Escape" && this.#ask.isConnected) {
      getSelection()?.removeAllRanges();
      this.#ask.remove();
    } else if (event.altKey && event.shiftKey && event.code === "KeyC") {
      event.preventDefault();
      this.#sentence(1);
    } else if (event.altKey && event.shiftKey && this.#ask.isConnected && /^Arrow(Up|Down)$/.test(event.key)) {
      event.preventDefault();
      this.#sentence(event.key === "ArrowDown" ? 1 : -1);
    }
  }

  /** Select the sentence after or before the one that is selected. @param {number} step */
  #sentence(step) {
    const article = new Article(this.#body);
    const segmenter = new Intl.Segmenter(this.#body.closest("[lang]")?.getAttribute("lang") ?? undefined, { granularity: "sentence" });
    const all = [...segmenter.segment(article.raw)]
      .flatMap(({ segment, index }) => {
        const begin = index + segment.length - segment.trimStart().length;
        return segment.trim().length > 1 ? [{ begin, end: index + segment.trimEnd().length }] : [];
      });
    const selection = getSelection();
    const now = selection && !selection.isCollapsed && this.#body.contains(selection.anchorNode) ? article.stretch(selection.getRangeAt(0)) : null;
    const next = now
      ? step > 0 ? all.find(({ begin }) => begin >= now.end) : all.findLast(({ end }) => end <= now.begin)
      : all.find(({ begin, end }) => article.range(begin, end).getBoundingClientRect().top >= 0) ?? all[0];
    if (!next) return;
    const range = article.range(next.begin, next.end);
    selection?.removeAllRanges();
    selection?.addRange(range);
    const box = range.getBoundingClientRect();
    if (box.top < 0 || box.bottom > innerHeight - 80) scrollBy({ top: box.top - innerHeight / 3 });
    this.#thread.say(article.raw.slice(next.begin, next.end));
  }

  /** A marked passage is its own button, for a mouse and a finger. @param {MouseEvent} event */
  #clicked(event) {
    if (/** @type {Element} */ (event.target).closest("a, button, input, textarea, select, palabre-mark") || !getSelection()?.isCollapsed) return;
    const mark = this.#marks.find(({ range, keys }) => keys.length &&
      [...range.getClientRects()].some((box) => event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom));
    if (mark) this.#open(mark);
  }

  /** From a comment that quotes its passage back to the passage. @param {Event} event */
  #back(event) {
    const link = /** @type {Element} */ (event.target).closest?.(".passage a");
    const key = /** @type {HTMLElement | null} */ (link?.parentElement ?? null)?.dataset.anchor;
    const mark = key && this.#marks.find((one) => one.keys.includes(key));
    if (!mark) return;
    event.preventDefault();
    event.stopPropagation();
    const box = mark.range.getBoundingClientRect();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    scrollBy({ top: box.top - innerHeight / 3, behavior: calm ? "auto" : "smooth" });
    this.#light(mark.range);
    mark.button?.focus({ preventScroll: true });
  }

  /** Say under a quote that its passage is not in the article any more. */
  #annotate() {
    for (const quote of /** @type {NodeListOf<HTMLElement>} */ (this.#thread.root.querySelectorAll(".passage[data-anchor]"))) {
      const lost = this.#lost.has(quote.dataset.anchor ?? "");
      if (lost === quote.matches(".lost")) continue;
      quote.classList.toggle("lost", lost);
      if (lost) {
        const line = Object.assign(document.createElement("p"), { className: "small", textContent: this.#thread.section.dataset.lost });
        quote.append(line);
      } else quote.querySelector("p")?.remove();
    }
  }
}
