//! The clause catalogue: `spec/requirements/*.toml` in, `clauses.json` out.

use core::fmt;

use serde_json::{Map, Value, json};

use crate::suite::SPEC;
use crate::vector::object;

/// The families in the order of the catalogue: those of the interface specification, then others.
const ORDER: &[&str] = &[
    "PRIN",
    "SIG",
    "SIG-ED",
    "SIG-EC",
    "SIG-WEBAUTHN",
    "CSIG",
    "CBOR",
    "REQID",
    "ENV",
    "DELEG",
    "PERM",
    "SINFO",
    "REPLAY",
    "EFF",
    "ENDPT",
    "READ",
    "QUERY-SIG",
    "CERT",
    "SDEL",
    "RANGE",
    "TREE",
    "LOOKUP",
    "STATE",
    "ROOT",
    "CDATA",
    "CALLERINFO",
    "II-SEED",
    "II-STORE",
    "II-ANCHOR",
];

/// All clauses.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    families: Vec<(String, String)>,
    clauses: Vec<Clause>,
}

/// One clause.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Clause {
    /// Such as `PRIN-1`.
    pub id: String,
    /// A short sentence.
    pub title: String,
    /// `must`, `should`, `may` or `def`.
    pub level: String,
    /// Who is bound.
    pub side: Vec<String>,
    /// The rule in our own words.
    pub rule: String,
    /// Documents and anchors, as in the file.
    pub source: Value,
    /// How the suite treats the clause.
    pub status: Status,
    /// Why it is excluded.
    pub excluded: Option<String>,
    /// The name of the open question.
    pub policy: Option<String>,
    /// Entries of the errata.
    pub errata: Vec<String>,
    /// The operations whose vectors test it.
    pub ops: Vec<String>,
    /// Named ways to get it wrong.
    pub faults: Vec<Fault>,
}

/// One way to get a clause wrong.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fault {
    /// With its clause, such as `PRIN-17/off`.
    pub id: String,
    /// The mistake in words.
    pub what: String,
    /// Why no vector can kill it.
    pub unkillable: Option<String>,
}

/// How the suite treats a clause.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each needs an answer everywhere")]
pub enum Status {
    /// Vectors kill all its faults.
    Tested,
    /// Its vectors are still to be written.
    Pending,
    /// No operation can observe it.
    Excluded,
    /// The text leaves it open; a policy names the question.
    Unspecified,
}

impl Status {
    /// The word in the catalogue.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tested => "tested",
            Self::Pending => "pending",
            Self::Excluded => "excluded",
            Self::Unspecified => "unspecified",
        }
    }
}

/// Why a catalogue does not parse: where, and what is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CatalogueError(String);

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for CatalogueError {}

fn error<T>(place: &str, reason: impl fmt::Display) -> Result<T, CatalogueError> {
    Err(CatalogueError(format!("{place}: {reason}")))
}

impl Catalogue {
    /// All clauses, in order.
    #[must_use]
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// The catalogue in these files of `spec/requirements` (name and text).
    ///
    /// # Errors
    ///
    /// Returns the first file and clause that is not as `spec/README.md` says.
    pub fn from_toml(files: &[(String, String)]) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::default();
        let mut families = Vec::new();
        for (name, text) in files {
            let table: toml::Table =
                toml::from_str(text).or_else(|e| error(name, format!("not TOML: {e}")))?;
            let value = to_json(toml::Value::Table(table));
            let fields = Reader::new(name, &value, &["family", "title", "clause"])?;
            let family = fields.text("family")?;
            if *name != format!("{}.toml", family.to_lowercase()) {
                return error(name, format!("holds the family {family}"));
            }
            let position = ORDER.iter().position(|known| *known == family);
            families.push((
                position.unwrap_or(ORDER.len()),
                family,
                fields.text("title")?,
                value,
            ));
        }
        families.sort_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
        for (_, family, title, value) in families {
            for (index, clause) in value["clause"].as_array().into_iter().flatten().enumerate() {
                let clause = Clause::read(&family, clause, "fault", true)?;
                let expected = format!("{family}-{}", index.saturating_add(1));
                if clause.id != expected {
                    return error(&family, format!("{} where {expected} must be", clause.id));
                }
                catalogue.clauses.push(clause);
            }
            catalogue.families.push((family, title));
        }
        Ok(catalogue)
    }

    /// The catalogue in a `clauses.json`.
    ///
    /// # Errors
    ///
    /// Returns the first thing that is not as [`Self::to_json`] writes it.
    pub fn from_json(text: &str) -> Result<Self, CatalogueError> {
        let place = "clauses.json";
        let value: Value = serde_json::from_str(text).or_else(|e| error(place, e))?;
        Reader::new(place, &value, &["format", "spec", "families", "clauses"])?;
        let mut catalogue = Self::default();
        for family in value["families"].as_array().into_iter().flatten() {
            let fields = Reader::new(place, family, &["family", "title"])?;
            catalogue
                .families
                .push((fields.text("family")?, fields.text("title")?));
        }
        for clause in value["clauses"].as_array().into_iter().flatten() {
            catalogue
                .clauses
                .push(Clause::read(place, clause, "faults", false)?);
        }
        Ok(catalogue)
    }

    /// The text of `clauses.json`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let family = |(family, title): &(String, String)| json!({"family": family, "title": title});
        crate::output::pretty(&json!({
            "format": 1,
            "spec": SPEC,
            "families": self.families.iter().map(family).collect::<Vec<_>>(),
            "clauses": self.clauses.iter().map(Clause::to_json).collect::<Vec<_>>(),
        }))
    }
}

