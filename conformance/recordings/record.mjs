// Records what a browser returns when passkeys are made and sign for the Internet Computer.
//
// Usage: node record.mjs [FOLDER]. See README.md.

import { spawn } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = process.argv[2] ?? fileURLToPath(new URL(".", import.meta.url));
const BROWSER = process.env.CHROMIUM ?? "chromium";
const PORT = 8461;
const ORIGIN = `http://localhost:${PORT}`;

// Every challenge, unless it depends on the passkey, is made of these.
const CANISTER = "00000000002000070101";
const EXPIRY = 1_800_000_000_000_000_000n;
const SESSION_SEED = "07".repeat(32);

const INTERNAL = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true };
const PASSKEYS = [
  { name: "es256", algorithm: -7, attestation: "none", authenticator: { ...INTERNAL, isUserVerified: true } },
  { name: "rs256", algorithm: -257, attestation: "none", authenticator: { ...INTERNAL, isUserVerified: true } },
  { name: "eddsa", algorithm: -8, attestation: "none", authenticator: { ...INTERNAL, isUserVerified: true } },
  {
    name: "es256-packed",
    algorithm: -7,
    attestation: "direct",
    authenticator: { ...INTERNAL, transport: "usb", hasResidentKey: false, hasUserVerification: false },
  },
  {
    name: "es256-synced",
    algorithm: -7,
    attestation: "none",
    authenticator: { ...INTERNAL, isUserVerified: true, defaultBackupEligibility: true, defaultBackupState: true },
  },
  {
    name: "es256-u2f",
    algorithm: -7,
    attestation: "direct",
    authenticator: { protocol: "u2f", transport: "usb", hasResidentKey: false, hasUserVerification: false },
  },
];

// What is the same whenever the script runs.
const DETERMINISTIC = [
  "name",
  "origin",
  "rp_id",
  "cose_algorithm",
  "attestation",
  "authenticator",
  "session_key",
  "registration.challenge",
  "assertions[kind=delegation].fields",
  "assertions[kind=delegation].payload",
];

async function main() {
  const browser = await Browser.start();
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>recording</title>");
  }).listen(PORT, "127.0.0.1");
  try {
    const { product, protocolVersion } = await browser.send("Browser.getVersion");
    const versions = { browser: product, devtools_protocol: protocolVersion, node: process.version };
    for (const passkey of PASSKEYS) {
      const recording = await record(browser, passkey, versions);
      const path = resolve(FOLDER, `${passkey.name}.json`);
      await writeFile(path, `${JSON.stringify(recording, null, 2)}\n`);
      console.log(path);
    }
  } finally {
    server.close();
    await browser.stop();
  }
}

async function record(browser, { name, algorithm, attestation, authenticator }, versions) {
  const page = await browser.open(`${ORIGIN}/`);
  await page("WebAuthn.enable");
  await page("WebAuthn.addVirtualAuthenticator", {
    options: { automaticPresenceSimulation: true, ...authenticator },
  });
  const challenge = hex(sha256(Buffer.from(`registration of ${name}`)));
  const registration = await run(page, register, { name, algorithm, attestation, challenge });
  const der = coseToDer(coseKey(Buffer.from(registration.authenticator_data, "hex")));
  const sender = hex(selfAuthenticating(der));

  const assertions = [];
  for (const { kind, fields } of signed(sender)) {
    const payload = hex(Buffer.concat([separator(kind), hashOfMap(fields)]));
    const response = await run(page, assert, { id: registration.credential_id, challenge: payload });
    assertions.push({ kind, fields, payload, ...response });
  }
  return {
    name,
    versions,
    deterministic: DETERMINISTIC,
    origin: ORIGIN,
    rp_id: "localhost",
    cose_algorithm: algorithm,
    attestation,
    authenticator,
    session_key: { seed: SESSION_SEED, der: hex(sessionKey()) },
    registration: { challenge, ...registration },
    der: hex(der),
    principal: sender,
    assertions,
  };
}

// What the passkey signs. A field is a blob in hexadecimal, a text, a number, or a list of these.
function signed(sender) {
  const common = { ingress_expiry: nat(EXPIRY), sender: blob(sender) };
  const call = { canister_id: blob(CANISTER), method_name: text("transfer"), arg: blob("4449444c0000") };
  const status = ["request_status", "time"].map((label) => [blob(hex(Buffer.from(label)))]);
  return [
    { kind: "request", fields: { request_type: text("call"), nonce: blob("01020304"), ...call, ...common } },
    { kind: "request", fields: { request_type: text("query"), ...call, ...common } },
    { kind: "request", fields: { request_type: text("read_state"), paths: status, ...common } },
    { kind: "delegation", fields: { pubkey: blob(hex(sessionKey())), expiration: nat(EXPIRY) } },
    {
      kind: "delegation",
      fields: {
        pubkey: blob(hex(sessionKey())),
        expiration: nat(EXPIRY),
        targets: [blob(CANISTER)],
        permissions: text("queries"),
      },
    },
  ];
}

// The two functions below run in the page.

async function register({ name, algorithm, attestation, challenge }) {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const credential = await navigator.credentials.create({
    publicKey: {
      rp: { id: "localhost", name: "recording" },
      user: { id: new TextEncoder().encode(name), name, displayName: name },
      challenge: bytes(challenge),
      pubKeyCredParams: [{ type: "public-key", alg: algorithm }],
      attestation,
    },
  });
  const { response } = credential;
  return {
    credential_id: hex(credential.rawId),
    attestation_object: hex(response.attestationObject),
    authenticator_data: hex(response.getAuthenticatorData()),
    client_data_json: new TextDecoder().decode(response.clientDataJSON),
    plain_der: hex(response.getPublicKey()),
  };
}

