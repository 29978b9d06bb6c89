//! The help.

/// What `--help` prints.
pub(in crate::cli) const HELP: &str = "\
icid-conformance: does an implementation do what the specification says?

usage:
  icid-conformance run [options] -- <adapter command…>
      --data DIR        real certificates in DIR/certificates and old images in DIR/stable-memory
                        (or set ICID_DATA)
      --filter TEXT     cases whose id begins with TEXT, or matches it if it has a *
      --profile NAME    full, or quick: the fewest vectors that tell every mistake (full)
      --shard K/N       the K-th of N parts of the vectors; twins are run with their part
      --jobs N          processes of the adapter at a time (1)
      --timeout-ms N    patience per case (2000)
      --reason-bound    rejecting for another reason than the violated clause fails
      --xfail FILE      expected failures, each with a reason
      --fix             rewrites FILE after a complete run: what is stale goes, what failed
                        otherwise is corrected, what is new is added and wants a reason
      --env NAME        passes an environment variable on to the adapter; repeatable
      --vectors DIR     vectors from a folder instead of those built in
      --out DIR         where the reports go (target/conformance)
      --format FORMAT   human, json or github
  icid-conformance list [--filter TEXT]             topics, or vectors if there is a filter
  icid-conformance show ID                          a vector or a clause
  icid-conformance replay [--timeout-ms N] [--env NAME] [--vectors DIR] ID… -- <adapter command…>
                                                    vectors again, with every line on the wire
  icid-conformance matrix FILE… [--out PAGE]        clauses × implementations, from results.json
  icid-conformance compare OLD NEW                  two results.json: what broke, what was mended
  icid-conformance adapter new --lang LANG [--out DIR]
                                                    a skeleton: python, node, go or rust
  icid-conformance adapter check [--timeout-ms N] [--env NAME] -- <adapter command…>
                                                    does the adapter keep the protocol?
  icid-conformance diff-fuzz [options] -- <adapter command…>
                                                    changed vectors, against the executable model
      --filter TEXT     only vectors whose id begins with TEXT, or matches it if it has a *
      --op OP           only this operation
      --cases N         how many cases (10000)
      --seconds N       how long, instead
      --seed N          another seed, other cases (0)
      --reason-bound    rejecting for another reason than the model fails
      --out DIR         each difference as a vector (target/diff-fuzz)
      --timeout-ms N, --env NAME, --vectors DIR     as above
  icid-conformance bridge --ops A,B,… [--name NAME] [--version V] [--presets P,…] --exec 'tool {op}'
                                                    is an adapter that starts a program per question:
                                                    input on stdin, output on stdout; it ends with
                                                    0 ok, 10 reject, 11 unsupported, else error
  icid-conformance extract --out DIR [--filter TEXT]
                                                    the vectors as files, to vendor
  icid-conformance audit-pack FILE --out TAR        results.json with all reports, the vectors,
                                                    the kill matrix and SHA256SUMS, as an archive
                                                    whose bytes depend on the results alone
  icid-conformance kill [FAMILY]                    which mistakes the vectors can tell
  icid-conformance capture --canister ID --out DIR [--expiry-nanos N]
                                                    a request for a real certificate
  icid-conformance report FILE [--out DIR] [--subject PROGRAM]
                                                    the reports again, from results.json; with a
                                                    subject also an in-toto statement about it

exit codes: 0 conformant, 1 failures, 2 usage, 3 adapter broken, 4 suite broken,
5 stale expected failure
";
