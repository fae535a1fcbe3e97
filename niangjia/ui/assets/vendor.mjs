// Copies what pages need from node_modules into ../static/vendor, each with its licence, and builds the small ECharts.
import { build } from "esbuild";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const target = "../static/vendor";
const parts = {
  "htmx.org": { files: ["dist/htmx.min.js"], licence: "LICENSE" },
  "@alpinejs/csp": { files: ["dist/cdn.min.js"], licence: null },
  "qr-scanner": { files: ["qr-scanner.min.js", "qr-scanner-worker.min.js"], licence: "LICENSE" },
  echarts: { files: [], licence: "LICENSE" },
};

const alpineLicence = `MIT License

Copyright © 2019-2025 Caleb Porzio and contributors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

rmSync(target, { recursive: true, force: true });
const lines = ["# Vendored files\n", "Made by `npm run vendor` in niangjia/ui/assets; versions are pinned there.\n"];
lines.push("| folder | package | version | licence |", "|---|---|---|---|");
for (const [name, { files, licence }] of Object.entries(parts)) {
  const source = join("node_modules", name);
  const about = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const folder = join(target, name.replace(/^@/, "").replace("/", "-"));
  mkdirSync(folder, { recursive: true });
  for (const file of files) {
    const text = readFileSync(join(source, file), "utf8").replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
    writeFileSync(join(folder, basename(file)), text);
  }
  if (licence) copyFileSync(join(source, licence), join(folder, "LICENSE"));
  else writeFileSync(join(folder, "LICENSE"), alpineLicence);
  if (existsSync(join(source, "NOTICE"))) copyFileSync(join(source, "NOTICE"), join(folder, "NOTICE"));
  lines.push(`| ${basename(folder)} | ${name} | ${about.version} | ${about.license} |`);
}
copyFileSync("node_modules/lucide-static/LICENSE", "../icons/LICENSE");
await build({
  entryPoints: ["echarts.mjs"], bundle: true, minify: true, format: "iife", target: "es2020", legalComments: "none",
  outfile: join(target, "echarts", "echarts.min.js"),
});
writeFileSync(join(target, "README.md"), lines.join("\n") + "\n");
