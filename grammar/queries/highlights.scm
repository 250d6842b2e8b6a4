; Highlighting for Neovim and the tree-sitter program. Helix has its own names: see helix/highlights.scm.
;
; Names that Neovim changed are given twice, old one first: Neovim 0.7 knows only the old, from 0.10 on the
; new one wins because it comes last.

(comment) @comment

[
  "{{"
  "{{-"
  "}}"
  "-}}"
] @punctuation.special

[
  "("
  ")"
] @punctuation.bracket

[
  "."
  ","
] @punctuation.delimiter

[
  "|"
  ":="
  "="
] @operator

[
  "if"
  "else"
  "with"
] @conditional @keyword.conditional

(if_action "end" @conditional @keyword.conditional)
(with_action "end" @conditional @keyword.conditional)

[
  "range"
  "break"
  "continue"
] @repeat @keyword.repeat

(range_action "else" @repeat @keyword.repeat)
(range_action "end" @repeat @keyword.repeat)

[
  "define"
  "block"
] @keyword @keyword.function

(define_action "end" @keyword @keyword.function)
(block_action "end" @keyword @keyword.function)

"template" @include @keyword.import

(dot) @variable.builtin
(variable) @variable
((variable) @variable.builtin
  (#eq? @variable.builtin "$"))

(field name: (field_identifier) @field @variable.member)
(selector field: (field_identifier) @field @variable.member)

((field name: (field_identifier) @variable.builtin)
  (#any-of? @variable.builtin "Values" "Release" "Chart" "Files" "Capabilities" "Template" "Subcharts"))

(identifier) @function @function.call
((identifier) @function.builtin
  (#any-of? @function.builtin
    "and" "call" "eq" "ge" "gt" "html" "index" "js" "le" "len" "lt" "ne" "not" "or" "print" "printf"
    "println" "slice" "urlquery"))
((identifier) @include @keyword.import
  (#any-of? @keyword.import "include" "tpl"))

(interpreted_string) @string
(raw_string) @string
(escape_sequence) @string.escape
(define_action name: (_) @function)
(block_action name: (_) @function)
(template_action name: (_) @function)

(char) @character
(number) @number
[
  (true)
  (false)
] @boolean
(nil) @constant.builtin
