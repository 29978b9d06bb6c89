//! The quick profile: few vectors that tell as many mistakes as all of them.

use std::collections::BTreeSet;

use crate::suite::{Suite, Vector};

/// Returns some of `vectors`, in their order, which with their twins kill every fault that all of
/// them kill.
///
/// The smallest such set is hard to find; this takes the vector that kills most of what is left,
/// again and again, which comes close. Of equals the first is taken, so the choice never varies.
pub(crate) fn cover<'a>(suite: &Suite, vectors: &[&'a Vector]) -> Vec<&'a Vector> {
    let mut left: BTreeSet<&str> = BTreeSet::new();
    for vector in vectors {
        left.extend(vector.kills.iter().map(String::as_str));
    }
    let mut chosen = BTreeSet::new();
    while !left.is_empty() {
        let gain = |vector: &Vector| {
            kills(suite, vector)
                .filter(|kill| left.contains(kill))
                .count()
        };
        let best = (0..vectors.len())
            .rev()
            .max_by_key(|&index| vectors.get(index).map(|v| gain(v)));
        let Some((index, vector)) = best.and_then(|index| Some((index, *vectors.get(index)?)))
        else {
            break;
        };
        if !chosen.insert(index) {
            break;
        }
        for kill in kills(suite, vector) {
            left.remove(kill);
        }
    }
    chosen
        .into_iter()
        .filter_map(|index| vectors.get(index).copied())
        .collect()
}

/// Returns what a vector kills together with its twin, which is run with it.
fn kills<'a>(suite: &'a Suite, vector: &'a Vector) -> impl Iterator<Item = &'a str> {
    let twin = suite.twin(vector).map_or(&[][..], |twin| &twin.kills);
    vector.kills.iter().chain(twin).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_part_of_the_suite_kills_all_that_the_whole_kills() {
        let suite = Suite::embedded().unwrap();
        let all: Vec<&Vector> = suite.vectors.iter().collect();
        let few = cover(&suite, &all);
        let killed = |vectors: &[&Vector]| -> BTreeSet<String> {
            let with_twins = vectors.iter().flat_map(|vector| kills(&suite, vector));
            with_twins.map(str::to_owned).collect()
        };
        assert_eq!(killed(&few), killed(&all));
        assert!(few.len() * 2 < all.len(), "{} of {}", few.len(), all.len());
        assert!(few.is_sorted_by_key(|vector| suite.index(&vector.id)));
    }

    #[test]
    fn nothing_to_kill_needs_no_vector() {
        let suite = Suite::embedded().unwrap();
        let idle: Vec<&Vector> = suite
            .vectors
            .iter()
            .filter(|v| v.kills.is_empty())
            .collect();
        assert!(!idle.is_empty());
        assert!(cover(&suite, &idle).is_empty());
    }
}
