//! From the sound of turns to words: models, the engines that run them, and the pipeline that feeds
//! them.

pub mod models;
pub mod pipeline;
pub mod preview_file;
pub mod progress_file;
pub mod speech;