impl Clause {
    /// Whether this clause states a limit: a fault is named after a wrong one, such as `30`.
    #[must_use]
    pub fn has_limit(&self) -> bool {
        self.faults.iter().any(|fault| {
            let (_, id) = fault.id.rsplit_once('/').unwrap_or_default();
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
        })
    }

    fn read(place: &str, value: &Value, faults: &str, short: bool) -> Result<Self, CatalogueError> {
        let names = [
            "id", "title", "level", "side", "rule", "source", "status", "excluded", "policy",
            "errata", "ops", faults,
        ];
        let id = value["id"]
            .as_str()
            .unwrap_or("a clause without id")
            .to_owned();
        let place = &format!("{place}: {id}");
        let fields = Reader::new(place, value, &names)?;
        let status = match fields.text("status")?.as_str() {
            "tested" => Status::Tested,
            "pending" => Status::Pending,
            "excluded" => Status::Excluded,
            "unspecified" => Status::Unspecified,
            other => return error(place, format!("unknown status {other}")),
        };
        let level = fields.text("level")?;
        if !["must", "should", "may", "def"].contains(&level.as_str()) {
            return error(place, format!("unknown level {level}"));
        }
        let mut clause = Self {
            id: fields.text("id")?,
            title: fields.text("title")?,
            level,
            side: fields.texts("side")?,
            rule: fields.text("rule")?,
            source: value["source"].clone(),
            status,
            excluded: fields.optional("excluded")?,
            policy: fields.optional("policy")?,
            errata: fields.texts("errata")?,
            ops: fields.texts("ops")?,
            faults: Vec::new(),
        };
        for fault in value[faults].as_array().into_iter().flatten() {
            clause
                .faults
                .push(Fault::read(place, &clause.id, fault, short)?);
        }
        clause.check(place)?;
        Ok(clause)
    }

    fn check(&self, place: &str) -> Result<(), CatalogueError> {
        let sides = ["verifier", "client", "canister", "issuer", "replica"];
        if let Some(side) = self
            .side
            .iter()
            .find(|side| !sides.contains(&side.as_str()))
        {
            return error(place, format!("unknown side {side}"));
        }
        if self.source.as_array().is_none_or(Vec::is_empty) {
            return error(place, "no source");
        }
        if (self.status == Status::Excluded) != self.excluded.is_some() {
            return error(
                place,
                "a reason for exclusion goes with the status excluded",
            );
        }
        if (self.status == Status::Unspecified) != self.policy.is_some() {
            return error(place, "a policy goes with the status unspecified");
        }
        if self.status == Status::Tested && (self.ops.is_empty() || self.faults.is_empty()) {
            return error(place, "a tested clause has operations and faults");
        }
        Ok(())
    }

    fn to_json(&self) -> Value {
        let list = |items: &Vec<String>| (!items.is_empty()).then(|| json!(items));
        let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
        let faults = self.faults.iter().map(Fault::to_json).collect::<Vec<_>>();
        object(vec![
            ("id", Some(json!(self.id))),
            ("title", Some(json!(self.title))),
            ("level", Some(json!(self.level))),
            ("side", Some(json!(self.side))),
            ("rule", Some(json!(self.rule))),
            ("source", Some(self.source.clone())),
            ("status", Some(json!(self.status.as_str()))),
            ("excluded", text(&self.excluded)),
            ("policy", text(&self.policy)),
            ("errata", list(&self.errata)),
            ("ops", list(&self.ops)),
            ("faults", (!faults.is_empty()).then(|| json!(faults))),
        ])
    }
}

