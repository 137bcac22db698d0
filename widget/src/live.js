// New comments, edits, votes and removals as they happen. A stream says that the thread moved; what there is
// to see is the page that everybody gets. Nothing is put in before the reader asks for it, and
// nothing that is being read moves. Where streams do not pass, the page is asked for now and then.

/** @typedef {import("./thread.js").Thread} Thread */

const POLL = 30_000;
const FAILS = 3;
const sheet = new CSSStyleSheet();
// Over the thread and of no height itself: nothing makes way for it.
sheet.replaceSync(
  ".news{position:sticky;inset-block-start:.5em;block-size:0;z-index:2;text-align:center}" +
  ".news button{box-shadow:0 1px 6px #0006}",
);

export class Live {
  #thread;
  /** @type {EventSource | null} */
  #stream = null;
  #fails = 0;
  #timer = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #polls;
  #newest;
  /** @type {HTMLElement[]} */
  #news = [];
  #line = document.createElement("div");

  /** @param {Thread} thread */
  constructor(thread) {
    this.#thread = thread;
    this.#newest = this.#ids(thread.root).sort().at(-1) ?? "";
    thread.root.adoptedStyleSheets.push(sheet);
    this.#line.className = "news";
    this.#line.addEventListener("click", () => this.#take());
    document.addEventListener("visibilitychange", () => this.#turn());
    this.#turn();
  }

  /** @param {ParentNode} where */
  #ids(where) {
    return [...where.querySelectorAll("li[id^=c-]")].map((item) => item.id);
  }

