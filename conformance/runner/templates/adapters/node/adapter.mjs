// An adapter for icid-conformance: puts one library behind the questions of the suite.
//
// Replace the three functions below by calls of your library, then add operations from PROTOCOL.md.
// Catch the error type of the library's own verdicts and nothing wider: a crash is no rejection.

import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { crc32 } from "node:zlib";

/** The library says: this input is wrong. */
class VerificationError extends Error {}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** Stands for your library: the bytes of a principal in text form. */
function decodeText(text) {
  // There are other characters whose lower case is in the alphabet.
  if (/[^ -~]/.test(text)) throw new VerificationError("not the text form of a principal");
  let bits = "";
  for (const character of text.toLowerCase().replaceAll("-", "")) {
    const index = ALPHABET.indexOf(character);
    if (index < 0) throw new VerificationError(`no base32: ${character}`);
    bits += index.toString(2).padStart(5, "0");
  }
  const bytes = bits.match(/.{8}/g) ?? [];
  const principal = Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))).subarray(4);
  if (encodeText(principal) !== text.toLowerCase()) {
    throw new VerificationError("not the text form of a principal");
  }
  return principal;
}

/** Stands for your library: the text form of a principal. */
function encodeText(principal) {
  if (principal.length > 29) throw new VerificationError("a principal has at most 29 bytes");
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(principal));
  let bits = "";
  for (const byte of Buffer.concat([checksum, principal])) bits += byte.toString(2).padStart(8, "0");
  const groups = bits.match(/.{1,5}/g).map((five) => ALPHABET[Number.parseInt(five.padEnd(5, "0"), 2)]);
  return groups.join("").match(/.{1,5}/g).join("-");
}

/** Stands for your library: the principal of a public key. */
function fromPubkey(der) {
  return Buffer.concat([createHash("sha224").update(der).digest(), Buffer.of(2)]);
}

/** The protocol's bytes are lower-case hexadecimal digits. */
function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new TypeError("not hexadecimal");
  return Buffer.from(text, "hex");
}

/** Exactly these fields, or it is no question of the protocol. */
function fields({ policy, ...given }, ...names) {
  const found = Object.keys(given).sort();
  if (found.join() !== [...names].sort().join()) throw new TypeError(`expected ${names}, got ${found}`);
  return names.map((name) => given[name]);
}

const OPERATIONS = {
  "principal.decode_text": (given) => ({ bytes: decodeText(...fields(given, "text")).toString("hex") }),
  "principal.encode_text": (given) => ({ text: encodeText(unhex(...fields(given, "bytes"))) }),
  "principal.from_pubkey": (given) => ({ bytes: fromPubkey(unhex(...fields(given, "spki"))).toString("hex") }),
};

const HELLO = {
  protocol: 1,
  implementation: { name: "my-library", version: "0", language: "javascript" },
  ops: Object.keys(OPERATIONS).sort(),
  reasons: "none",
};

function answer({ op, input }) {
  if (op === "hello") return { ok: HELLO };
  if (!Object.hasOwn(OPERATIONS, op)) return { unsupported: { why: "operation" } };
  try {
    return { ok: OPERATIONS[op](input) };
  } catch (error) {
    if (error instanceof VerificationError) return { reject: { message: error.message } };
    return { error: { message: String(error) } }; // a mistake of adapter or library
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ id: question.id, ...answer(question) })}\n`);
}
