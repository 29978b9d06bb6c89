// The conformance vectors for Internet Computer identity.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";

const data = new URL("./data/", import.meta.url);
const bytes = (path) => readFileSync(new URL(path, data));
const json = (path) => JSON.parse(bytes(path).toString("utf8"));
const sha256 = (content) => createHash("sha256").update(content).digest("hex");

const inFolder = (folder) =>
  readdirSync(new URL(folder, data), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? inFolder(`${folder}${entry.name}/`) : [`${folder}${entry.name}`],
  );

// Paths are ASCII, so that this order is that of their bytes.
const paths = () => inFolder("./").map((path) => path.slice(2))
  .filter((path) => path.includes("/") && path.endsWith(".json")).sort();

export function* files() {
  for (const path of paths()) yield [path, json(path)];
}

export const clauses = () => json("clauses.json");

export const policies = () => json("policies.json");

export const ids = () =>
  bytes("ids.lock").toString("utf8").split("\n").filter((line) => line && !line.startsWith("#"));

export const digest = () =>
  sha256(paths().map((path) => `${sha256(bytes(path))}  ${path}\n`).join(""));
