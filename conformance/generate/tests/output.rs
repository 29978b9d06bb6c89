//! Writing and comparing files.

use std::fs;
use std::path::Path;

use icid_generate::{Output, Suite, Vector, check, write};
use serde_json::json;

fn output(root: &Path) -> Result<Output, Vec<String>> {
    let mut suite = Suite::new();
    let mut file = suite.file("principal.decode_text", "test", "test");
    let text = json!({"text": "em77e-bvlzu-aq"});
    file.add(Vector::accept("good", "Good", text).clauses(&["PRIN-17"]));
    Output::new(suite, root, false)
}

#[test]
fn lists_changed_missing_and_surplus_files() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generate-output");
    _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join("spec/requirements")).unwrap();
    let output = output(&root).unwrap();
    let folder = "conformance/vectors";
    let vector = format!("{folder}/principal/decode_text/test.json");

    assert!(
        check(&output, &root)
            .unwrap()
            .contains(&format!("{vector}: is missing"))
    );

    write(&output, &root).unwrap();
    assert_eq!(check(&output, &root).unwrap(), [""; 0]);

    fs::write(root.join(&vector), "{}").unwrap();
    fs::write(root.join(folder).join("old.json"), "{}").unwrap();
    assert_eq!(
        check(&output, &root).unwrap(),
        [
            format!("{folder}/old.json: is not generated"),
            format!("{vector}: differs")
        ]
    );

    write(&output, &root).unwrap();
    assert_eq!(check(&output, &root).unwrap(), [""; 0]);
}
