//! The promise to other programs: versioned wire types.

mod convert;
pub mod v1;
