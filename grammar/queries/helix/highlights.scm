; Highlighting for Helix, in the scopes of its themes. Copy this folder to runtime/queries/gotmpl.

(comment) @comment.block

["{{" "{{-" "}}" "-}}"] @punctuation.special
["(" ")"] @punctuation.bracket
["." ","] @punctuation.delimiter
["|" ":=" "="] @operator

["if" "else" "with" "end"] @keyword.control.conditional
["range" "break" "continue"] @keyword.control.repeat
(range_action "else" @keyword.control.repeat)
(range_action "end" @keyword.control.repeat)
["define" "block"] @keyword.function
(define_action "end" @keyword.function)
(block_action "end" @keyword.function)
"template" @keyword.control.import

(dot) @variable.builtin
(variable) @variable
((variable) @variable.builtin
  (#eq? @variable.builtin "$"))

(field name: (field_identifier) @variable.other.member)
(selector field: (field_identifier) @variable.other.member)
((field name: (field_identifier) @variable.builtin)
  (#any-of? @variable.builtin "Values" "Release" "Chart" "Files" "Capabilities" "Template" "Subcharts"))

(identifier) @function
((identifier) @function.builtin
  (#any-of? @function.builtin
    "and" "call" "eq" "ge" "gt" "html" "index" "js" "le" "len" "lt" "ne" "not" "or" "print" "printf"
    "println" "slice" "urlquery"))
((identifier) @keyword.control.import
  (#any-of? @keyword.control.import "include" "tpl"))

(interpreted_string) @string
(raw_string) @string
(escape_sequence) @constant.character.escape
(define_action name: (_) @function)
(block_action name: (_) @function)
(template_action name: (_) @function)

(char) @constant.character
(number) @constant.numeric
[(true) (false)] @constant.builtin.boolean
(nil) @constant.builtin
