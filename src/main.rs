//! The `risalah` program: a thin door to the command line's rooms.

fn main() {}
