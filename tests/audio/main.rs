//! Recordings as users have them: whole, broken, split, and not recordings at all.

mod compressed;
mod header;
mod make;
mod refused;
mod sets;
mod speech;
