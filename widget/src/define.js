// What a publisher's page loads: the class and its registration are apart, so that the class can be
// tried, extended or registered under another name.
import { PalabreComments } from "./element.js";

if (!customElements.get("palabre-comments")) {
  customElements.define("palabre-comments", PalabreComments);
}

export { PalabreComments };
