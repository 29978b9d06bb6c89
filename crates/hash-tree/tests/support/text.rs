//! Hash trees as the interface spec writes them: slow, recursive, obvious.

use icid_hash_tree::Lookup;
use sha2::Digest;
use sha2::Sha256;

/// Labels in ascending order, among them the empty one and some that extend each other.
pub(crate) const LABELS: &[&[u8]] = &[
    b"",
    b"\0",
    b"\0\0",
    b"a",
    b"a\0",
    b"aa",
    b"ab",
    b"b",
    b"b\xff",
    b"c",
    b"\xff",
    b"\xff\xff",
];

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Empty,
    Fork(Box<Self>, Box<Self>),
    Labeled(Vec<u8>, Box<Self>),
    Leaf(Vec<u8>),
    Pruned([u8; 32]),
}

/// How to encode.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arrays {
    /// Shortest.
    Definite,
    /// Arrays of indefinite length.
    Indefinite,
    /// Every head in nine bytes.
    Wide,
}

impl Tree {
    pub(crate) fn fork(left: Self, right: Self) -> Self {
        Self::Fork(Box::new(left), Box::new(right))
    }

    pub(crate) fn labeled(label: impl Into<Vec<u8>>, tree: Self) -> Self {
        Self::Labeled(label.into(), Box::new(tree))
    }

    pub(crate) fn reconstruct(&self) -> [u8; 32] {
        let hash = |separator: &str, parts: &[&[u8]]| {
            let mut hasher = Sha256::new();
            hasher.update([u8::try_from(separator.len()).unwrap()]);
            hasher.update(separator);
            parts.iter().for_each(|part| hasher.update(part));
            hasher.finalize().into()
        };
        match self {
            Self::Empty => hash("ic-hashtree-empty", &[]),
            Self::Fork(left, right) => hash(
                "ic-hashtree-fork",
                &[&left.reconstruct(), &right.reconstruct()],
            ),
            Self::Labeled(label, tree) => {
                hash("ic-hashtree-labeled", &[label, &tree.reconstruct()])
            }
            Self::Leaf(value) => hash("ic-hashtree-leaf", &[value]),
            Self::Pruned(hash) => *hash,
        }
    }

    pub(crate) fn flatten_forks(&self) -> Vec<&Self> {
        match self {
            Self::Empty => vec![],
            Self::Fork(left, right) => [left.flatten_forks(), right.flatten_forks()].concat(),
            tree => vec![tree],
        }
    }

