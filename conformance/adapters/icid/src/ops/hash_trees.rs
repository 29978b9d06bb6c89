//! `hashtree.*`.

use hash_tree::HashTree;
use hash_tree::Lookup;
use hash_tree::ParseHashTreeError;
use serde_json::Value;
use serde_json::json;
use signature::VerifySignature;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input;
use crate::input::Fields;
use crate::input::hex;

pub(crate) fn decode(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["tree"])?;
    let encoding = fields.bytes("tree")?;
    let tree = parse(&encoding)?;
    Ok(json!({"root": hex(&tree.root_hash()), "well_formed": tree.is_well_formed()}))
}

pub(crate) fn lookup(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["tree", "path"])?;
    let path = fields.path("path")?;
    let encoding = fields.bytes("tree")?;
    Ok(lookup_output(parse(&encoding)?.lookup(&labels(&path))))
}

pub(crate) fn lookup_prefix(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["tree", "path"])?;
    let path = fields.path("path")?;
    let encoding = fields.bytes("tree")?;
    let values: Vec<Value> = parse(&encoding)?
        .lookup_prefix(&labels(&path))
        .map(hex)
        .collect();
    Ok(json!({"values": values}))
}

pub(crate) fn prune(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["tree", "paths"])?;
    let paths = input::list(fields.required("paths")?)?
        .iter()
        .map(input::path);
    let paths: Vec<Vec<Vec<u8>>> = paths.collect::<Result<_, _>>()?;
    let paths: Vec<Vec<&[u8]>> = paths.iter().map(|path| labels(path)).collect();
    let paths: Vec<&[&[u8]]> = paths.iter().map(Vec::as_slice).collect();
    let encoding = fields.bytes("tree")?;
    Ok(json!({"tree": hex(&parse(&encoding)?.prune(&paths))}))
}

pub(crate) fn labels(path: &[Vec<u8>]) -> Vec<&[u8]> {
    path.iter().map(Vec::as_slice).collect()
}

pub(crate) fn lookup_output(result: Lookup<'_>) -> Value {
    match result {
        Lookup::Absent => json!({"result": "absent"}),
        Lookup::Error => json!({"result": "error"}),
        Lookup::Found(value) => json!({"result": "found", "value": hex(value)}),
        Lookup::Unknown => json!({"result": "unknown"}),
    }
}

fn parse(encoding: &[u8]) -> Result<HashTree<'_>, Refusal> {
    HashTree::parse(encoding).map_err(|error| Refusal::reject(clause_of(&error), error))
}

/// Returns the clause that a flaw of an encoded tree violates.
pub(crate) const fn clause_of(error: &ParseHashTreeError) -> &'static str {
    match error {
        ParseHashTreeError::HashLength { .. } => "CERT-10",
        ParseHashTreeError::TooDeep { .. } => "TREE-12",
        _ => "CERT-9",
    }
}
