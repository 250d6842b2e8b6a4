; Indentation of bodies, with the names of nvim-treesitter and, where they differ, its older ones.
[
  (if_action)
  (with_action)
  (range_action)
  (define_action)
  (block_action)
  (parenthesized)
] @indent @indent.begin

[
  "else"
  "end"
  ")"
] @branch @indent.branch

(comment) @ignore @indent.ignore