impl Fault {
    fn read(place: &str, clause: &str, value: &Value, short: bool) -> Result<Self, CatalogueError> {
        let fields = Reader::new(place, value, &["id", "what", "killable", "why"])?;
        let id = fields.text("id")?;
        let id = if short { format!("{clause}/{id}") } else { id };
        if !id.starts_with(&format!("{clause}/")) {
            return error(place, format!("fault {id} is not named after its clause"));
        }
        let unkillable = fields.optional("why")?;
        if (value["killable"] == false) != unkillable.is_some() {
            return error(place, format!("{id}: killable = false and why go together"));
        }
        Ok(Self {
            id,
            what: fields.text("what")?,
            unkillable,
        })
    }

    fn to_json(&self) -> Value {
        object(vec![
            ("id", Some(json!(self.id))),
            ("what", Some(json!(self.what))),
            ("killable", self.unkillable.as_ref().map(|_| json!(false))),
            ("why", self.unkillable.as_ref().map(|why| json!(why))),
        ])
    }
}

/// An object whose field names have been checked.
struct Reader<'a> {
    place: &'a str,
    fields: &'a Map<String, Value>,
}

impl<'a> Reader<'a> {
    fn new(place: &'a str, value: &'a Value, names: &[&str]) -> Result<Self, CatalogueError> {
        let Some(fields) = value.as_object() else {
            return error(place, "expected an object");
        };
        match fields.keys().find(|name| !names.contains(&name.as_str())) {
            Some(name) => error(place, format!("unknown field {name}")),
            None => Ok(Self { place, fields }),
        }
    }

    fn optional(&self, name: &str) -> Result<Option<String>, CatalogueError> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.clone())),
            Some(_) => error(self.place, format!("{name} must be a text")),
        }
    }

    fn text(&self, name: &str) -> Result<String, CatalogueError> {
        self.optional(name)?
            .map_or_else(|| error(self.place, format!("no {name}")), Ok)
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, CatalogueError> {
        let Some(value) = self.fields.get(name) else {
            return Ok(Vec::new());
        };
        let item = |item: &Value| item.as_str().map(str::to_owned);
        let items = value
            .as_array()
            .and_then(|items| items.iter().map(item).collect());
        items.map_or_else(
            || error(self.place, format!("{name} must be a list of texts")),
            Ok,
        )
    }
}

/// The same value in JSON.
pub(crate) fn to_json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(truth) => Value::from(truth),
        toml::Value::Datetime(time) => Value::from(time.to_string()),
        toml::Value::Array(items) => items.into_iter().map(to_json).collect(),
        toml::Value::Table(table) => {
            let entries = table.into_iter().map(|(key, value)| (key, to_json(value)));
            Value::Object(entries.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
family = "PRIN"
title = "Principals"

[[clause]]
id = "PRIN-1"
title = "T"
level = "must"
side = ["verifier"]
rule = "R."
source = [{ doc = "index.md", anchor = "principal" }]
status = "tested"
ops = ["principal.encode_text"]
[[clause.fault]]
id = "off"
what = "no check"
"#;

    fn read(text: &str) -> Result<Catalogue, CatalogueError> {
        Catalogue::from_toml(&[("prin.toml".to_owned(), text.to_owned())])
    }

    #[test]
    fn reads_what_it_wrote() {
        let catalogue = read(GOOD).unwrap();
        let again = Catalogue::from_json(&catalogue.to_json()).unwrap();
        assert_eq!(again.to_json(), catalogue.to_json());
        assert_eq!(again.clauses()[0].faults[0].id, "PRIN-1/off");
    }

    #[test]
    fn says_where_a_catalogue_is_wrong() {
        for (from, to, reason) in [
            ("PRIN-1", "PRIN-2", "PRIN: PRIN-2 where PRIN-1 must be"),
            ("must", "shall", "PRIN: PRIN-1: unknown level shall"),
            ("tested", "done", "PRIN: PRIN-1: unknown status done"),
            ("verifier", "user", "PRIN: PRIN-1: unknown side user"),
            ("ops =", "op =", "PRIN: PRIN-1: unknown field op"),
            (
                "tested",
                "excluded",
                "PRIN: PRIN-1: a reason for exclusion goes with the status excluded",
            ),
            ("\"PRIN\"", "\"SIG\"", "prin.toml: holds the family SIG"),
            ("what = \"no check\"", "", "PRIN: PRIN-1: no what"),
        ] {
            let error = read(&GOOD.replace(from, to)).unwrap_err();
            assert_eq!(error.to_string(), reason);
        }
    }
}
