// Lets the JavaScript agent make requests and chains, and judge ours.
//
// Reads one JSON object and writes one. Bytes are in hexadecimal.

import { createECDH, createPublicKey, verify } from "node:crypto";
import { AnonymousIdentity, Cbor, Certificate, HttpAgent, requestIdOf } from "@icp-sdk/core/agent";
import {
  AttributesIdentity,
  DelegationChain,
  DelegationIdentity,
  ECDSAKeyIdentity,
  Ed25519KeyIdentity,
  WebAuthnIdentity,
} from "@icp-sdk/core/identity";
import { Secp256k1KeyIdentity } from "@icp-sdk/core/identity/secp256k1";
import { Principal } from "@icp-sdk/core/principal";

async function answer(input) {
  stopClock(input.now_millis);
  const identities = await makeIdentities(input);
  return {
    identities: Object.entries(identities).map(([name, identity]) => describe(name, identity)),
    requests: await makeRequests(identities, input),
    chains: await makeChains(identities, input),
    assertions: await inTurn(input.recordings, encodeAssertions),
    judged: {
      requests: input.requests.map(judgeRequest),
      chains: input.chains.map(judgeChain),
      certificates: await Promise.all(input.certificates.map(judgeCertificate)),
      responses: await inTurn(input.responses, (it) => judgeResponse(it, identities.ed25519, input)),
      principals: input.principals.map((text) => hex(Principal.fromText(text).toUint8Array())),
    },
  };
}

// Makes it always the same time, which the agent looks at.
function stopClock(now) {
  globalThis.Date = class extends Date {
    constructor(...parts) {
      super(...(parts.length === 0 ? [now] : parts));
    }

    static now() {
      return now;
    }
  };
}

// What it makes.

async function makeIdentities({ expiration_millis, canister, targets }) {
  const ed25519 = Ed25519KeyIdentity.generate(seed(1));
  const secp256k1 = Secp256k1KeyIdentity.fromSecretKey(seed(2));
  const ecdsa = await ecdsaIdentity();
  const session = Ed25519KeyIdentity.generate(seed(4));
  const delegate = (from, to, options) =>
    DelegationChain.create(from, to.getPublicKey(), new Date(expiration_millis), options);

  const one = await delegate(ecdsa, session);
  const scoped = await delegate(secp256k1, session, {
    targets: targets.map((target) => Principal.fromText(target)),
    permissions: "queries",
  });
  const two = await delegate(ecdsa, secp256k1, { permissions: "all", previous: await delegate(ed25519, ecdsa) });
  const three = await delegate(secp256k1, session, { previous: two });
  const canisterChain = DelegationChain.fromJSON(canister.chain);
  const ofCanister = DelegationIdentity.fromDelegation(session, canisterChain);
  return {
    anonymous: new AnonymousIdentity(),
    ed25519,
    secp256k1,
    ecdsa,
    "one delegation": DelegationIdentity.fromDelegation(session, one),
    "targets and permissions": DelegationIdentity.fromDelegation(session, scoped),
    "three delegations": DelegationIdentity.fromDelegation(session, three),
    canister: ofCanister,
    "canister with attributes": new AttributesIdentity({
      inner: ofCanister,
      attributes: { data: bytes(canister.info), signature: bytes(canister.info_signature) },
      signer: { canisterId: Principal.fromText(canister.id) },
    }),
  };
}

async function ecdsaIdentity() {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(seed(3));
  const point = ecdh.getPublicKey();
  const [x, y, d] = [point.subarray(1, 33), point.subarray(33), seed(3)].map((number) =>
    Buffer.from(number).toString("base64url"),
  );
  const jwk = { kty: "EC", crv: "P-256", x, y };
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  return ECDSAKeyIdentity.fromKeyPair({
    privateKey: await crypto.subtle.importKey("jwk", { ...jwk, d }, algorithm, false, ["sign"]),
    publicKey: await crypto.subtle.importKey("jwk", jwk, algorithm, true, ["verify"]),
  });
}

function describe(name, identity) {
  const principal = identity.getPrincipal();
  const key = identity.getPublicKey?.().toDer();
  return { name, principal: principal.toText(), key: key && hex(key) };
}

// Returns the bodies that the agent would send, with the ids that it expects to see again.
async function makeRequests(identities, { canister_id, paths }) {
  const requests = [];
  for (const [name, identity] of Object.entries(identities)) {
    let sent;
    const agent = HttpAgent.createSync({
      host: "http://localhost",
      identity,
      retryTimes: 0,
      verifyQuerySignatures: false,
      fetch: async (url, { body }) => {
        sent ??= { url: url.pathname, body: hex(body) };
        return new Response(null, { status: 400, statusText: "not sent" });
      },
    });
    const all = {
      call: () => agent.call(canister_id, { ...GREETING, nonce: bytes("0102030405060708") }),
      query: () => agent.query(canister_id, GREETING),
      read_state: () => agent.readState(canister_id, { paths: paths.map((path) => path.map(bytes)) }),
    };
    for (const [kind, send] of Object.entries(all)) {
      sent = undefined;
      const error = await send().then(() => undefined, (error) => error);
      if (!sent) throw error;
      // Of a request to read state, the agent keeps no id.
      const { content } = Cbor.decode(bytes(sent.body));
      const id = kind === "read_state" ? requestIdOf(content) : error.code.requestContext.requestId;
      requests.push({ name, kind, ...sent, request_id: hex(id) });
    }
  }
  return requests;
}

