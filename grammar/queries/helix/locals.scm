; Variables live from their declaration to the end of the body that they stand in.
[
  (template)
  (if_action)
  (with_action)
  (range_action)
  (define_action)
  (block_action)
] @local.scope

(declaration variable: (variable) @local.definition.variable)
(range_variables key: (variable) @local.definition.variable)
(range_variables value: (variable) @local.definition.variable)

(variable) @local.reference
