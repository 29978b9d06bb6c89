//! Stable memory of the service as it was in 2021 and 2022.
//!
//! The images are not part of the repository: the environment variable `ICID_DATA` names the directory
//! that has them in `stable-memory/`. Without it these tests are ignored, and counted as such.
//!
//! Source of what they hold: dfinity/internet-identity, `src/canister_tests/stable_memory` and
//! `src/internet_identity/tests/integration/stable_memory.rs`.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise, and says what it skips"
)]

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use icid_storage::{
    AnchorError, AnchorRecord, DeviceRecord, Finding, KeyType, Migration, Protection, Purpose,
    RecordBuffer, Rule, Severity, Storage, Version, WriteAnchorError, verify,
};
use internet_identity::seed::{Salt, Seed};
use libtest_mimic::{Arguments, Trial};
use principal::Principal;

fn main() -> ExitCode {
    let tests: [(&str, fn()); 6] = [
        ("genesis_has_31_anchors", genesis_has_31_anchors),
        (
            "genesis_has_a_range_that_is_cut_off",
            genesis_has_a_range_that_is_cut_off,
        ),
        (
            "anchor_10030_gets_its_principal",
            anchor_10030_gets_its_principal,
        ),
        (
            "genesis_has_the_same_anchors_in_every_layout",
            genesis_has_the_same_anchors_in_every_layout,
        ),
        (
            "two_recovery_phrases_are_one_too_many",
            two_recovery_phrases_are_one_too_many,
        ),
        (
            "an_anchor_with_two_phrases_can_be_shrunk_in_every_layout",
            an_anchor_with_two_phrases_can_be_shrunk_in_every_layout,
        ),
    ];
    let has_data = env::var_os("ICID_DATA").is_some();
    if !has_data {
        eprintln!(
            "SKIPPED {} tests: ICID_DATA names no directory with stable memory",
            tests.len()
        );
    }
    let trials = tests.map(|(name, test)| {
        let trial = Trial::test(name, move || {
            test();
            Ok(())
        });
        trial.with_ignored_flag(!has_data)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}

fn image(name: &str) -> Vec<u8> {
    let data = env::var_os("ICID_DATA").expect("this runs only with data");
    fs::read(PathBuf::from(data).join("stable-memory").join(name)).unwrap()
}

fn genesis() -> Vec<u8> {
    image("genesis-memory-layout.bin")
}

fn phrases() -> Vec<u8> {
    image("multiple-recovery-phrases.bin")
}

const TARGETS: [Version; 6] = [
    Version::V1,
    Version::V3,
    Version::V5,
    Version::V6,
    Version::V7,
    Version::V8,
];

fn migrate(image: Vec<u8>, target: Version) -> Vec<u8> {
    let migration = Migration::new(Storage::open(image).unwrap(), target).unwrap();
    migration.finish().unwrap().into_memory()
}

fn read(image: &[u8]) -> Vec<AnchorRecord> {
    let storage = Storage::open(image).unwrap();
    let mut all = Vec::new();
    let mut anchors = storage.anchors();
    while let Some((number, anchor)) = anchors.next() {
        assert_eq!(number, 10_000 + u64::try_from(all.len()).unwrap());
        all.push(AnchorRecord::of(&anchor.unwrap()).unwrap());
    }
    all
}

/// The length of the credential id of each device, and its principal.
const GENESIS: [&[(Option<usize>, &str)]; 31] = [
    &[(
        Some(64),
        "vtg5q-kuy5v-rz5rs-pmepg-rfzb3-anz52-ordta-4oglk-gkjey-4gpcw-2ae",
    )],
    &[(
        Some(64),
        "cxfpj-lkfxs-tkjn6-mzbir-ozgqh-kr5f2-febp3-pbfbg-hvsfh-lpcro-qae",
    )],
    &[
        (
            Some(66),
            "zi3bp-o46qs-tj3ok-gk565-fn3ip-jzx2j-l5opm-23czf-ju2sz-y4mto-yae",
        ),
        (
            Some(20),
            "y7kvw-2qtsw-5lvbb-cryc3-4tb5d-f4bdp-r577o-h2qwq-54len-3zxle-lqe",
        ),
    ],
    &[(
        Some(20),
        "ch6in-yb6zr-qjvl3-xoqtd-wsngw-xu572-ut6x3-jiu3t-jyufb-wvaa2-wqe",
    )],
    &[(
        Some(66),
        "nrlqh-rt7et-bdvjh-puzag-6ickz-5ywqb-qbmov-e3dxk-p447z-xozx5-uae",
    )],
    &[(
        Some(66),
        "7r45o-pmeg2-nf5ln-t3nwn-wv6mp-q3ol7-nci42-ma52p-3s6me-6i6lk-cqe",
    )],
    &[(
        Some(20),
        "qmiia-vqr3n-bd7zm-npidf-rfivz-24ofc-mhffx-n76xg-wpjht-mumsj-4qe",
    )],
    &[(
        Some(64),
        "vcyzl-6ig2v-v45qj-khdnm-bnxp2-55d7m-badgf-57sph-n3gjn-kusf3-6ae",
    )],
    &[(
        Some(66),
        "kw2lz-6ubvl-wq7s3-krb44-ftba6-gth7t-lg2r2-dzywc-oobdz-i44wh-nqe",
    )],
    &[(
        Some(64),
        "vqq6e-bewhi-f34fz-e62nl-heafr-wb2ed-sfria-gcddr-qs5nq-wvwhc-lae",
    )],
    &[(
        Some(64),
        "wyrxs-jbdg6-k4bwf-gxpzz-xem3e-ml5dj-taer7-4tvex-ewkv4-3qfas-fae",
    )],
    &[(
        Some(64),
        "lxaoz-z6rx4-kzqdb-iz5pk-vxom3-xzm5a-325ie-3ldkl-gnjxb-3y3r4-oqe",
    )],
    &[(
        Some(64),
        "godfn-gk6ic-drmhg-zypd5-ghsoh-q4xqk-uk6bx-txdcm-6oiou-ifdcp-fqe",
    )],
    &[
        (
            Some(65),
            "gxp2f-hfbjn-iivaz-tlwi2-4cdey-sukn3-isdzn-cztwm-2oc4x-k2l6o-mae",
        ),
        (
            Some(64),
            "vqbmu-dx3vw-kmdde-lyqpn-yhyh3-narmc-55lhb-tvaiz-b4epo-ym473-uqe",
        ),
    ],
    &[(
        Some(64),
        "6k7gr-f2p7h-5gpjr-6la6d-upxzz-3afmk-wkr7l-hf7np-tnrjf-ibnq3-hae",
    )],
    &[(
        Some(32),
        "ia6bw-jnxi6-pp6ue-5av5d-4o6ic-5lamm-hkkdx-g77r7-ladrr-ij4o4-sqe",
    )],
    &[(
        Some(66),
        "fwvkl-5ylrq-e4e7f-bmrnm-bhcnd-2wldv-2ywfm-rgsyh-z2gh4-zunra-oqe",
    )],
    &[(
        Some(64),
        "ogw35-wfrx4-dqxzx-byjlg-56gca-52i7l-oszvi-rvazd-peei3-snjnh-oae",
    )],
    &[(
        Some(64),
        "6ndw2-kjt7o-nrenk-qipqk-mvzqb-3yzlf-ehtsx-u54nn-y5krf-dsyky-3qe",
    )],
    &[(
        Some(64),
        "6f3sw-np6jp-k6nsi-vjf5c-sgqbu-tjnqf-35oar-mdku7-bnjxd-ykqjo-uqe",
    )],
    &[
        (
            Some(64),
            "22yek-dkgrh-bgiqn-n2qpx-fgw27-65cof-xaif4-t6ulk-c5s4w-43rce-5qe",
        ),
        (
            Some(20),
            "j3s34-w7xtv-i6dyr-os5uu-mpwlg-cjmpt-3eswp-4gxbk-u3afm-lweuy-sqe",
        ),
    ],
    &[(
        Some(64),
        "4tqi5-zz2qk-amtj2-qrbdm-rvxvx-nxd7b-robow-ylbcz-jnupj-3rcxq-uqe",
    )],
    &[(
        Some(66),
        "aqyrl-7h23e-unoaf-ci5uz-ljney-o5eyh-nvexa-7zsi2-thf4n-xvzxg-jqe",
    )],
    &[(
        Some(64),
        "sk7pd-cfex7-ybrym-i4irc-t4nym-n6t2w-dmryi-7gky6-pimqt-plt4h-5ae",
    )],
    &[(
        Some(64),
        "z6nim-5ym3z-dgo5b-b3bpu-4rqyo-7w57m-no6fa-23cxe-j25tp-ozgxy-gae",
    )],
    &[],
    &[(
        Some(66),
        "eauej-gxqsa-mlvkl-uum5m-2qhla-4ijit-5bgos-yla5q-5jkih-66ksr-iae",
    )],
    &[(
        Some(64),
        "wlqsg-op7pw-6wu5q-4cyes-dxwg4-umjxj-4ij5w-xqvtp-kerlb-e3yef-dqe",
    )],
    &[(
        Some(66),
        "fkqpw-pjzlg-dxzag-24nc6-cinfb-s5rfk-ns5bm-bwv3q-j47bg-nmsj2-sqe",
    )],
    &[(
        Some(65),
        "shm2k-2fen6-frkyv-5hfqg-mzurt-kketv-wzjus-idzqd-aeik7-wjyed-4ae",
    )],
    &[
        (
            None,
            "dgmzx-dhpn7-lkl5p-i4yhd-ypgv5-gjbxj-6eehx-auasb-gxhw5-cftv5-oqe",
        ),
        (
            None,
            "w4syk-vifv2-lqfd4-r5emq-re6hu-f2y6j-phgdl-owvlf-6fpig-hb2kp-uqe",
        ),
    ],
];

fn genesis_has_31_anchors() {
    let image = genesis();
    let storage = Storage::open(image.as_slice()).unwrap();
    assert_eq!(
        (storage.version(), storage.anchor_count()),
        (Version::V1, 31)
    );
    let mut devices = 0;
    let mut anchors = storage.anchors();
    for expected in GENESIS {
        let (number, anchor) = anchors.next().unwrap();
        let anchor = anchor.unwrap();
        let found: Vec<(Option<usize>, String)> = anchor
            .devices()
            .map(|device| {
                assert_eq!(device.purpose(), Purpose::Authentication);
                assert_eq!(device.key_type(), KeyType::Unknown);
                assert_eq!(device.protection(), Protection::Unprotected);
                assert_eq!((device.origin(), device.last_usage()), (None, None));
                assert!(device.metadata().is_none() && device.aaguid().is_none());
                let principal = Principal::self_authenticating(device.pubkey());
                (
                    device.credential_id().map(<[u8]>::len),
                    principal.to_string(),
                )
            })
            .collect();
        let expected: Vec<(Option<usize>, String)> = expected
            .iter()
            .map(|(length, principal)| (*length, (*principal).to_owned()))
            .collect();
        assert_eq!(found, expected, "anchor {number}");
        assert_eq!(anchor.device_count(), expected.len());
        assert_eq!(anchor.unknown_fields(), 0);
        devices += found.len();
    }
    assert!(anchors.next().is_none());
    assert_eq!(devices, 34);
    assert_eq!(storage.state(), Ok(None));
}

fn genesis_has_a_range_that_is_cut_off() {
    let image = genesis();
    let storage = Storage::open(image.as_slice()).unwrap();
    let (stored, range) = (storage.header().stored_range(), storage.range());
    assert_eq!((stored.start(), stored.end()), (10_000, 8_000_000_000));
    assert_eq!((range.start(), range.end()), (10_000, 3_784_873));
    let mut findings = Vec::new();
    let summary = verify(&image, &mut |finding| findings.push(finding)).unwrap();
    let cut_off = Finding {
        anchor: None,
        offset: 8,
        rule: Rule::RangeBeyondCapacity {
            length: 7_999_990_000,
            capacity: 3_774_873,
        },
    };
    // Anchor 10025 had devices once; their bytes are still there.
    let leftover = Finding {
        anchor: Some(10_025),
        offset: 51_712 + 2 + 34,
        rule: Rule::LeftoverInRecord,
    };
    assert_eq!(findings[0], cut_off);
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert_eq!(
        (findings[1].anchor, findings[1].rule),
        (leftover.anchor, leftover.rule)
    );
    assert!(findings[1].offset >= leftover.offset);
    assert_eq!((summary.anchors, summary.devices), (31, 34));
    assert_eq!((summary.without_devices, summary.never_written), (1, 0));
    assert_eq!((summary.broken, summary.unusual, summary.notes), (0, 1, 1));
}

/// The salt of the image, the anchor and `example.com` give the principal that the service's test
/// `should_issue_same_principal_after_restoring_backup` expects.
fn anchor_10030_gets_its_principal() {
    for target in TARGETS {
        let image = migrate(genesis(), target);
        let storage = Storage::open(image.as_slice()).unwrap();
        let mut buffer = RecordBuffer::new();
        assert_eq!(
            storage.anchor(10_030, &mut buffer).unwrap().device_count(),
            2
        );
        let salt = Salt::new(*storage.salt().unwrap().as_bytes()).unwrap();
        let seed = Seed::of_anchor(&salt, 10_030, "example.com").unwrap();
        let canister = Principal::from_text("rdmx6-jaaaa-aaaaa-aaadq-cai").unwrap();
        assert_eq!(
            seed.user_key(canister).unwrap().principal().to_string(),
            "3rtc4-uwckg-q2hvk-zd3fb-37h5g-vyutn-7zvpe-loc6q-unp6f-a73cq-2qe"
        );
    }
}

fn genesis_has_the_same_anchors_in_every_layout() {
    let before = read(&genesis());
    for target in TARGETS {
        let migrated = migrate(genesis(), target);
        assert_eq!(read(&migrated), before, "layout {target}");
        let storage = Storage::open(migrated.as_slice()).unwrap();
        let range = storage.range();
        assert_eq!((range.start(), range.end()), (10_000, 3_784_873));
        let summary = verify(&migrated, &mut |finding| {
            assert_ne!(finding.rule.severity(), Severity::Broken, "{finding}");
            if target > Version::V1 {
                panic!("layout {target}: {finding}");
            }
        });
        assert_eq!(summary.unwrap().anchors, 31);
    }
}

fn two_recovery_phrases_are_one_too_many() {
    let image = phrases();
    let mut findings = Vec::new();
    let summary = verify(&image, &mut |finding| findings.push(finding)).unwrap();
    let expected = Finding {
        anchor: Some(10_000),
        offset: 514,
        rule: Rule::Anchor {
            error: AnchorError::MultipleRecoveryPhrases { count: 2 },
        },
    };
    assert_eq!(findings, [expected]);
    assert_eq!(
        (summary.anchors, summary.devices, summary.unusual),
        (1, 3, 1)
    );
    let anchor = &read(&image)[0];
    let expected = [
        (
            "My Device",
            "test",
            KeyType::Unknown,
            Purpose::Authentication,
        ),
        (
            "Recovery Phrase 1",
            "recovery 1",
            KeyType::SeedPhrase,
            Purpose::Recovery,
        ),
        (
            "Recovery Phrase 2",
            "recovery 2",
            KeyType::SeedPhrase,
            Purpose::Recovery,
        ),
    ];
    assert_eq!(anchor.devices().len(), expected.len());
    for (device, (alias, pubkey, key_type, purpose)) in anchor.devices().iter().zip(expected) {
        assert_eq!(
            (device.alias.as_str(), device.pubkey.as_slice()),
            (alias, pubkey.as_bytes())
        );
        assert_eq!((device.key_type, device.purpose), (key_type, purpose));
        assert_eq!(device.credential_id, None);
    }
}

fn an_anchor_with_two_phrases_can_be_shrunk_in_every_layout() {
    for target in TARGETS {
        let mut storage = Storage::open(migrate(phrases(), target)).unwrap();
        let mut anchor = read(storage.memory()).remove(0);
        let actor = Principal::self_authenticating(b"test");
        let another = DeviceRecord {
            pubkey: b"another".to_vec(),
            ..DeviceRecord::default()
        };
        let error = AnchorError::MultipleRecoveryPhrases { count: 2 };
        assert_eq!(anchor.add_device(another.clone()), Err(error));
        assert_eq!(
            anchor.remove_device(b"recovery 1", &actor).unwrap().pubkey,
            b"recovery 1"
        );
        assert_eq!(anchor.add_device(another), Ok(()));
        assert_eq!(storage.write(10_000, &anchor), Ok(()));
        let no_such = WriteAnchorError::NoSuchAnchor { number: 10_001 };
        assert_eq!(storage.write(10_001, &anchor), Err(no_such));
        let image = storage.into_memory();
        assert_eq!(read(&image), [anchor], "layout {target}");
        let summary = verify(&image, &mut |finding| {
            assert_eq!(
                finding.rule.severity(),
                Severity::Note,
                "layout {target}: {finding}"
            );
        });
        assert_eq!(summary.unwrap().devices, 3);
    }
}
