//! The quick profile: few vectors that tell as many mistakes as all of them.

use core::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::suite::{Suite, Vector};

/// Returns some of `vectors`, in their order, which with their twins kill every fault that all of
/// them kill.
///
/// The smallest such set is hard to find; this takes the vector that kills most of what is left,
/// again and again, which comes close. Of equals the first is taken, so the choice never varies.
pub(crate) fn cover<'a>(suite: &Suite, vectors: &[&'a Vector]) -> Vec<&'a Vector> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for fault in vectors.iter().flat_map(|vector| &vector.kills) {
        let next = numbers.len();
        numbers.entry(fault).or_insert(next);
    }
    let kills_of = |vector: &&Vector| -> Vec<usize> {
        let faults = kills(suite, vector).filter_map(|fault| numbers.get(fault).copied());
        faults.collect::<BTreeSet<_>>().into_iter().collect()
    };
    let kills: Vec<Vec<usize>> = vectors.iter().map(kills_of).collect();
    let mut is_killed = vec![false; numbers.len()];
    // A gain only shrinks as more is killed. So what is on top of the heap, with its gain of now, is
    // best if nothing below claims more.
    let mut heap: BinaryHeap<(usize, Reverse<usize>)> = kills
        .iter()
        .enumerate()
        .map(|(index, faults)| (faults.len(), Reverse(index)))
        .collect();
    let mut chosen = BTreeSet::new();
    while let Some((_, Reverse(index))) = heap.pop() {
        let faults = kills.get(index).map_or(&[][..], Vec::as_slice);
        let is_left = |fault: &&usize| is_killed.get(**fault) == Some(&false);
        let gain = faults.iter().filter(is_left).count();
        if gain == 0 {
            continue;
        }
        let now = (gain, Reverse(index));
        if heap.peek().is_some_and(|claim| *claim > now) {
            heap.push(now);
            continue;
        }
        chosen.insert(index);
        for fault in faults {
            if let Some(killed) = is_killed.get_mut(*fault) {
                *killed = true;
            }
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
