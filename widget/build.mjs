// Builds <palabre-comments> into one module, and its parts, which are fetched only when a reader
// needs them, into one more each. The results are committed, so that installing Palabre needs no
// Node; a test rebuilds and compares them. `--out FOLDER` writes elsewhere.
import { build, transform } from "esbuild";
import { minify } from "terser";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const flag = process.argv.indexOf("--out");
const folder = flag > 0 ? process.argv[flag + 1] : here("../src/palabre/web/static");

// A part is src/NAME.js with `export function begin(thread)`; it imports none of the others' state
// but gets it handed, so that nothing is in two modules. See parts.js.
const PARTS = ["inline", "tools"].filter((name) => existsSync(here(`src/${name}.js`)));
// Said once, in the module that fetches the parts: their bytes count.
const BANNER = "/* Palabre, Apache-2.0 */";

// The pages of the server and the shadow root share one style sheet: here it becomes a string. What
// keeps its rules to the thread on a page need not be said where there is nothing else.
const stylesheet = {
  name: "stylesheet",
  setup(bundle) {
    bundle.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim().replaceAll(/\.palabre (?=[^{])/g, ""), loader: "text" };
    });
  },
};

async function made(entry, define = {}) {
  const { outputFiles } = await build({
    entryPoints: [here(entry)],
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    plugins: [stylesheet],
    logLevel: "warning",
    define,
  });
  // esbuild looks at each expression by itself; terser at what a function does with it.
  const { code } = await minify(outputFiles[0].text, { module: true, ecma: 2022, compress: { passes: 3 } });
  return code + "\n";
}

// The address of a part changes with its content, as assets.py names it: an old element never meets
// a new part for long, and browsers keep both for good.
const versions = {};
for (const name of PARTS) {
  const content = await made(`src/${name}.js`);
  versions[name] = createHash("sha256").update(content).digest("hex").slice(0, 16);
  await writeFile(`${folder}/palabre-${name}.js`, content);
}
const element = await made("src/define.js", { PARTS: JSON.stringify(versions) });
await writeFile(`${folder}/palabre.js`, `${BANNER}\n${element}`);
