//! How a meeting is described: the institution, the lists, the questions to a clerk, and what is
//! still missing.

mod clerk;
mod institution;
mod lists;
