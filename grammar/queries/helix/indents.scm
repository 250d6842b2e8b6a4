; Bodies are indented; the words that close or divide them are not.
[
  (if_action)
  (with_action)
  (range_action)
  (define_action)
  (block_action)
  (parenthesized)
] @indent

["else" "end" ")"] @outdent
