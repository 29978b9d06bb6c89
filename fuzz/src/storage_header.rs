//! Headers of Internet Identity's stable memory.

use model::Outcome;
use model::ii::storage::image::Image;
use storage::Header;
use storage::IdRange;
use storage::ReadHeaderError;
use storage::Version;

use crate::Verdict;
use crate::pages::Pages;
use crate::pages::decode;
use crate::pages::modelled;

/// So many bytes are header in all layouts.
const LONGEST: usize = 84;

/// Where headers count anchors, and how many anchors the model is bothered with.
const COUNT: usize = 4;
const MOST_ANCHORS: u8 = 32;

/// The crate and the model read the same in an image of zeros behind a header, and a header is written
/// as it was.
pub fn storage_header(data: &[u8]) -> Verdict {
    let mut header = data.to_vec();
    header.resize(LONGEST, 0);
    for (place, byte) in header.iter_mut().enumerate().skip(COUNT).take(4) {
        *byte = if place == COUNT {
            *byte % MOST_ANCHORS
        } else {
            0
        };
    }
    if let Ok(parsed) = Header::parse(&header) {
        let written = parsed.encode();
        assert!(header.starts_with(written.as_bytes()), "{parsed:?}");
        assert_eq!(Header::parse(written.as_bytes()), Ok(parsed));
    }
    // A manager without memories, for the layouts that have one.
    let mut pages = Pages(Image::new(8));
    pages.0.write(65_536, b"MGR\x01");
    pages.0.write(0, &header);
    match (decode(&pages), modelled(&pages)) {
        (Ok(output), Outcome::Ok(expected)) => {
            assert_eq!(output, expected);
            Verdict::Accepted
        }
        (Err(_), Outcome::Reject(_)) => Verdict::Rejected,
        (Err(_), Outcome::Ok(_)) if is_unmodelled(&header) => Verdict::Rejected,
        (output, expected) => panic!("{output:?} but {expected:?}"),
    }
}

/// The model looks for records where the header says, however far that is, and only if there are anchors;
/// and it reads another header of layout 2 than the crate.
fn is_unmodelled(header: &[u8]) -> bool {
    matches!(
        Header::parse(header),
        Err(ReadHeaderError::FirstRecord { .. } | ReadHeaderError::RecordLength { .. })
    ) || header.get(3) == Some(&(Version::V2 as u8))
}

/// Headers of all layouts that can be made, and one of layout 2.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let range = IdRange::new(10_000, 20_000).expect("it goes up");
    let headers = Version::ALL
        .into_iter()
        .flat_map(|version| Header::new(version, range));
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for header in headers {
        let mut bytes = header.encode().as_bytes().to_vec();
        seeds.push(bytes.clone());
        bytes[COUNT] = 3;
        seeds.push(bytes);
    }
    seeds
}
