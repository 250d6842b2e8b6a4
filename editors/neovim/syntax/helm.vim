" Colours of templates: YAML, and actions that win wherever they stand, also in strings and comments.
if exists('b:current_syntax')
  finish
endif

" NOTES.txt is prose.
if expand('%:e') !=# 'txt'
  runtime! syntax/yaml.vim
  unlet! b:current_syntax
endif

syntax cluster helmInside contains=helmString,helmRaw,helmChar,helmNumber,helmConstant,helmControl,helmDefine,helmBuiltin,helmField,helmVariable,helmFunction,helmOperator,helmParen,helmInnerComment

" Items that are defined later win over earlier ones at the same place, so calls come first.
syntax match helmFunction /\<\h\w*\>/ contained
syntax match helmField /\.\h\w*/ contained
syntax match helmField /\.\%(\w\)\@!/ contained
syntax match helmBuiltin /\%(\w\|)\)\@<!\.\%(Values\|Chart\|Release\|Capabilities\|Files\|Template\|Subcharts\)\>/ contained
syntax match helmVariable /\$\w*/ contained
syntax match helmNumber /\<\d[0-9a-fA-FxXoO_.]*\>/ contained
syntax match helmOperator /:\==\||\|,/ contained
syntax match helmParen /[()]/ contained
syntax match helmControl /\.\@<!\<\%(if\|else\|end\|range\|with\|break\|continue\)\>/ contained
syntax match helmDefine /\.\@<!\<\%(define\|template\|block\|include\)\>/ contained
syntax match helmConstant /\.\@<!\<\%(true\|false\|nil\)\>/ contained
syntax region helmString start=/"/ skip=/\\./ end=/"/ contained oneline
syntax region helmRaw start=/`/ end=/`/ contained
syntax match helmChar /'\%(\\.\|[^\\']\)\+'/ contained
syntax region helmInnerComment start=+/\*+ end=+\*/+ contained

syntax region helmAction matchgroup=helmDelimiter start=/{{-\?/ end=/-\?}}/ contains=@helmInside containedin=ALLBUT,@helmInside,helmAction,helmComment
syntax region helmComment start=+{{\%(- \)\?\s*/\*+ end=+\*/\%(\s-\)\?\s*}}+ containedin=ALLBUT,@helmInside,helmAction,helmComment

highlight default link helmDelimiter Delimiter
highlight default link helmComment Comment
highlight default link helmInnerComment Comment
highlight default link helmString String
highlight default link helmRaw String
highlight default link helmChar Character
highlight default link helmNumber Number
highlight default link helmConstant Boolean
highlight default link helmControl Conditional
highlight default link helmDefine Keyword
highlight default link helmBuiltin Type
highlight default link helmField Identifier
highlight default link helmVariable Special
highlight default link helmFunction Function
highlight default link helmOperator Operator
highlight default link helmParen Delimiter

let b:current_syntax = 'helm'
