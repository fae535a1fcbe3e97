// node icons.mjs NAME… copies Lucide icons into ../icons: only what pages use is checked in.
import { readFileSync, writeFileSync } from "node:fs";

for (const name of process.argv.slice(2)) {
  const svg = readFileSync(`node_modules/lucide-static/icons/${name}.svg`, "utf8");
  const body = svg.replace(/<!--.*?-->/gs, "").replace(/^\s*<svg[^>]*>/s, "").replace(/<\/svg>\s*$/s, "");
  writeFileSync(`../icons/${name}.svg`, body.split("\n").map((line) => line.trim()).filter(Boolean).join("") + "\n");
}
