//! Records as lines for people.

use crate::escape::plain_or_quoted;
use crate::hex;
use crate::moment;
use crate::output::drawing::{self, Drawing};
use crate::output::style::{Palette, Role};
use crate::output::{Field, Record, State, Value, Verdict};

/// How many bytes are shown in full unless everything is asked for.
const MOST_BYTES: usize = 48;

/// How many bytes of longer ones are shown from the beginning and from the end.
const HEAD: usize = 20;
const TAIL: usize = 4;

/// How many values of a list are shown unless everything is asked for.
const MOST_VALUES: usize = 20;

/// How records are shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) palette: Palette,
    /// Whether long values are shown in full.
    pub(crate) is_verbose: bool,
}

/// Returns the record as lines, each with its line feed.
pub(crate) fn render(record: &Record, layout: Layout) -> String {
    let mut lines = Lines {
        text: String::new(),
        layout,
    };
    lines.record(record, 0);
    lines.text
}

struct Lines {
    text: String,
    layout: Layout,
}

impl Lines {
    fn record(&mut self, record: &Record, indent: usize) {
        self.fields(&record.fields, indent);
    }

    fn fields(&mut self, fields: &[Field], indent: usize) {
        // Lines that follow each other are aligned; sections of the whole stand apart.
        let is_section = |field: &Field| !is_line(&field.value);
        for (index, group) in fields
            .chunk_by(|one, other| !is_section(one) && !is_section(other))
            .enumerate()
        {
            if indent == 0 && index > 0 {
                self.line(0, "");
            }
            let width = group.iter().map(|field| field.key.len()).max().unwrap_or(0);
            for field in group {
                self.field(field, indent, width);
            }
        }
    }

    fn field(&mut self, field: &Field, indent: usize, width: usize) {
        match &field.value {
            Value::Record(record) => {
                self.heading(field, indent);
                self.record(record, indent + 2);
            }
            Value::Records(_, records) if records.is_empty() => {
                self.list(field, &[], indent, width);
            }
            Value::Records(name, records) => {
                self.heading(field, indent);
                for (index, record) in (1..).zip(records) {
                    // A record that begins with its name is called by it, others by their number.
                    let (title, fields) = match record.fields.split_first() {
                        Some((first, rest)) if first.key == *name => {
                            (self.scalar(&first.value), rest)
                        }
                        _ => (index.to_string(), record.fields.as_slice()),
                    };
                    let heading = format!("{name} {title}");
                    let heading = self.layout.palette.paint(Role::Heading, &heading);
                    self.line(indent + 2, &heading);
                    self.fields(fields, indent + 4);
                }
            }
            Value::Drawing(drawing) => {
                self.heading(field, indent);
                self.drawing(drawing, indent + 2);
            }
            Value::List(values) => self.list(field, values, indent, width),
            value => {
                let text = self.scalar(value);
                self.labelled(field, &text, indent, width);
            }
        }
    }

    fn heading(&mut self, field: &Field, indent: usize) {
        let label = self.layout.palette.paint(Role::Heading, &label(field));
        let note = self.note(field);
        self.line(indent, &format!("{label}{note}"));
    }

    fn list(&mut self, field: &Field, values: &[Value], indent: usize, width: usize) {
        let [first, rest @ ..] = values else {
            let none = self.layout.palette.paint(Role::Faint, "none");
            return self.labelled(field, &none, indent, width);
        };
        if values.iter().all(|value| matches!(value, Value::Name(_))) {
            let names: Vec<String> = values.iter().map(|value| self.scalar(value)).collect();
            return self.labelled(field, &names.join(", "), indent, width);
        }
        let first = self.scalar(first);
        self.labelled(field, &first, indent, width);
        let most = if self.layout.is_verbose {
            rest.len()
        } else {
            MOST_VALUES - 1
        };
        let column = indent + width + 2;
        for value in rest.iter().take(most) {
            let text = self.scalar(value);
            self.line(column, &text);
        }
        let left = rest.len().saturating_sub(most);
        if left > 0 {
            let more = format!("and {left} more, which -v shows");
            let more = self.layout.palette.paint(Role::Faint, &more);
            self.line(column, &more);
        }
    }

    fn labelled(&mut self, field: &Field, text: &str, indent: usize, width: usize) {
        let label = format!("{:width$}", label(field));
        let label = self.layout.palette.paint(Role::Faint, &label);
        let note = self.note(field);
        self.line(indent, &format!("{label}  {text}{note}"));
    }

