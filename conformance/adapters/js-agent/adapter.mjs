// The conformance adapter of the JavaScript agent, @icp-sdk/core.
//
// Each operation below names what answers it. Not offered, because the library has no function for it:
// - principal.classify, principal.derive: a principal is anonymous or not, and that is all it tells;
// - request.id, envelope.verify, senderinfo.verify, read_state.authorize: it writes requests and reads
//   none;
// - hashtree.decode: `reconstruct` hashes a tree, but nothing tells whether it is well formed;
// - hashtree.lookup_prefix, hashtree.prune: it looks up one path at a time;
// - state.read: `HttpAgent.readState` gives the same null for what is absent and what is unknown;
// - key.decode, key.encode_canister, sig.verify: it parses the keys and checks the signatures of its own
//   identities only, scheme by scheme;
// - delegation.verify: `isDelegationValid` looks at expirations and targets, at no signature;
// - query_sig.verify: `HttpAgent.query` checks responses to requests that it made itself;
// - ii.*: it knows no seeds.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import {
  AgentError,
  Cbor,
  Certificate,
  ErrorKindEnum,
  HashTreeDecodeErrorCode,
  UNREACHABLE_ERROR,
  hashOfMap,
  lookup_path,
  reconstruct,
  requestIdOf,
} from "@icp-sdk/core/agent";
import { PipeArrayBuffer, lebDecode } from "@icp-sdk/core/candid";
import { Delegation, DelegationChain, DelegationIdentity, Ed25519KeyIdentity } from "@icp-sdk/core/identity";
import { Principal } from "@icp-sdk/core/principal";

/** The library cannot be told what the question asks for. */
class Unsupported extends Error {}

// Which errors are the library's verdict on its input.

/** Principals and encoded numbers are refused with an error of no type. */
const isPlain = (error) => Object.getPrototypeOf(error) === Error.prototype && error !== UNREACHABLE_ERROR;

/** Everything else is refused with a typed one. Malformed trees are of the kind `Unknown`. */
const isTyped = (error) =>
  error instanceof AgentError &&
  ([ErrorKindEnum.Trust, ErrorKindEnum.Protocol, ErrorKindEnum.Input].includes(error.kind) ||
    error.hasCode(HashTreeDecodeErrorCode));

const isEither = (error) => isPlain(error) || isTyped(error);

// Operation: which errors are verdicts, which fields there are, and what answers.
const OPERATIONS = {
  // Principal.fromText
  "principal.decode_text": [isPlain, ["text"], ({ text }) => ({ bytes: hex(Principal.fromText(text).toUint8Array()) })],
  // Principal.toText
  "principal.encode_text": [isPlain, ["bytes"], ({ bytes }) => ({ text: principal(bytes).toText() })],
  // Principal.selfAuthenticating
  "principal.from_pubkey": [
    isPlain,
    ["spki"],
    ({ spki }) => ({ bytes: hex(Principal.selfAuthenticating(unhex(spki)).toUint8Array()) }),
  ],
  // Cbor.decode
  "cbor.check": [
    isTyped,
    ["bytes"],
    ({ bytes }) => {
      Cbor.decode(unhex(bytes));
      return {};
    },
  ],
  // hashOfMap
  hash_of_map: [isEither, ["value"], ({ value }) => ({ hash: hex(hashOfMap(untyped(value))) })],
  // lookup_path, of what Cbor.decode reads
  "hashtree.lookup": [
    isTyped,
    ["tree", "path"],
    ({ tree, path }) => result(lookup_path(path.map(unhex), Cbor.decode(unhex(tree)))),
  ],
  "certificate.verify": [isEither, CERTIFICATE(), verifyCertificate],
  "certificate.lookup": [
    isTyped,
    [...CERTIFICATE(), "path"],
    async ({ path, ...given }) => result((await certificate(given)).lookup_path(path.map(unhex))),
  ],
  // requestIdOf, as when the library signs a delegation
  "delegation.hash": [
    isEither,
    ["delegation"],
    ({ delegation: given }) => ({ hash: hex(requestIdOf({ ...delegation(given) })) }),
  ],
  "delegation.sign": [isEither, ["secret_key", "delegation"], signDelegation],
  "envelope.sign": [isEither, ["secret_key", "content", "delegations?", "sender_pubkey?"], signEnvelope],
};

/** The fields of every question about a certificate. */
function CERTIFICATE() {
  return ["certificate", "root_key", "scope", "now?", "max_age?", "max_skew?", "max_delegation_age?", "ranges?"];
}

/** Certificate.create: verifies. */
async function certificate(given) {
  if (given.now !== undefined) {
    // It allows five minutes into the future, counts in milliseconds, and has its own clock.
    throw new Unsupported("the allowed skew is fixed");
  }
  if ((given.ranges ?? "sharded") !== "sharded") {
    throw new Unsupported("which ranges count is fixed");
  }
  const bytes = unhex(given.certificate);
  let target;
  if (given.scope !== "none") {
    target =
      given.scope.canister === undefined
        ? { subnetId: principal(given.scope.subnet) }
        : { canisterId: principal(given.scope.canister) };
  } else {
    // Only a delegation makes it look for whom a certificate is.
    if (Cbor.decode(bytes)?.delegation !== undefined) throw new Unsupported("a certificate is for a canister or subnet");
    target = { canisterId: Principal.managementCanister() };
  }
  return Certificate.create({
    certificate: bytes,
    rootKey: unhex(given.root_key),
    principal: target,
    disableTimeVerification: true,
  });
}

