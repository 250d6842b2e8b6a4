; Variables live from their declaration to the end of the body that they stand in; a define sees none of the
; variables around it.
[
  (template)
  (if_action)
  (with_action)
  (range_action)
  (define_action)
  (block_action)
] @scope @local.scope

(declaration variable: (variable) @definition.var @local.definition.var @local.definition)
(range_variables
  key: (variable) @definition.var @local.definition.var @local.definition
  ":=")
(range_variables
  value: (variable) @definition.var @local.definition.var @local.definition)

(define_action name: (_) @definition.function @local.definition.function @local.definition)
(block_action name: (_) @definition.function @local.definition.function @local.definition)

(variable) @reference @local.reference
