//! Where charts come from when they are not on this machine: OCI registries and chart repositories, with the credentials,
//! signatures and caches that Helm keeps, so that both find what the other left.
