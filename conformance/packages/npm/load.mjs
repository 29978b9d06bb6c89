// Prints the digest and the ids of the vectors that the package holds.
import { digest, files } from "icid-vectors";

const lines = [digest()];
for (const [, file] of files()) lines.push(...file.tests.map((test) => test.id));
console.log(lines.join("\n"));