async function assert({ id, challenge }) {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const { response } = await navigator.credentials.get({
    publicKey: {
      rpId: "localhost",
      challenge: bytes(challenge),
      allowCredentials: [{ type: "public-key", id: bytes(id) }],
    },
  });
  return {
    authenticator_data: hex(response.authenticatorData),
    client_data_json: new TextDecoder().decode(response.clientDataJSON),
    signature: hex(response.signature),
  };
}

async function run(page, code, argument) {
  const expression = `(${code})(${JSON.stringify(argument)})`;
  const options = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
  const { result, exceptionDetails } = await page("Runtime.evaluate", options);
  if (exceptionDetails) {
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }
  return result.value;
}

// A browser that is spoken to through pipes: messages of the DevTools protocol, each with a zero byte.
class Browser {
  static async start() {
    const profile = await mkdtemp(join(tmpdir(), "recording-"));
    const options = ["--headless=new", "--no-sandbox", "--remote-debugging-pipe", `--user-data-dir=${profile}`];
    const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"];
    return new Browser(spawn(BROWSER, options, { stdio }), profile);
  }

  constructor(process, profile) {
    Object.assign(this, { process, profile, waiting: new Map(), next: 1, pending: Buffer.alloc(0) });
    this.ended = new Promise((resolve) => process.once("close", resolve).once("error", resolve));
    this.ended.then((why) => this.fail(new Error(`${BROWSER} ended: ${why}`)));
    // If it can't be written to, it has ended.
    process.stdio[3].on("error", () => {});
    process.stdio[4].on("data", (chunk) => this.receive(chunk));
  }

  receive(chunk) {
    this.pending = Buffer.concat([this.pending, chunk]);
    for (let end; (end = this.pending.indexOf(0)) >= 0; this.pending = this.pending.subarray(end + 1)) {
      const { id, result, error } = JSON.parse(this.pending.subarray(0, end).toString());
      const promise = this.waiting.get(id);
      this.waiting.delete(id);
      if (error) {
        promise?.reject(new Error(error.message));
      } else {
        promise?.resolve(result);
      }
    }
  }

  fail(error) {
    this.error = error;
    this.waiting.forEach(({ reject }) => reject(error));
    this.waiting.clear();
  }

  send(method, params = {}, sessionId = undefined) {
    if (this.error) return Promise.reject(this.error);
    const id = this.next++;
    this.process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  // Opens a tab, and returns the function that sends it commands.
  async open(url) {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = (method, params) => this.send(method, params, sessionId);
    await page("Page.navigate", { url });
    for (let tries = 0; (await run(page, () => document.readyState + document.title)) !== "completerecording"; tries++) {
      if (tries > 200) throw new Error(`${url} did not load`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return page;
  }

  async stop() {
    this.send("Browser.close").catch(() => {});
    await this.ended;
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

// The rules of the Internet Computer, as far as they are needed here.

function separator(kind) {
  return Buffer.from({ request: "\x0aic-request", delegation: "\x1aic-request-auth-delegation" }[kind]);
}

function hashOfMap(fields) {
  const pairs = Object.entries(fields).map(([name, value]) =>
    Buffer.concat([sha256(Buffer.from(name)), hashOf(value)]),
  );
  return sha256(Buffer.concat(pairs.sort(Buffer.compare)));
}

function hashOf(value) {
  if (Array.isArray(value)) return sha256(Buffer.concat(value.map(hashOf)));
  if (value.blob !== undefined) return sha256(Buffer.from(value.blob, "hex"));
  if (value.text !== undefined) return sha256(Buffer.from(value.text));
  return sha256(leb128(BigInt(value.nat)));
}

function leb128(number) {
  const bytes = [];
  for (; number > 127n; number >>= 7n) bytes.push(Number(number & 127n) | 128);
  return Buffer.from([...bytes, Number(number)]);
}

const blob = (value) => ({ blob: value });
const text = (value) => ({ text: value });
const nat = (value) => ({ nat: value.toString() });
const hex = (bytes) => bytes.toString("hex");
const sha256 = (bytes) => createHash("sha256").update(bytes).digest();

function selfAuthenticating(der) {
  return Buffer.concat([createHash("sha224").update(der).digest(), Buffer.of(2)]);
}

// Returns the COSE key at the end of authenticator data without extensions.
function coseKey(data) {
  const idLength = data.readUInt16BE(53);
  return data.subarray(55 + idLength);
}

// 1.3.6.1.4.1.56387.1.1
const COSE_ALGORITHM = Buffer.from("300c060a2b0601040183b8430101", "hex");

function coseToDer(key) {
  const bits = element(0x03, Buffer.concat([Buffer.of(0), key]));
  return element(0x30, Buffer.concat([COSE_ALGORITHM, bits]));
}

function element(tag, body) {
  const length = hex(Buffer.from([body.length >> 8, body.length & 255])).replace(/^00/, "");
  const head = body.length < 128 ? length : `8${length.length / 2}${length}`;
  return Buffer.concat([Buffer.of(tag), Buffer.from(head, "hex"), body]);
}

// Returns the DER form of the Ed25519 key to which authority is delegated.
function sessionKey() {
  const der = Buffer.from(`302e020100300506032b657004220420${SESSION_SEED}`, "hex");
  const key = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
  return key.export({ format: "der", type: "spki" });
}

await main();
