//! Memories that share one: maps, what a stop leaves of them, and layout 9, which is made of them.

mod map;
mod reuse;
mod stops;
mod v9;
