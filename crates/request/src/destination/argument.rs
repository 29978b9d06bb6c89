//! The canister that a method of the management canister shall manage.

use candid_wire::{Arguments, FieldId, Kind, ReadError, Reader};
use principal::Principal;

const CANISTER_ID: FieldId = FieldId::of("canister_id");
const TARGET_CANISTER: FieldId = FieldId::of("target_canister");

/// Reads the field `canister_id` out of the record that is the first argument. If `names_target`, the
/// field `target_canister` comes before it.
///
/// The field counts only if it is a principal. The rest of the message is checked to be Candid, and
/// otherwise of no interest.
// spec: EFF-4, EFF-5, EFF-6
pub(super) fn managed_canister(
    arg: &[u8],
    names_target: bool,
) -> Result<Option<Principal>, ReadError> {
    let arguments = Arguments::parse(arg)?;
    let mut reader = arguments.reader();
    let (mut target_canister, mut canister_id) = (None, None);
    if reader.next_argument()? && reader.kind()? == Kind::Record {
        let mut fields = reader.record()?;
        while let Some(id) = fields.next(&mut reader)? {
            match id {
                CANISTER_ID => canister_id = principal(&mut reader)?,
                TARGET_CANISTER if names_target => target_canister = principal(&mut reader)?,
                _ => {}
            }
        }
    }
    reader.finish()?;
    Ok(target_canister.or(canister_id))
}

fn principal(reader: &mut Reader<'_, '_>) -> Result<Option<Principal>, ReadError> {
    match reader.kind()? {
        Kind::Principal | Kind::Service => reader.principal().map(Some),
        _ => Ok(None),
    }
}
