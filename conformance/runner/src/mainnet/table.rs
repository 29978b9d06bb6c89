//! What is known about the files that every copy of this suite expects.

/// The public key of the main network: DER SubjectPublicKeyInfo, 133 bytes.
///
/// A public constant of the network, compiled into every agent.
pub(super) const ROOT_KEY: &str = "308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c050302010361\
00814c0e6ec71fab583b08bd81373c255c3c371b2e84863c98a4f1e08b74235d14fb5d9c0cd546d9685f913a0c0b2cc5\
341583bf4b4392e467db96d65b9bb4cb717112f8472e0d5a4d14505ffd7484b01291091c5f87b98883463f98091a0baa\
ae";

/// A canister of another subnet than any in this table: the ledger.
pub(super) const ELSEWHERE: &str = "ryjl3-tyaaa-aaaaa-aaaba-cai";

/// A file with one `read_state` response.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) sha256: &'static str,
    /// The canister that was asked for.
    pub(super) canister: &'static str,
    /// The value of `ranges` with which it verifies, if any, and what verification says.
    pub(super) verifies: Option<(&'static str, &'static [(&'static str, &'static str)])>,
    /// The values of `ranges` with which it must not verify.
    pub(super) fails: &'static [&'static str],
}

/// The subnet that signed all of them.
const SUBNET: &str = "d77b2a2f7199b9a8aec93fe6fb588661358cf12223e9a3af7b4ebac402";

pub(super) static KNOWN: [Known; 3] = [
    Known {
        name: "ivg37_time",
        sha256: "6293548b4d416845c0d184607ff6989e0a3efc062ceb3ccc3dbc35502ccb3a7e",
        canister: "ivg37-qiaaa-aaaab-aaaga-cai",
        verifies: Some((
            "sharded",
            &[
                (
                    "root_hash",
                    "d3b2c4dd9d5284289524e749a413f1e38f36bd48e321ee0a59717feb2ea2d0b7",
                ),
                ("time", "1763796896688941908"),
                ("subnet_id", SUBNET),
            ],
        )),
        fails: &["flat"],
    },
    Known {
        name: "ivg37_delegated_v2",
        sha256: "ab13a73c5ea410efa5220fd04391229d5b71f0935f73d3f9a47933a41844e466",
        canister: "ivg37-qiaaa-aaaab-aaaga-cai",
        verifies: Some((
            "flat",
            &[
                (
                    "root_hash",
                    "b294b418b11ebe5dd7dd1dcb099e4e0372b9a42aef7a7a37fb4f25667d705ea9",
                ),
                ("time", "1645601880652705378"),
                ("subnet_id", SUBNET),
            ],
        )),
        fails: &["sharded"],
    },
    Known {
        name: "ivg37_time_pruned_ranges",
        sha256: "957f7a96145301144d489508cb57baadcdce670ca0d339e64b1949c957ca792b",
        canister: "ivg37-qiaaa-aaaab-aaaga-cai",
        verifies: None,
        fails: &["sharded", "flat", "either"],
    },
];