function makeChains(identities) {
  const chains = Object.entries(identities).filter(([, identity]) => identity instanceof DelegationIdentity);
  return chains.map(([name, identity]) => ({ name, json: JSON.stringify(identity.getDelegation().toJSON()) }));
}

// Returns the signatures that the agent makes of what a browser has returned.
async function encodeAssertions({ name, registration, assertions }) {
  let response;
  Object.defineProperty(globalThis, "navigator", {
    configurable: true,
    value: { credentials: { create: async () => response, get: async () => response } },
  });
  const rawId = bytes(registration.credential_id).buffer;
  response = {
    type: "public-key",
    rawId,
    toJSON() {},
    response: { attestationObject: bytes(registration.attestation_object).buffer },
  };
  const identity = await WebAuthnIdentity.create();
  const signatures = [];
  for (const { payload, authenticator_data, client_data_json, signature } of assertions) {
    response = {
      response: {
        authenticatorData: bytes(authenticator_data).buffer,
        clientDataJSON: new TextEncoder().encode(client_data_json).buffer,
        signature: bytes(signature).buffer,
      },
    };
    signatures.push(hex(await identity.sign(bytes(payload))));
  }
  return { ...describe(name, identity), signatures };
}

// What it judges.

function judgeRequest(body) {
  const { content, sender_pubkey, sender_sig, sender_delegation = [] } = Cbor.decode(bytes(body));
  const requestId = requestIdOf(content);
  const signed = Buffer.concat([Buffer.from("\x0aic-request"), requestId]);
  const leaf = sender_delegation.at(-1)?.delegation.pubkey ?? sender_pubkey;
  return {
    request_id: hex(requestId),
    fields: Object.keys(content),
    holds: verifies(leaf, signed, sender_sig),
    sender: Principal.fromUint8Array(content.sender).toText(),
    signer: Principal.selfAuthenticating(sender_pubkey).toText(),
  };
}

function judgeChain(json) {
  const chain = DelegationChain.fromJSON(json);
  let from = chain.publicKey;
  const links = chain.delegations.map(({ delegation, signature }) => {
    const hash = requestIdOf({ ...delegation });
    const signed = Buffer.concat([Buffer.from("\x1aic-request-auth-delegation"), hash]);
    const holds = verifies(from, signed, signature);
    from = delegation.pubkey;
    return { signed: hex(signed), holds };
  });
  return { json: JSON.stringify(chain.toJSON()), links };
}

async function judgeCertificate({ certificate, root_key, canister_id, path }) {
  const options = {
    certificate: bytes(certificate),
    rootKey: bytes(root_key),
    principal: { canisterId: Principal.fromText(canister_id) },
    disableTimeVerification: true,
  };
  try {
    const { status, value } = (await Certificate.create(options)).lookup_path(path.map(bytes));
    return { status, value: value && hex(value) };
  } catch (error) {
    return { error: error.code?.name ?? String(error) };
  }
}

// Lets an agent query, and gives it this response, and this certificate when it asks for the nodes.
async function judgeResponse({ response, certificate }, identity, { canister_id, root_key }) {
  const agent = HttpAgent.createSync({
    host: "http://localhost",
    identity,
    retryTimes: 0,
    rootKey: bytes(root_key),
    fetch: async ({ pathname }) =>
      new Response(
        pathname.endsWith("/query") ? bytes(response) : Cbor.encode({ certificate: bytes(certificate) }),
      ),
  });
  try {
    const { requestId, status, reply, reject_message } = await agent.query(canister_id, GREETING);
    return { request_id: hex(requestId), status, answer: reply ? hex(reply.arg) : reject_message };
  } catch (error) {
    return { error: error.code?.name ?? String(error) };
  }
}

// Checks a signature with the library of Node.js, which knows the plain schemes.
function verifies(der, message, signature) {
  let key;
  try {
    key = createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
  } catch {
    return null;
  }
  const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  return verify(algorithm, message, { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature));
}

async function inTurn(list, make) {
  const made = [];
  for (const element of list) made.push(await make(element));
  return made;
}

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const seed = (number) => new Uint8Array(32).fill(number);

const GREETING = { methodName: "greet", arg: bytes("4449444c0000") };

async function stdin() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

process.stdout.write(JSON.stringify(await answer(await stdin())));
