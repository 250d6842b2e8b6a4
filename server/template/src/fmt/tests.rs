//! Printing, in small.
