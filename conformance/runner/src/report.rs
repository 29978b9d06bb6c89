//! The reports, all made from [`Results`](crate::results::Results) and nothing else.

pub(crate) mod badge;
pub(crate) mod github;
pub(crate) mod html;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod sarif;
pub(crate) mod statement;
pub(crate) mod summary;
pub(crate) mod text;
