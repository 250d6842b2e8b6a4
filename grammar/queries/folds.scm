; What can be folded away: every action with a body, long comments, and actions over several lines.
[
  (if_action)
  (with_action)
  (range_action)
  (define_action)
  (block_action)
  (comment_action)
  (action)
] @fold
