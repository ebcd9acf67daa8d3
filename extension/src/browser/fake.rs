//! Test form.
