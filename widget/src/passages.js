// The article's text, and which stretch of it is which stretch of the page.
import { fold } from "./anchoring.js";

const BLOCK = "p,li,h1,h2,h3,h4,h5,h6,blockquote,figcaption,td,th,dt,dd,pre,div,section,figure";
const SKIP = "script,style,noscript,template,palabre-comments,palabre-mark,[data-palabre-ignore]";

export class Article {
  body;
  raw = "";
  /** @type {Text[]} */
  #nodes = [];
  /** @type {number[]} */
  #starts = [];
  /** @type {import("./anchoring.js").Folded | undefined} */
  #folded;

  /** @param {Element} body */
  constructor(body) {
    this.body = body;
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT, (node) =>
      node.parentElement?.closest(SKIP) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    /** @type {Element | null | undefined} */
    let block = null;
    while (walker.nextNode()) {
      const node = /** @type {Text} */ (walker.currentNode);
      const now = node.parentElement?.closest(BLOCK);
      if (block !== now && this.raw) this.raw += "\n";
      block = now;
      this.#nodes.push(node);
      this.#starts.push(this.raw.length);
      this.raw += node.data;
    }
  }

  get folded() {
    return (this.#folded ??= fold(this.raw));
  }

  /** The stretch of text that a range covers, without outer white space. @param {Range} range */
  stretch(range) {
    let begin = -1;
    let end = -1;
    this.#nodes.forEach((node, i) => {
      if (!range.intersectsNode(node)) return;
      const start = this.#starts[i] ?? 0;
      if (begin < 0) begin = start + (node === range.startContainer ? range.startOffset : 0);
      end = start + (node === range.endContainer ? range.endOffset : node.length);
    });
    const words = this.raw.slice(begin, end);
    if (begin < 0 || !words.trim()) return null;
    return { begin: begin + words.length - words.trimStart().length, end: end - words.length + words.trimEnd().length };
  }

  /** @param {number} begin @param {number} end */
  range(begin, end) {
    const range = document.createRange();
    range.setStart(...this.#point(begin, false));
    range.setEnd(...this.#point(end, true));
    return range;
  }

  /** @param {number} at @param {boolean} isEnd @returns {[Text, number]} */
  #point(at, isEnd) {
    // The end of one node and the beginning of the next are one place: ends belong to the first.
    let i = this.#starts.findLastIndex((start) => (isEnd ? start < at : start <= at));
    if (i < 0) i = 0;
    const node = /** @type {Text} */ (this.#nodes[i]);
    return [node, Math.min(at - (this.#starts[i] ?? 0), node.length)];
  }
}
