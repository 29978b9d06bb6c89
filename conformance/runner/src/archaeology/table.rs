//! What is known about the published images.

/// A published image of stable memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// How cases and files are called.
    pub(super) name: &'static str,
    pub(super) file: &'static str,
    pub(super) sha256: &'static str,
    pub(super) what: &'static str,
    /// After the cut to the capacity of version 1.
    pub(super) id_range: [&'static str; 2],
    pub(super) salt: &'static str,
    pub(super) first: u64,
    pub(super) anchors: &'static [&'static [Device]],
    /// How many devices are recovery phrases.
    pub(super) phrases: usize,
    /// An anchor, an origin, and who the anchor's user is there.
    pub(super) user: Option<(u64, &'static str, &'static str)>,
}

/// The length of a device's credential id, if it has one, and the principal of its key.
pub(super) type Device = (Option<usize>, &'static str);

/// The canister of Internet Identity, as bytes.
pub(super) const CANISTER: &str = "00000000000000070101";

/// From `dfinity/internet-identity`, `src/canister_tests/stable_memory`. The first is a test network's
/// of April 2021; the salt and the user of anchor 10030 are those that the service's own tests expect.
pub(super) static KNOWN: [Known; 2] = [
    Known {
        name: "genesis",
        file: "genesis-memory-layout.bin",
        sha256: "ba8a8eb8b05954ba4adfe1f10a82071d033525e9a63f0ba0eeba5927a5732b82",
        what: "the oldest backup",
        id_range: ["10000", "3784873"],
        salt: "4d7e3481726397f6676c832ac5c95328a7d48aa669b81c8877933208da64a2d0",
        first: 10_000,
        anchors: &GENESIS,
        phrases: 0,
        user: Some((
            10_030,
            "example.com",
            "3rtc4-uwckg-q2hvk-zd3fb-37h5g-vyutn-7zvpe-loc6q-unp6f-a73cq-2qe",
        )),
    },
    Known {
        name: "two-phrases",
        file: "multiple-recovery-phrases.bin",
        sha256: "f1e8696364687937429734cb0a4a2a4896aa3822516b6699a83ddfd93c1de873",
        what: "the backup with two recovery phrases on one anchor",
        id_range: ["10000", "3784873"],
        salt: "fe4d00ab7fb11ffeda8c8d955c6f67e07c72b4d1a30dd9f6603c4e971ca246e0",
        first: 10_000,
        anchors: &TWO_PHRASES,
        phrases: 2,
        user: None,
    },
];

static GENESIS: [&[Device]; 31] = [
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

pub(super) static TWO_PHRASES: [&[Device]; 1] = [&[
    (
        None,
        "6epth-hmqup-wz4mv-svl2m-mhcbb-24skq-tbdhq-2txct-2qugv-xuzva-eqe",
    ),
    (
        None,
        "xy2lu-b3jqa-n3bjs-j2ppy-xkbuz-eg5pu-psa5z-sglmv-uaznp-z4hik-kqe",
    ),
    (
        None,
        "fsedb-4mebt-tmo6r-j3mj7-v222q-fvqih-c5s77-62sm2-dxsjq-l5cci-wae",
    ),
]];
