//! What the objects of Kubernetes may say: the schemas of its own kinds, several versions in little room, and those that
//! custom resource definitions bring. Objects are held against them, completed from them and explained by them.
