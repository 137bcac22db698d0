// Builds <palabre-comments> into one module. The result is committed, so that installing Palabre
// needs no Node; a test rebuilds it and compares. `--out FILE` writes elsewhere.
import { build, transform } from "esbuild";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const flag = process.argv.indexOf("--out");
const outfile = flag > 0 ? process.argv[flag + 1] : here("../src/palabre/web/static/palabre.js");

// The pages of the server and the shadow root share one style sheet: here it becomes a string.
const stylesheet = {
  name: "stylesheet",
  setup(bundle) {
    bundle.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

await build({
  entryPoints: [here("src/define.js")],
  outfile,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: { js: "/* Palabre, Apache-2.0. Built from widget/src: change that, then run `make widget`. */" },
  plugins: [stylesheet],
  logLevel: "warning",
});
