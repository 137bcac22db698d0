// Talking to the server this script came from: pages in HTML, acts in JSON.
//
// On the server's own pages its cookies do. On any other site they would be third-party cookies, so
// the reader's secrets travel in headers and are kept in that site's own storage, from the first
// comment or vote on and not before.

import { recall, store } from "./memory.js";

const AUTHOR = "palabre-author";
const VOTER = "palabre-voter";

/** What the server declined, in the reader's language. */
export class Declined extends Error {
  /** @param {{title?: string, detail?: string, field?: string, challenge?: any}} problem */
  constructor(problem) {
    super([problem.title, problem.detail].filter(Boolean).join(" "));
    this.problem = problem;
  }
}

export class Server {
  #keeps;
  #prefix;
  #member;
  /** The language in which to be answered. */
  lang = "";

  /**
   * @param {string} base The server's public address: an origin, and the path it stands under when it
   * shares its host with others.
   * @param {string | null} [member] what the reader's own site says of them, signed
   */
  constructor(base, member) {
    this.#member = member;
    const { origin, pathname } = new URL(base, location.href);
    this.origin = origin;
    this.#prefix = pathname.replace(/\/$/, "");
    this.#keeps = origin !== location.origin;
  }

  /**
   * The address of a page or a call by the server's own path.
   * @param {string} path
   */
  at(path) {
    return this.address(this.#prefix + path);
  }

  /**
   * The address of a link or form that the server wrote, whatever page it now stands on.
   * @param {string} link
   */
  address(link) {
    return new URL(link, this.origin);
  }

  /**
   * A part of a page.
   * @param {string | URL} link
   * @param {Record<string, string>} parameters
   */
  async html(link, parameters) {
    const url = this.address(String(link));
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const answer = await fetch(url, { headers: { Accept: "text/html", ...this.#secrets() } });
    if (!answer.ok) throw new Declined({});
    return answer.text();
  }

  /**
   * An act, by the public API.
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {string} [key] the same act with the same key is done once
   */
  async act(method, path, body, key) {
    const answer = await fetch(this.at(`/api/v1/comments${path}?lang=${this.lang}`), {
      method,
      headers: {
        Accept: "application/json",
        ...(body && { "Content-Type": "application/json" }),
        ...(key && { "Idempotency-Key": key }),
        ...this.#secrets(),
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    const said = text ? JSON.parse(text) : {};
    if (!answer.ok) throw new Declined(said);
    store("palabre-acts", "1");
    if (said.token && this.#keeps) store(AUTHOR, said.token);
    if (said.voter && this.#keeps) store(VOTER, said.voter);
    return said;
  }

  /** @returns {Record<string, string>} */
  #secrets() {
    const author = this.#keeps && recall(AUTHOR);
    const voter = this.#keeps && recall(VOTER);
    return {
      ...(this.#member && { "Palabre-Member": this.#member }),
      ...(author && { Authorization: `Bearer ${author}` }),
      ...(voter && { "Palabre-Voter": voter }),
    };
  }

  /**
   * Whether the reader has acted here before, so that a page made for everybody lacks something.
   * A page beside the server's path was asked for without the server's cookies, too.
   */
  get knowsReader() {
    return Boolean(this.#member || (this.#keeps || this.#prefix) && recall("palabre-acts"));
  }
}
