//! Running templates, in small.
