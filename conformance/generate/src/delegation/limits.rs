//! Vectors of `delegation.verify` about the number of links and about time.

use serde_json::json;

use super::grant::{chain, chain_of};
use super::{LATER, NOW, accept, input, session, user};
use crate::signer::Signer;
use crate::{Suite, Vector};

pub(super) fn generate(suite: &mut Suite) {
    length(suite);
    expirations(suite);
}

fn sessions(count: usize) -> Vec<Signer> {
    (0..count).map(session).collect()
}

fn length(suite: &mut Suite) {
    let mut file = suite.file("delegation.verify", "length", "delegation::limits");
    file.note(
        "Length",
        "RESOURCES",
        "A chain has at most 20 links.",
        "A longer chain costs more than the network allows; a shorter limit locks users out.",
    );
    for count in [4_usize, 5, 19, 20] {
        let links = chain(&user(), &sessions(count));
        file.add(
            accept(
                &format!("links-{count}"),
                &format!("{count} links"),
                input(&user(), &links),
            )
            .note("Length"),
        );
    }
    for count in [21_usize, 22] {
        let links = chain(&user(), &sessions(count));
        file.add(
            Vector::reject(
                "DELEG-5",
                format!("links-{count}"),
                format!("{count} links"),
                input(&user(), &links),
                "links-20",
                "more links",
            )
            .note("Length"),
        );
    }
}

fn expirations(suite: &mut Suite) {
    let mut file = suite.file("delegation.verify", "expirations", "delegation::limits");
    file.note(
        "Time",
        "AUTH_BYPASS",
        "Every link is valid up to and including its expiration, whatever the others say.",
        "A session outlives what the user agreed to, or ends early.",
    );
    // A chain of three whose links expire at these times.
    let until = |expirations: [u64; 3]| {
        let links = chain_of(&user(), &sessions(3), |index, grant| {
            grant.until(expirations.get(index).copied().unwrap_or(LATER))
        });
        input(&user(), &links)
    };
    for (slug, title, expirations) in [
        ("expires-now", "All links expire now", [NOW; 3]),
        (
            "first-expires-now",
            "The first link expires now",
            [NOW, LATER, LATER],
        ),
        (
            "middle-expires-now",
            "The second link expires now",
            [LATER, NOW, LATER],
        ),
        (
            "last-expires-now",
            "The last link expires now",
            [LATER, LATER, NOW],
        ),
        ("end-of-time", "Links until the end of time", [u64::MAX; 3]),
        (
            "past-2-63",
            "An expiration that needs the 64th bit",
            [LATER, 1 << 63, LATER],
        ),
        (
            "outlives",
            "Each link outlives the one before it",
            [NOW + 1, NOW + 2, NOW + 3],
        ),
    ] {
        file.add(accept(slug, title, until(expirations)).note("Time").high());
    }
    for (slug, title, expirations, twin) in [
        (
            "first-expired",
            "The first link expired a nanosecond ago",
            [NOW - 1, LATER, LATER],
            "first-expires-now",
        ),
        (
            "middle-expired",
            "The second link expired a nanosecond ago",
            [LATER, NOW - 1, LATER],
            "middle-expires-now",
        ),
        (
            "last-expired",
            "The last link expired a nanosecond ago",
            [LATER, LATER, NOW - 1],
            "last-expires-now",
        ),
        (
            "never-valid",
            "A link that expired in 1970",
            [LATER, LATER, 0],
            "last-expires-now",
        ),
        (
            "in-seconds",
            "An expiration that was written in seconds",
            [NOW / 1_000_000_000, LATER, LATER],
            "first-expires-now",
        ),
    ] {
        file.add(
            Vector::reject(
                "DELEG-7",
                slug,
                title,
                until(expirations),
                twin,
                "one expiration",
            )
            .note("Time")
            .critical(),
        );
    }
    let mut beginning = until([0; 3]);
    beginning["now"] = json!("0");
    file.add(
        accept(
            "beginning-of-time",
            "Links that expire at the beginning of 1970, and it is that moment",
            beginning,
        )
        .note("Time"),
    );
    let mut end = until([u64::MAX; 3]);
    end["now"] = json!(u64::MAX.to_string());
    file.add(
        accept(
            "end-of-time-now",
            "Links until the end of time, and it has come",
            end,
        )
        .note("Time"),
    );
}
