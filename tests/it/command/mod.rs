//! The command: its options, its start, its log, its end.

mod check;
mod healthcheck;
mod json;
mod log;
mod options;
mod start;
mod stop;
