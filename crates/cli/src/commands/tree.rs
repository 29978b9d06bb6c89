//! `icid tree`: a hash tree, drawn.

use hash_tree::HashTree;

use crate::cli::Options;
use crate::commands::Answer;
use crate::failure::{Failure, malformed};
use crate::output::{Record, Value, svg};
use crate::view;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// A hash tree in CBOR, or a certificate or response that has one: a file, hexadecimal, base64, or -
    tree: String,
    /// Print an SVG file
    #[arg(long, conflicts_with = "json")]
    svg: bool,
}

pub(crate) fn run(args: &Args, options: &Options) -> Result<Answer, Failure> {
    let input = options.read(&args.tree)?;
    let (tree, source) = match HashTree::parse(&input.bytes) {
        Ok(tree) => (tree, None),
        Err(error) => {
            let bytes = view::certificate::in_response(&input.bytes).unwrap_or(&input.bytes);
            match view::certificate::parts(bytes) {
                Some(parts) => (parts.tree, Some("certificate")),
                None => return Err(input.explain(malformed("a hash tree", error))),
            }
        }
    };
    let drawing = view::tree::drawing(&tree);
    if args.svg {
        let title = view::tree::title(&tree);
        return Ok(Answer::Text(svg::render(&title, &drawing)));
    }
    let record = Record::new()
        .maybe("found_in", source.map(Value::Name))
        .with("root_hash", Value::bytes(&tree.root_hash()))
        .with("well_formed", Value::Flag(tree.is_well_formed()))
        .with("tree", Value::Drawing(drawing));
    Ok(Answer::Record(record))
}
