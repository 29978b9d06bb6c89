//! The id of a request.

use ri_hash::{AddFieldError, ArrayHasher, FieldName, MapHasher, ValueHash};

use super::{CanisterRequest, Content, ReadStateRequest, RequestType};
use crate::{Paths, RequestId, SenderInfo};

/// How many fields a content has at most, and room for the padding, which makes hashing faster.
const FIELDS: usize = 8 + 1;

/// Returns the id.
#[expect(
    clippy::expect_used,
    reason = "at most eight different names fit a hasher of nine"
)]
// spec: REQID-11, REQID-14
pub(super) fn of(content: &Content<'_>) -> RequestId {
    let hash = match content {
        Content::Call(request) | Content::Query(request) => {
            hash_canister_request(request, content.request_type())
        }
        Content::ReadState(request) => hash_read_state(request),
    };
    RequestId::from(hash.expect("at most eight different names fit a hasher of nine"))
}

// Fields are added in the order of the hashes of their names, which is fastest.

fn hash_canister_request(
    request: &CanisterRequest<'_>,
    request_type: RequestType,
) -> Result<ValueHash, AddFieldError> {
    let mut map = MapHasher::<FIELDS>::with_limit();
    if let Some(sender_info) = &request.sender_info {
        map.add_field(FieldName::SENDER_INFO, hash_sender_info(sender_info)?)?;
    }
    let sender = ValueHash::blob(request.common.sender.as_bytes());
    map.add_field(FieldName::SENDER, sender)?;
    let canister_id = ValueHash::blob(request.canister_id.as_bytes());
    map.add_field(FieldName::CANISTER_ID, canister_id)?;
    let nanos = request.common.ingress_expiry.as_nanos();
    map.add_field(FieldName::INGRESS_EXPIRY, ValueHash::natural(nanos.into()))?;
    map.add_field(
        FieldName::METHOD_NAME,
        ValueHash::text(&request.method_name),
    )?;
    map.add_field(FieldName::REQUEST_TYPE, request_type.hash())?;
    if let Some(nonce) = &request.common.nonce {
        map.add_field(FieldName::NONCE, ValueHash::blob(nonce))?;
    }
    map.add_field(FieldName::ARG, ValueHash::blob(&request.arg))?;
    Ok(map.finish())
}

fn hash_read_state(request: &ReadStateRequest<'_>) -> Result<ValueHash, AddFieldError> {
    let mut map = MapHasher::<FIELDS>::with_limit();
    let sender = ValueHash::blob(request.common.sender.as_bytes());
    map.add_field(FieldName::SENDER, sender)?;
    let nanos = request.common.ingress_expiry.as_nanos();
    map.add_field(FieldName::INGRESS_EXPIRY, ValueHash::natural(nanos.into()))?;
    map.add_field(FieldName::PATHS, hash_paths(&request.paths))?;
    map.add_field(FieldName::REQUEST_TYPE, RequestType::ReadState.hash())?;
    if let Some(nonce) = &request.common.nonce {
        map.add_field(FieldName::NONCE, ValueHash::blob(nonce))?;
    }
    Ok(map.finish())
}

// spec: SINFO-9
fn hash_sender_info(sender_info: &SenderInfo<'_>) -> Result<ValueHash, AddFieldError> {
    let mut map = MapHasher::<3>::with_limit();
    map.add_field(FieldName::INFO, ValueHash::blob(sender_info.info()))?;
    map.add_field(FieldName::SIG, ValueHash::blob(sender_info.signature()))?;
    let signer = ValueHash::blob(sender_info.signer().as_bytes());
    map.add_field(FieldName::SIGNER, signer)?;
    Ok(map.finish())
}

fn hash_paths(paths: &Paths<'_>) -> ValueHash {
    let hash_path = |path: crate::Path<'_>| {
        let labels = path.iter().map(|label| ValueHash::blob(&label));
        labels.collect::<ArrayHasher>().finish()
    };
    paths
        .iter()
        .map(hash_path)
        .collect::<ArrayHasher>()
        .finish()
}

impl RequestType {
    /// Returns the hash of the name: a constant.
    #[rustfmt::skip]
    const fn hash(self) -> ValueHash {
        ValueHash::from_bytes(match self {
            Self::Call => [
                0x7e, 0xdb, 0x36, 0x0f, 0x06, 0xac, 0xae, 0xf2, 0xcc, 0x80, 0xdb, 0xa1, 0x6c, 0xf5, 0x63, 0xf1,
                0x99, 0xd3, 0x47, 0xdb, 0x44, 0x43, 0xda, 0x04, 0xda, 0x0c, 0x81, 0x73, 0xe3, 0xf9, 0xe4, 0xed,
            ],
            Self::Query => [
                0xa8, 0xb7, 0x71, 0x92, 0x0b, 0x83, 0x19, 0xe4, 0x72, 0x51, 0xd1, 0x36, 0x0f, 0x5e, 0x88, 0x0b,
                0xc1, 0x8e, 0x8d, 0x32, 0x9b, 0x0f, 0x0d, 0x00, 0x3e, 0xa3, 0xc7, 0xe6, 0x15, 0x55, 0x89, 0x47,
            ],
            Self::ReadState => [
                0xe8, 0x1b, 0x52, 0x0c, 0x78, 0x56, 0xde, 0x1f, 0x5b, 0xe2, 0x88, 0xfb, 0x6a, 0x39, 0x21, 0x88,
                0x67, 0xbb, 0x18, 0xb3, 0x5c, 0xb3, 0x18, 0x86, 0x9c, 0x4a, 0xc7, 0xf0, 0x27, 0xf9, 0xa9, 0x96,
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constant_hashes_are_those_of_the_names() {
        for request_type in [
            RequestType::Call,
            RequestType::Query,
            RequestType::ReadState,
        ] {
            assert_eq!(request_type.hash(), ValueHash::text(request_type.name()));
        }
    }
}
