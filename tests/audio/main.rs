//! Recordings as users have them: whole, broken, split, and not recordings at all.

mod compressed;
mod containers;
mod header;
mod make;
mod microphones;
mod refused;
mod sets;
mod speech;
