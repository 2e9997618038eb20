//! The recording on disk: written, followed, killed, cut, changed, closed again and archived.

mod archived;
mod damage;
mod followed;
mod full;
mod make;
mod midway;
mod sealed;
mod written;
