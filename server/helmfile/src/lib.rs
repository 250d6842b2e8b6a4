//! Helmfile without Helmfile: what a `helmfile.yaml` wants of a cluster, for one environment.
//!
//! Files, the environment of the process and programs come in through a trait, so that an editor can load what is on its
//! screen and run nothing, and tests can load files that are nowhere.
