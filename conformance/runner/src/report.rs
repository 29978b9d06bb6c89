//! The reports, all made from [`Results`](crate::results::Results) and nothing else.

pub(crate) mod github;
pub(crate) mod html;
pub(crate) mod junit;
pub(crate) mod summary;
pub(crate) mod text;