  /** A page that nobody looks at keeps no connection. */
  #turn() {
    this.#stream?.close();
    this.#stream = null;
    clearInterval(this.#polls);
    this.#polls = undefined;
    if (document.hidden || !this.#thread.root.host.isConnected) return;
    if (this.#fails >= FAILS) return this.#poll();
    const { server, section } = this.#thread;
    const stream = new EventSource(server.at(`/api/v1/events?${new URLSearchParams({ url: section.dataset.url ?? "" })}`));
    this.#stream = stream;
    stream.onmessage = ({ lastEventId }) => {
      this.#fails = 0;
      if (lastEventId !== this.#thread.section.dataset.version) this.#soon();
    };
    stream.onerror = () => {
      // The browser tries again by itself, unless the answer was no stream at all.
      if (++this.#fails < FAILS && stream.readyState !== EventSource.CLOSED) return;
      stream.close();
      this.#fails = FAILS;
      this.#poll();
    };
  }

  #poll() {
    this.#polls ??= setInterval(() => void this.#look(), POLL);
  }

  /** Not all readers at the same moment, and one look for what comes together. */
  #soon() {
    if (!this.#timer) this.#timer = setTimeout(() => ((this.#timer = 0), void this.#look()), 300 + Math.random() * 1500);
  }

  async #look() {
    const { root, section } = this.#thread;
    const url = this.#thread.page();
    url.searchParams.set("fragment", "1");
    try {
      const answer = await fetch(url, { headers: { Accept: "text/html" }, credentials: "omit", cache: "no-cache" });
      if (!answer.ok) return;
      const fresh = this.#thread.made(await answer.text());
      const now = /** @type {HTMLElement} */ (fresh.querySelector("section"));
      section.dataset.version = now.dataset.version;
      section.dataset.count = now.dataset.count;
      const title = this.#thread.one("h2");
      if (title && !section.dataset.passageKey) title.textContent = now.querySelector("h2")?.textContent ?? "";
      this.#update(root, now);
      const items = /** @type {HTMLElement[]} */ ([...now.querySelectorAll("li[id^=c-]")]);
      const news = items.filter(({ id }) => id > this.#newest && !root.getElementById(id));
      // An answer to a new comment comes with it.
      this.#news = news.filter((item) => !news.some((other) => other !== item && other.contains(item)));
      this.#tell(news.length);
    } catch {
      // Offline: the next event or look brings it.
    }
  }

  /** Votes and removals, in place. @param {ShadowRoot} root @param {HTMLElement} now */
  #update(root, now) {
    const first = [...now.querySelectorAll("[data-list] > li:not(.pinned)")].map((item) => item.id).sort()[0] ?? "";
    for (const item of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("li[id^=c-]"))) {
      const same = now.querySelector(`#${item.id}`);
      const counts = item.querySelectorAll(":scope > article .votes b");
      same?.querySelectorAll(":scope > article .votes b").forEach((count, i) => {
        if (counts[i]) counts[i].textContent = count.textContent;
      });
      if (same) edit(this.#thread, item, same);
      const above = item.parentElement?.closest("li[id^=c-]");
      const shown = above ? now.querySelector(`#${above.id}`) && !now.querySelector(`#${above.id} > .rest`) : first && item.id >= first;
      if (item.matches(".waiting, .gone") || (same ? !same.matches(".gone") : !shown)) continue;
      const article = item.querySelector("article");
      if (!article || article.matches(":focus-within")) continue;
      this.#thread.gone(item);
    }
  }

  /** @param {number} n */
  #tell(n) {
    const { section } = this.#thread;
    if (!n) return this.#line.remove();
    // Sentences for some numbers; those of one plural form differ in the number alone.
    const rules = new Intl.PluralRules(section.lang);
    const forms = (section.dataset.news ?? "").split("|").map((form) => form.split("=", 2));
    const [of, text = ""] = forms.find(([k]) => Number(k) === n) ?? forms.find(([k]) => rules.select(Number(k)) === rules.select(n)) ?? forms.at(-1) ?? [];
    const button = Object.assign(document.createElement("button"), { className: "button", textContent: text.replace(of ?? "", String(n)) });
    button.type = "button";
    const silent = this.#line.isConnected;
    this.#line.replaceChildren(button);
    if (!silent) {
      section.prepend(this.#line);
      this.#thread.say(button.textContent ?? "");
    }
  }

  /** The reader wants to see them. */
  #take() {
    const [first] = this.#news;
    for (const item of [...this.#news].reverse()) {
      item.classList.add("new");
      this.#thread.place(item, true);
      if (item.id > this.#newest) this.#newest = item.id;
    }
    this.#newest = this.#ids(this.#thread.root).sort().at(-1) ?? "";
    this.#news = [];
    this.#line.remove();
    if (first) this.#thread.look(first);
  }
}

/**
 * Put edited words in, now or when nothing that is read moves by it: what stands in the window keeps
 * its height, and words that need more wait until it is scrolled away.
 * @param {Thread} thread @param {HTMLElement} item @param {Element} same
 */
function edit(thread, item, same) {
  const at = ":scope > article > .";
  const [old, fresh] = [item, same].map((of) => /** @type {HTMLElement | null} */ (of.querySelector(`${at}text`)));
  if (!old || !fresh || old.innerHTML === fresh.innerHTML) return;
  const version = (old.dataset.next = fresh.innerHTML);
  const watch = new IntersectionObserver(([now]) => {
    if (old.dataset.next !== version) return watch.disconnect();
    if (old.matches(":focus-within")) return;
    const { height } = old.getBoundingClientRect();
    const free = !now?.isIntersecting;
    const former = [...old.childNodes];
    const put = () => {
      old.style.minBlockSize = free ? "" : `${height}px`;
      old.replaceChildren(.../** @type {Element} */ (fresh.cloneNode(true)).childNodes);
    };
    if (free) thread.still(old, () => old, put);
    else put();
    if (!free && old.getBoundingClientRect().height > height + 1) return old.replaceChildren(...former);
    const mark = same.querySelector(`${at}by > span.when`);
    if (mark && !item.querySelector(`${at}by > span.when`)) item.querySelector(`${at}by > a`)?.after(mark);
    watch.disconnect();
  });
  watch.observe(old);
}
