//! Making a difference small: changes are undone one by one, then made smaller.

use serde_json::Value;

use super::compare::Difference;
use super::edit::Edit;

/// A changed vector on which adapter and model differ.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) edits: Vec<Edit>,
    pub(super) is_signed: bool,
    pub(super) input: Value,
    pub(super) difference: Difference,
    /// What the adapter answered, in the words of the protocol.
    pub(super) got: Option<Value>,
    pub(super) model: model::Outcome,
}

/// Builds and asks: the edits, and whether to sign again.
pub(super) type Ask<'a, E> = dyn FnMut(&[Edit], bool) -> Result<Option<Found>, E> + 'a;

/// Makes the changes smaller, as long as the difference is a like one. Asks at most `budget` times.
pub(super) fn minimise<E>(
    found: &mut Found,
    mut budget: usize,
    ask: &mut Ask<'_, E>,
) -> Result<(), E> {
    loop {
        let mut is_smaller = false;
        for (edits, is_signed) in candidates(found) {
            if budget == 0 {
                return Ok(());
            }
            budget -= 1;
            if let Some(smaller) = ask(&edits, is_signed)?
                && smaller.difference.is_like(&found.difference)
            {
                *found = smaller;
                is_smaller = true;
                break;
            }
        }
        if !is_smaller {
            return Ok(());
        }
    }
}

/// Everything that is one step smaller: an edit less, no new signature, a smaller edit.
fn candidates(found: &Found) -> Vec<(Vec<Edit>, bool)> {
    let mut all = Vec::new();
    let Found {
        edits, is_signed, ..
    } = found;
    for index in (0..edits.len()).rev() {
        let mut fewer = edits.clone();
        fewer.remove(index);
        all.push((fewer, *is_signed));
    }
    if *is_signed {
        all.push((edits.clone(), false));
    }
    for (index, edit) in edits.iter().enumerate() {
        for smaller in edit.smaller() {
            let mut changed = edits.clone();
            if let Some(place) = changed.get_mut(index) {
                *place = smaller;
            }
            all.push((changed, *is_signed));
        }
    }
    all
}
