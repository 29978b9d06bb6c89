/** A vector; `conformance/VECTORS.md` of the repository says more. */
export interface Vector {
  id: string;
  title: string;
  clauses: string[];
  input: Record<string, unknown>;
  expect: { verdict: "accept" | "reject" | "either"; [field: string]: unknown };
  [field: string]: unknown;
}

/** A file of vectors of one operation on one topic. */
export interface VectorFile {
  format: 1;
  op: string;
  topic: string;
  tests: Vector[];
  [field: string]: unknown;
}

/** The path and the content of every vector file, in the order of the paths. */
export function files(): Generator<[path: string, file: VectorFile]>;

/** All clauses of the specification. */
export function clauses(): unknown;

/** The questions that the specification leaves open. */
export function policies(): unknown;

/** The ids of all vectors, as they are locked. */
export function ids(): string[];

/** The SHA-256 that names the suite in every report. */
export function digest(): string;
