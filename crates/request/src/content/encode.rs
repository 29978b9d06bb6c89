//! The CBOR form of a content.

use cbor::Writer;

use super::{CanisterRequest, Common, Content, ReadStateRequest, RequestType};
use crate::SenderInfo;

impl Content<'_> {
    /// Writes the content: a map without a tag, the fields in the order of the interface spec.
    pub(crate) fn write(&self, writer: &mut Writer) {
        let request_type = self.request_type();
        match self {
            Self::Call(request) | Self::Query(request) => request.write(request_type, writer),
            Self::ReadState(request) => request.write(writer),
        }
    }
}

impl CanisterRequest<'_> {
    fn write(&self, request_type: RequestType, writer: &mut Writer) {
        let optional = [self.common.nonce.is_some(), self.sender_info.is_some()];
        writer.map(
            optional
                .into_iter()
                .map(u64::from)
                .fold(6, u64::saturating_add),
        );
        self.common.write(request_type, writer);
        writer
            .text("canister_id")
            .bytes(self.canister_id.as_bytes())
            .text("method_name")
            .text(&self.method_name)
            .text("arg")
            .bytes(&self.arg);
        if let Some(sender_info) = &self.sender_info {
            writer.text("sender_info");
            write_sender_info(sender_info, writer);
        }
    }
}

impl ReadStateRequest<'_> {
    fn write(&self, writer: &mut Writer) {
        let nonce = u64::from(self.common.nonce.is_some());
        writer.map(nonce.saturating_add(4));
        self.common.write(RequestType::ReadState, writer);
        writer.text("paths").array(length(self.paths.len()));
        for path in &self.paths {
            writer.array(length(path.len()));
            for label in path {
                writer.bytes(&label);
            }
        }
    }
}

impl Common<'_> {
    fn write(&self, request_type: RequestType, writer: &mut Writer) {
        writer.text("request_type").text(request_type.name());
        if let Some(nonce) = &self.nonce {
            writer.text("nonce").bytes(nonce);
        }
        writer
            .text("ingress_expiry")
            .unsigned(self.ingress_expiry.as_nanos())
            .text("sender")
            .bytes(self.sender.as_bytes());
    }
}

fn write_sender_info(sender_info: &SenderInfo<'_>, writer: &mut Writer) {
    writer
        .map(3)
        .text("info")
        .bytes(sender_info.info())
        .text("signer")
        .bytes(sender_info.signer().as_bytes())
        .text("sig")
        .bytes(sender_info.signature());
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
