; The text between the actions of a Helm template is one YAML document, not one per piece.
;
; `@yaml @combined` is the older spelling that Neovim 0.7 reads; the rest is what everybody reads now.
((text) @yaml @combined @injection.content
  (#set! injection.language "yaml")
  (#set! injection.combined))

((comment) @comment @injection.content
  (#set! injection.language "comment"))