/** What Certificate.create verified, as reconstruct, lookup_path and lebDecode tell it. */
async function verifyCertificate(given) {
  const { cert } = await certificate(given);
  const output = {
    root_hash: hex(await reconstruct(cert.tree)),
    time: String(lebDecode(new PipeArrayBuffer(lookup_path(["time"], cert.tree).value))),
  };
  if (cert.delegation) {
    const { subnet_id, certificate } = cert.delegation;
    output.subnet_id = hex(subnet_id);
    const type = lookup_path(["subnet", subnet_id, "type"], Cbor.decode(certificate).tree);
    if (type.value) output.subnet_type = new TextDecoder().decode(type.value);
  }
  return output;
}

/** DelegationChain.create, which takes the expiration in milliseconds. */
async function signDelegation({ secret_key, delegation: given }) {
  const { pubkey, expiration, targets, permissions } = delegation(given);
  const millis = Number(expiration / 1_000_000n);
  if (BigInt(millis) * 1_000_000n !== expiration || Number.isNaN(+new Date(millis))) {
    throw new Unsupported("an expiration is a date in milliseconds");
  }
  const from = Ed25519KeyIdentity.fromSecretKey(unhex(secret_key));
  const chain = await DelegationChain.create(from, { toDer: () => pubkey }, new Date(millis), { targets, permissions });
  return { signature: hex(chain.delegations[0].signature) };
}

/** SignIdentity.transformRequest signs, and Cbor.encode writes, as in HttpAgent. */
async function signEnvelope({ secret_key, content, delegations, sender_pubkey }) {
  let identity = Ed25519KeyIdentity.fromSecretKey(unhex(secret_key));
  if (delegations !== undefined) {
    const signed = delegations.map(({ signature, ...given }) => ({
      delegation: delegation(given),
      signature: unhex(signature),
    }));
    const chain = DelegationChain.fromDelegations(signed, unhex(sender_pubkey));
    identity = DelegationIdentity.fromDelegation(identity, chain);
  }
  const { body } = await identity.transformRequest({ request: {}, endpoint: "", body: untyped(content) });
  return { envelope: hex(Cbor.encode(body)) };
}

function delegation({ pubkey, expiration, targets, permissions }) {
  return new Delegation(unhex(pubkey), BigInt(expiration), targets?.map(principal), permissions);
}

const principal = (bytes) => Principal.fromUint8Array(unhex(bytes));

/** What a look-up found, in the words of the protocol. */
function result({ status, value }) {
  const result = status.toLowerCase();
  return result === "found" ? { result, value: hex(value) } : { result };
}

/** A typed value of the protocol as the library takes it. */
function untyped(typed) {
  const [[type, value], ...others] = Object.entries(typed);
  if (others.length > 0) throw new TypeError("a value of several types");
  switch (type) {
    case "blob":
      return unhex(value);
    case "text":
      return value;
    case "nat":
      return BigInt(value);
    case "int":
      if (BigInt(value) >= 0n) throw new Unsupported("a number that is not negative is a natural one");
      return BigInt(value);
    case "array":
      return value.map(untyped);
    case "map":
      if (new Set(value.map(([key]) => key)).size !== value.length) throw new Unsupported("an object has each key once");
      return Object.fromEntries(value.map(([key, it]) => [key, untyped(it)]));
    default:
      throw new TypeError(`a value of the unknown type ${type}`);
  }
}

/** The protocol's bytes are lower-case hexadecimal digits. */
function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new TypeError("not hexadecimal");
  return Uint8Array.from(Buffer.from(text, "hex"));
}

const hex = (bytes) => Buffer.from(bytes).toString("hex");

/** Exactly these fields, those with a question mark if they like, or it is no question of the protocol. */
function checkFields(given, names) {
  const found = new Set(Object.keys(given));
  for (const name of names) {
    if (!found.delete(name.replace("?", "")) && !name.endsWith("?")) throw new TypeError(`${name} is missing`);
  }
  if (found.size > 0) throw new TypeError(`unknown: ${[...found]}`);
}

const LOCK = JSON.parse(readFileSync(new URL("package-lock.json", import.meta.url)));

const HELLO = {
  protocol: 1,
  implementation: {
    name: "icp-js-core",
    version: LOCK.packages["node_modules/@icp-sdk/core"].version,
    language: "javascript",
    language_version: process.versions.node,
    package: "@icp-sdk/core",
    homepage: "https://github.com/dfinity/icp-js-core",
  },
  ops: Object.keys(OPERATIONS).sort(),
  presets: ["spec"],
  reasons: "none",
};

async function answer({ op, input }) {
  if (op === "hello") return { ok: HELLO };
  if (!Object.hasOwn(OPERATIONS, op)) return { unsupported: { why: "operation" } };
  const [isVerdict, names, run] = OPERATIONS[op];
  try {
    checkFields(input, names);
    return { ok: await run(input) };
  } catch (error) {
    if (error instanceof Unsupported) return { unsupported: { why: error.message } };
    // Some messages go on with a stack.
    const [message] = String(error).split("\n");
    return isVerdict(error) ? { reject: { message } } : { error: { message } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ id: question.id, ...(await answer(question)) })}\n`);
}
