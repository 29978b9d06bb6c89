//! What the vectors teach about inputs: which members are optional, and which values occur where.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::glob::Filter;
use crate::protocol::Hello;
use crate::run;
use crate::suite::{Answer, Expect, Suite, Vector};

/// How many values are remembered per place.
const MAX_DONORS: usize = 200;

/// How long a remembered value may be, in characters of its JSON text.
const MAX_DONOR: usize = 8192;

/// The vectors to begin with, by operation, and what was learnt from them.
#[derive(Debug)]
pub(super) struct Corpus<'a> {
    pub(super) seeds: Vec<(&'a str, Vec<&'a Vector>)>,
    /// By operation and place.
    shapes: BTreeMap<String, Shape<'a>>,
}

/// What occurs at one place of the inputs of an operation.
#[derive(Debug, Default)]
struct Shape<'a> {
    values: Vec<&'a Value>,
    objects: usize,
    members: BTreeMap<&'a str, usize>,
}

impl<'a> Corpus<'a> {
    /// Sorts the vectors that the adapter can be asked.
    pub(super) fn new(
        suite: &'a Suite,
        hello: &Hello,
        filter: Option<&str>,
        op: Option<&str>,
    ) -> Self {
        let filter = Filter::new(filter);
        let mut seeds: BTreeMap<&str, Vec<&Vector>> = BTreeMap::new();
        let mut shapes = BTreeMap::new();
        for vector in suite.vectors.iter().filter(|vector| !vector.is_big()) {
            learn_object(&mut shapes, &vector.op, &vector.input);
            let is_wanted = filter.matches(&vector.id)
                && op.is_none_or(|op| op == vector.op)
                && run::not_offered(vector, hello).is_none()
                && is_settled(vector, hello);
            if is_wanted {
                seeds.entry(&vector.op).or_default().push(vector);
            }
        }
        Self {
            seeds: seeds.into_iter().collect(),
            shapes,
        }
    }

    /// Returns the values that occur at a place.
    pub(super) fn donors(&self, place: &str) -> &[&'a Value] {
        self.shapes
            .get(place)
            .map_or(&[], |shape| shape.values.as_slice())
    }

    /// Returns the members that the objects at a place may lack.
    pub(super) fn optional(&self, place: &str) -> BTreeSet<&'a str> {
        let Some(shape) = self.shapes.get(place) else {
            return BTreeSet::new();
        };
        // Where no member is always there, the object is one of several forms, and so it is where a
        // member names the form.
        let has_forms = shape.members.contains_key("kind")
            || shape.members.values().all(|count| *count < shape.objects);
        let members = shape
            .members
            .iter()
            .filter(|(_, count)| **count < shape.objects);
        let members = members.map(|(name, _)| *name);
        members.filter(|_| !has_forms).collect()
    }
}

/// Returns whether it is known what follows from a vector for this adapter: an open question must
/// have been answered, and as the preset of the vector does.
fn is_settled(vector: &Vector, hello: &Hello) -> bool {
    let Expect::Either { policy, by_policy } = &vector.expect else {
        return true;
    };
    let declared = hello.policies.get(policy);
    let Some(declared) = declared.and_then(|value| by_policy.get(value)) else {
        return false;
    };
    match (
        declared,
        model::run(&vector.op, &run::question(vector), None),
    ) {
        (Answer::Reject, model::Outcome::Reject(_)) => true,
        (Answer::Accept(None), model::Outcome::Ok(_)) => true,
        (Answer::Accept(Some(declared)), model::Outcome::Ok(output)) => *declared == output,
        _ => false,
    }
}

fn learn_object<'a>(
    shapes: &mut BTreeMap<String, Shape<'a>>,
    place: &str,
    map: &'a Map<String, Value>,
) {
    let shape = shapes.entry(place.to_owned()).or_default();
    shape.objects += 1;
    for name in map.keys() {
        *shape.members.entry(name).or_default() += 1;
    }
    for (name, value) in map {
        learn(shapes, &format!("{place}/{name}"), value);
    }
}

fn learn<'a>(shapes: &mut BTreeMap<String, Shape<'a>>, place: &str, value: &'a Value) {
    let values = &mut shapes.entry(place.to_owned()).or_default().values;
    if values.len() < MAX_DONORS && !values.contains(&value) && size(value) <= MAX_DONOR {
        values.push(value);
    }
    match value {
        Value::Object(map) => learn_object(shapes, place, map),
        Value::Array(list) => {
            for item in list {
                learn(shapes, &format!("{place}/*"), item);
            }
        }
        _ => {}
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(size).sum::<usize>() + 2,
        Value::Object(map) => map.values().map(size).sum::<usize>() + 2,
        Value::String(text) => text.len(),
        _ => 4,
    }
}
