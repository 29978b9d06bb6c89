//! A badge: a picture, and the few numbers from which others draw one.

use serde_json::json;

use super::summary::{self, Tally};
use crate::outcome::Level;
use crate::results::{Results, Verdict};

/// How wide a character is, in pixels: a little more than most are in the font.
const CHARACTER: usize = 7;

/// What is on the left.
const LABEL: &str = "IC identity";

/// Writes `badge.json`, an endpoint for shields.io.
pub(crate) fn endpoint(results: &Results) -> String {
    let badge = json!({
        "schemaVersion": 1,
        "label": LABEL,
        "message": message(results),
        "color": colour(results).0,
    });
    format!("{badge:#}\n")
}

/// Writes `badge.svg`.
pub(crate) fn picture(results: &Results) -> String {
    let message = message(results);
    let width = |text: &str| {
        text.chars()
            .count()
            .saturating_mul(CHARACTER)
            .saturating_add(10)
    };
    let (left, right) = (width(LABEL), width(&message));
    let all = left.saturating_add(right);
    let (_, colour) = colour(results);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="20" role="img" aria-label="{LABEL}: {message}">
<title>{LABEL}: {message}</title>
<rect width="{left}" height="20" fill="#444"/><rect x="{left}" width="{right}" height="20" fill="{colour}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="{}" y="14">{LABEL}</text><text x="{}" y="14">{message}</text>
</g>
</svg>
"##,
        left / 2,
        left.saturating_add(right / 2),
    )
}

/// What passed of what is required, and whether everything was selected. It holds digits and fixed
/// words only, so it needs no escaping.
fn message(results: &Results) -> String {
    match results.verdict {
        Verdict::AdapterBroken => "adapter broken".to_owned(),
        Verdict::NothingRun => "nothing run".to_owned(),
        Verdict::Conformant | Verdict::NotConformant | Verdict::StaleExpectation => {
            let must = summary::levels(results)
                .into_iter()
                .find(|(level, _)| *level == Level::Must);
            let tally = must.map_or_else(Tally::default, |(_, tally)| tally);
            let partly = if tally.not_run > 0 || summary::is_partial(results) {
                ", partly"
            } else {
                ""
            };
            format!("{}/{} MUST{partly}", tally.passed, tally.scored())
        }
    }
}

/// The name of a colour, and the colour.
const fn colour(results: &Results) -> (&'static str, &'static str) {
    match results.verdict {
        Verdict::Conformant => ("brightgreen", "#2e7d32"),
        Verdict::NotConformant | Verdict::AdapterBroken => ("red", "#b3261e"),
        Verdict::NothingRun | Verdict::StaleExpectation => ("yellow", "#8a6d00"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Options, Silent, run};
    use crate::testing;

    #[test]
    fn the_badge_tells_what_passed_and_what_was_not_run() {
        let adapter = testing::adapter(testing::good);
        let mut results = run(
            &testing::suite(),
            &adapter,
            &Options::default(),
            &mut Silent::new(),
        );
        assert_eq!(message(&results), "2/2 MUST, partly");
        assert!(endpoint(&results).contains("\"color\": \"brightgreen\""));
        insta::assert_snapshot!(picture(&results));
        results.verdict = Verdict::AdapterBroken;
        assert_eq!(message(&results), "adapter broken");
    }
}
