//! One vector, as its generator describes it.

use serde_json::{Map, Value, json};

/// What a generator says about one vector; the suite adds the rest.
#[derive(Clone, Debug)]
#[must_use]
pub struct Vector {
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) input: Value,
    pub(crate) intent: Intent,
    pub(crate) clauses: Vec<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) importance: &'static str,
    pub(crate) replica: bool,
    pub(crate) source: Option<String>,
    pub(crate) diag: Option<String>,
}

/// What the generator wants the vector to be.
#[derive(Clone, Debug)]
pub(crate) enum Intent {
    Accept {
        output: Option<Value>,
        check: Option<&'static str>,
    },
    Reject {
        clause: String,
        also: Vec<String>,
        twin: String,
        mutation: String,
    },
    Either {
        policy: String,
        answers: Vec<(String, Answer)>,
    },
}

/// What an implementation answers that has settled an open question in one way.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a verdict is one of these")]
pub enum Answer {
    /// It accepts, with this output.
    Accept(Value),
    /// It rejects.
    Reject,
}

impl Answer {
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Accept(output) => json!({"verdict": "accept", "output": output}),
            Self::Reject => json!({"verdict": "reject"}),
        }
    }
}

impl Vector {
    /// A vector that must be accepted. The model computes the output.
    pub fn accept(slug: impl Into<String>, title: impl Into<String>, input: Value) -> Self {
        Self::new(
            slug,
            title,
            input,
            Intent::Accept {
                output: None,
                check: None,
            },
        )
    }

    /// A vector that must be rejected because of `clause` and nothing else.
    ///
    /// `twin` is the slug of the accepted vector of the same operation from which this one differs
    /// by `mutation`, in words.
    pub fn reject(
        clause: impl Into<String>,
        slug: impl Into<String>,
        title: impl Into<String>,
        input: Value,
        twin: impl Into<String>,
        mutation: impl Into<String>,
    ) -> Self {
        let (clause, twin, mutation) = (clause.into(), twin.into(), mutation.into());
        let clauses = vec![clause.clone()];
        let intent = Intent::Reject {
            clause,
            also: Vec::new(),
            twin,
            mutation,
        };
        Self {
            clauses,
            ..Self::new(slug, title, input, intent)
        }
    }

    /// A vector on which the text leaves the verdict open; `policy` names the question.
    pub fn either(
        policy: impl Into<String>,
        slug: impl Into<String>,
        title: impl Into<String>,
        input: Value,
    ) -> Self {
        let intent = Intent::Either {
            policy: policy.into(),
            answers: Vec::new(),
        };
        Self::new(slug, title, input, intent)
    }

    fn new(
        slug: impl Into<String>,
        title: impl Into<String>,
        input: Value,
        intent: Intent,
    ) -> Self {
        Self {
            slug: slug.into(),
            title: title.into(),
            input,
            intent,
            clauses: Vec::new(),
            notes: Vec::new(),
            importance: "normal",
            replica: false,
            source: None,
            diag: None,
        }
    }

    /// Adds clauses that this vector is about; their faults are tried on it.
    pub fn clauses(mut self, clauses: &[&str]) -> Self {
        for clause in clauses {
            if !self.clauses.iter().any(|known| known == clause) {
                self.clauses.push((*clause).to_owned());
            }
        }
        self
    }

    /// Refers to a note of the file.
    pub fn note(mut self, name: &str) -> Self {
        self.notes.push(name.to_owned());
        self
    }

    /// Marks this vector as one whose failure can be exploited.
    pub const fn critical(mut self) -> Self {
        self.importance = "critical";
        self
    }

    /// Marks this vector as one whose failure breaks real traffic.
    pub const fn high(mut self) -> Self {
        self.importance = "high";
        self
    }

    /// Runs this vector with the preset `replica`.
    pub const fn replica(mut self) -> Self {
        self.replica = true;
        self
    }

    /// Names the public source of the values.
    pub fn source(mut self, source: &str) -> Self {
        self.source = Some(source.to_owned());
        self
    }

    /// Adds the input in CBOR diagnostic notation or other words for humans.
    pub fn diag(mut self, diag: impl Into<String>) -> Self {
        self.diag = Some(diag.into());
        self
    }

    /// For an accept vector: the output, known without the model. The suite holds the two together.
    pub fn output(mut self, expected: Value) -> Self {
        if let Intent::Accept { output, .. } = &mut self.intent {
            *output = Some(expected);
        }
        self
    }

    /// For an accept vector: the answer is judged by this equation instead of byte by byte.
    pub fn output_check(mut self, equation: &'static str) -> Self {
        if let Intent::Accept { check, .. } = &mut self.intent {
            *check = Some(equation);
        }
        self
    }

    /// For a reject vector: other clauses an implementation may name with as much right.
    pub fn also(mut self, clauses: &[&str]) -> Self {
        if let Intent::Reject { also, .. } = &mut self.intent {
            also.extend(clauses.iter().map(|clause| (*clause).to_owned()));
        }
        self
    }

    /// For an either vector: what follows from settling the question as `value`.
    pub fn by(mut self, value: &str, answer: Answer) -> Self {
        if let Intent::Either { answers, .. } = &mut self.intent {
            answers.push((value.to_owned(), answer));
        }
        self
    }

    /// The input as the model sees it.
    pub(crate) fn full_input(&self) -> Value {
        with_preset(&self.input, self.replica)
    }
}

/// `input` with the preset an adapter is told.
pub(crate) fn with_preset(input: &Value, replica: bool) -> Value {
    let mut input = input.clone();
    if replica && let Some(fields) = input.as_object_mut() {
        fields.insert("policy".to_owned(), json!("replica"));
    }
    input
}

/// The object with these fields, without those that are `None`.
pub(crate) fn object(fields: Vec<(&str, Option<Value>)>) -> Value {
    let present = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}