    pub(crate) fn lookup(&self, path: &[Vec<u8>]) -> Lookup<'_> {
        let Some((label, below)) = path.split_first() else {
            return match self {
                Self::Empty => Lookup::Absent,
                Self::Leaf(value) => Lookup::Found(value),
                Self::Pruned(_) => Lookup::Unknown,
                Self::Labeled(..) | Self::Fork(..) => Lookup::Error,
            };
        };
        let forest = self.flatten_forks();
        // The rules of find_label, one after the other.
        for member in &forest {
            if let Self::Labeled(found, tree) = member
                && found == label
            {
                return tree.lookup(below);
            }
        }
        for pair in forest.windows(2) {
            if let [Self::Labeled(before, _), Self::Labeled(after, _)] = pair
                && before < label
                && label < after
            {
                return Lookup::Absent;
            }
        }
        match forest.first() {
            Some(Self::Labeled(after, _)) if label < after => return Lookup::Absent,
            _ => {}
        }
        match forest.last() {
            Some(Self::Labeled(before, _)) if before < label => return Lookup::Absent,
            _ => {}
        }
        match forest[..] {
            [Self::Leaf(_)] | [] => Lookup::Absent,
            _ => Lookup::Unknown,
        }
    }

    pub(crate) fn is_well_formed(&self) -> bool {
        if let Self::Leaf(_) = self {
            return true;
        }
        let forest = self.flatten_forks();
        let labeled: Vec<_> = forest
            .iter()
            .filter_map(|member| match member {
                Self::Labeled(label, tree) => Some((label, tree)),
                _ => None,
            })
            .collect();
        labeled.windows(2).all(|pair| pair[0].0 < pair[1].0)
            && labeled.iter().all(|(_, tree)| tree.is_well_formed())
            && forest.iter().all(|member| !matches!(member, Self::Leaf(_)))
    }

    /// Returns every path that leads to something, in tree order.
    pub(crate) fn paths(&self) -> Vec<Vec<Vec<u8>>> {
        let mut paths = vec![vec![]];
        for member in self.flatten_forks() {
            if let Self::Labeled(label, tree) = member {
                for mut path in tree.paths() {
                    path.insert(0, label.clone());
                    paths.push(path);
                }
            }
        }
        paths
    }

    /// Returns a well-formed tree of the same shape: labels that don't ascend are replaced by the
    /// next that do, and what has no room becomes empty.
    pub(crate) fn made_well_formed(self) -> Self {
        match self {
            leaf @ Self::Leaf(_) => leaf,
            tree => tree.member_made_well_formed(&mut 0),
        }
    }

    fn member_made_well_formed(self, next: &mut usize) -> Self {
        match self {
            Self::Leaf(_) => Self::Empty,
            Self::Fork(left, right) => {
                let left = left.member_made_well_formed(next);
                Self::fork(left, right.member_made_well_formed(next))
            }
            Self::Labeled(label, tree) => {
                let index = LABELS
                    .iter()
                    .position(|known| *known == label)
                    .unwrap()
                    .max(*next);
                *next = index + 1;
                match LABELS.get(index) {
                    Some(label) => Self::labeled(*label, tree.made_well_formed()),
                    None => Self::Empty,
                }
            }
            tree => tree,
        }
    }

    /// Returns every tree that this one becomes when one more node is pruned.
    pub(crate) fn pruned_further(&self) -> Vec<Self> {
        if let Self::Pruned(_) = self {
            return vec![];
        }
        let mut trees = vec![Self::Pruned(self.reconstruct())];
        match self {
            Self::Fork(left, right) => {
                let lefts = left.pruned_further().into_iter();
                trees.extend(lefts.map(|left| Self::fork(left, (**right).clone())));
                let rights = right.pruned_further().into_iter();
                trees.extend(rights.map(|right| Self::fork((**left).clone(), right)));
            }
            Self::Labeled(label, tree) => {
                let below = tree.pruned_further().into_iter();
                trees.extend(below.map(|tree| Self::labeled(label.clone(), tree)));
            }
            _ => {}
        }
        trees
    }

    pub(crate) fn encoded(&self, arrays: Arrays) -> Vec<u8> {
        let mut out = vec![];
        self.encode(arrays, &mut out);
        out
    }

    fn encode(&self, arrays: Arrays, out: &mut Vec<u8>) {
        let (number, items) = match self {
            Self::Empty => (0, 1),
            Self::Fork(..) => (1, 3),
            Self::Labeled(..) => (2, 3),
            Self::Leaf(_) => (3, 2),
            Self::Pruned(_) => (4, 2),
        };
        match arrays {
            Arrays::Indefinite => out.push(0x9f),
            _ => head(4, items, arrays, out),
        }
        head(0, number, arrays, out);
        match self {
            Self::Empty => {}
            Self::Fork(left, right) => {
                left.encode(arrays, out);
                right.encode(arrays, out);
            }
            Self::Labeled(label, tree) => {
                string(label, arrays, out);
                tree.encode(arrays, out);
            }
            Self::Leaf(value) => string(value, arrays, out),
            Self::Pruned(hash) => string(hash, arrays, out),
        }
        if let Arrays::Indefinite = arrays {
            out.push(0xff);
        }
    }

    /// Decodes an encoding that is known to be right.
    pub(crate) fn decoded(bytes: &[u8]) -> Self {
        let (tree, rest) = Self::decode(bytes);
        assert_eq!(rest, b"");
        tree
    }

    fn decode(bytes: &[u8]) -> (Self, &[u8]) {
        let is_indefinite = bytes[0] == 0x9f;
        let rest = if is_indefinite {
            &bytes[1..]
        } else {
            argument(bytes).1
        };
        let (number, rest) = argument(rest);
        let (tree, rest) = match number {
            0 => (Self::Empty, rest),
            1 => {
                let (left, rest) = Self::decode(rest);
                let (right, rest) = Self::decode(rest);
                (Self::fork(left, right), rest)
            }
            2 => {
                let (label, rest) = decode_string(rest);
                let (tree, rest) = Self::decode(rest);
                (Self::labeled(label, tree), rest)
            }
            3 => {
                let (value, rest) = decode_string(rest);
                (Self::Leaf(value.to_vec()), rest)
            }
            4 => {
                let (hash, rest) = decode_string(rest);
                (Self::Pruned(hash.try_into().unwrap()), rest)
            }
            _ => panic!("node {number}"),
        };
        (
            tree,
            if is_indefinite {
                rest.strip_prefix(&[0xff]).unwrap()
            } else {
                rest
            },
        )
    }
}

fn head(major: u8, argument: u64, arrays: Arrays, out: &mut Vec<u8>) {
    match (arrays, u8::try_from(argument)) {
        (Arrays::Definite | Arrays::Indefinite, Ok(short @ 0..24)) => out.push(major << 5 | short),
        (Arrays::Definite | Arrays::Indefinite, Ok(byte)) => out.extend([major << 5 | 24, byte]),
        _ => {
            out.push(major << 5 | 27);
            out.extend(argument.to_be_bytes());
        }
    }
}

fn string(bytes: &[u8], arrays: Arrays, out: &mut Vec<u8>) {
    head(2, u64::try_from(bytes.len()).unwrap(), arrays, out);
    out.extend(bytes);
}

fn argument(bytes: &[u8]) -> (u64, &[u8]) {
    let width = match bytes[0] & 0x1f {
        info @ 0..24 => return (u64::from(info), &bytes[1..]),
        info => 1 << (info - 24),
    };
    let (argument, rest) = bytes[1..].split_at(width);
    (
        argument
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        rest,
    )
}

fn decode_string(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = argument(bytes);
    rest.split_at(usize::try_from(length).unwrap())
}