    fn note(&self, field: &Field) -> String {
        let note = field.note.as_ref().map(|note| format!("  ({note})"));
        self.layout
            .palette
            .paint(Role::Faint, &note.unwrap_or_default())
    }

    fn drawing(&mut self, drawing: &Drawing, indent: usize) {
        for row in drawing::rows(drawing) {
            let palette = self.layout.palette;
            let bars = palette.paint(Role::Faint, &row.bars());
            let text = match (&row.label, &row.text) {
                (Some(label), None) => palette.paint(Role::Heading, label),
                (Some(label), Some(text)) => {
                    format!("{}  {text}", palette.paint(Role::Heading, label))
                }
                (None, text) => text.clone().unwrap_or_default(),
            };
            let text = if row.is_pruned {
                palette.paint(Role::Faint, &text)
            } else {
                text
            };
            self.line(indent, &format!("{bars}{text}"));
        }
    }

    /// Returns a value that fits into a line.
    fn scalar(&self, value: &Value) -> String {
        match value {
            Value::Bytes(bytes) => self.bytes(bytes),
            Value::Count(number) => grouped(*number),
            Value::Flag(true) => "yes".to_owned(),
            Value::Flag(false) => "no".to_owned(),
            Value::Name(name) => name.replace('_', " "),
            // Not grouped: it may be the number of somebody.
            Value::Natural(number) => number.to_string(),
            Value::Phrase(text) | Value::Shown(text, _) => text.clone(),
            Value::Principal(principal) => principal.to_string(),
            Value::Size(1) => "1 byte".to_owned(),
            Value::Size(bytes) => format!("{} bytes", grouped(*bytes)),
            Value::Span(lifetime) => moment::describe(*lifetime),
            Value::Text(text) => plain_or_quoted(text),
            Value::Time(time) => {
                let nanos = format!("  {} ns", time.as_nanos());
                let nanos = self.layout.palette.paint(Role::Faint, &nanos);
                format!("{}{nanos}", moment::to_utc(*time))
            }
            Value::Verdict(verdict) => self.verdict(verdict),
            // Not in a line.
            Value::Drawing(_) | Value::List(_) | Value::Record(_) | Value::Records(..) => {
                String::new()
            }
        }
    }

    fn bytes(&self, bytes: &[u8]) -> String {
        let faint = |text: &str| self.layout.palette.paint(Role::Faint, text);
        if bytes.is_empty() {
            return faint("no bytes");
        }
        if bytes.len() <= MOST_BYTES || self.layout.is_verbose {
            return hex::encode(bytes);
        }
        let tail = bytes.len().saturating_sub(TAIL);
        let (head, tail) = (bytes.get(..HEAD), bytes.get(tail..));
        let (head, tail) = (head.unwrap_or_default(), tail.unwrap_or_default());
        let length = faint(&format!("  {} bytes", grouped_length(bytes)));
        format!("{}…{}{length}", hex::encode(head), hex::encode(tail))
    }

    fn verdict(&self, verdict: &Verdict) -> String {
        let (role, mark) = match verdict.state {
            State::Invalid => (Role::Bad, "✗ invalid"),
            State::Unchecked => (Role::Open, "? not checked"),
            State::Valid => (Role::Good, "✓ valid"),
        };
        let mark = self.layout.palette.paint(role, mark);
        if verdict.why.is_empty() {
            return mark;
        }
        format!("{mark}: {}", verdict.why)
    }

    fn line(&mut self, indent: usize, text: &str) {
        if !text.is_empty() {
            self.text.extend(std::iter::repeat_n(' ', indent));
            self.text.push_str(text);
        }
        self.text.push('\n');
    }
}

/// Returns whether a value stands beside its label.
const fn is_line(value: &Value) -> bool {
    match value {
        Value::Drawing(_) | Value::Record(_) => false,
        Value::Records(_, records) => records.is_empty(),
        _ => true,
    }
}

fn label(field: &Field) -> String {
    field.key.replace('_', " ")
}

/// Returns the number with a space between groups of three digits if it has more than five:
/// `1 234 567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() <= 5 {
        return digits;
    }
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn grouped_length(bytes: &[u8]) -> String {
    grouped(bytes.len().try_into().unwrap_or(u64::MAX))
}
