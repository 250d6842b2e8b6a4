; The text between the actions of a Helm template is one YAML document, not one per piece.
((text) @injection.content
  (#set! injection.language "yaml")
  (#set! injection.combined))

((comment) @injection.content
  (#set! injection.language "comment"))
