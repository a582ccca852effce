//! What all resources have in common, tried on each of them.

mod access;
mod lists;
mod methods;
mod state;
