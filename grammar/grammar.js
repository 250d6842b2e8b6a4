// Helm templates, which are Go's text/template: text with actions between `{{` and `}}`.
//
// Written from the language that https://pkg.go.dev/text/template documents. Everything that Go's own
// parser accepts parses here without an error node; a little more parses too (an empty action, a define in
// a branch, a comment after two spaces), because a tree that stays whole while somebody types is worth more
// to an editor than a second opinion on what the engine will say anyway.
//
// Two shapes need a word:
//
// - Blank space decides in Go: `.a.b` is one operand, `.a .b` are two. So what may follow a dot is an
//   immediate token, and the `.` of a chain is another token than the `.` that stands alone.
// - After `{{` only the next word tells whether a body goes on or ends. So branches have no node of their
//   own (that would need two tokens of lookahead); they nest to the right through hidden `_*_tail` rules,
//   and all their parts are children of the one `if_action`, `range_action` or `with_action`, by field.

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const LETTER = '\\p{L}_';
const WORD = new RegExp(`[${LETTER}][${LETTER}\\p{Nd}]*`, 'u');

module.exports = grammar({
  name: 'gotmpl',

  word: ($) => $.identifier,

  extras: (_) => [/[ \t\r\n]/],

  supertypes: ($) => [$._operand],

  rules: {
    template: ($) => repeat($._node),

    _node: ($) =>
      choice(
        $.text,
        $.comment_action,
        $.action,
        $.if_action,
        $.range_action,
        $.with_action,
        $.define_action,
        $.block_action,
        $.template_action,
        $.break_action,
        $.continue_action,
      ),

    // A lone brace is text; `{{` never is. The precedences say: what could be text or blank space before an
    // action is text (that outranks `{{`), but inside a broken action every other token outranks text.
    text: (_) => prec.right(repeat1(choice(token(prec(-1, /[^{]+/)), token(prec(-3, '{'))))),

    // Delimiters. A trim marker is one only beside a blank: `{{-3}}` prints a number.
    _open: (_) =>
      choice(alias(token(prec(-2, '{{')), '{{'), alias(token(prec(-2, /\{\{-[ \t\r\n]/)), '{{-')),
    _close: (_) => choice('}}', '-}}'),

    // Actions without a body.
    comment_action: ($) => seq($._open, $.comment, $._close),
    comment: (_) => token(/\/\*[^*]*\*+([^\/*][^*]*\*+)*\//),

    action: ($) => seq($._open, optional(choice($._pipeline, $.declaration, $.assignment)), $._close),

    template_action: ($) =>
      seq(
        $._open,
        'template',
        field('name', $._string),
        optional(field('argument', choice($._pipeline, $.declaration, $.assignment))),
        $._close,
      ),

    break_action: ($) => seq($._open, 'break', $._close),
    continue_action: ($) => seq($._open, 'continue', $._close),

    // Actions with a body.
    define_action: ($) =>
      seq($._open, 'define', field('name', $._string), $._close, field('body', repeat($._node)), $._end),

    block_action: ($) =>
      seq(
        $._open,
        'block',
        field('name', $._string),
        field('argument', choice($._pipeline, $.declaration, $.assignment)),
        $._close,
        field('body', repeat($._node)),
        $._end,
      ),

    if_action: ($) =>
      seq(
        $._open,
        'if',
        field('condition', $._header),
        $._close,
        field('consequence', repeat($._node)),
        $._if_tail,
      ),

    _if_tail: ($) =>
      choice(
        $._end,
        $._else,
        seq(
          $._open,
          'else',
          'if',
          field('condition', $._header),
          $._close,
          field('alternative', repeat($._node)),
          $._if_tail,
        ),
      ),

    with_action: ($) =>
      seq(
        $._open,
        'with',
        field('condition', $._header),
        $._close,
        field('consequence', repeat($._node)),
        $._with_tail,
      ),

    _with_tail: ($) =>
      choice(
        $._end,
        $._else,
        seq(
          $._open,
          'else',
          'with',
          field('condition', $._header),
          $._close,
          field('alternative', repeat($._node)),
          $._with_tail,
        ),
      ),

    range_action: ($) =>
      seq(
        $._open,
        'range',
        field('range', choice($._header, $.range_variables)),
        $._close,
        field('body', repeat($._node)),
        choice($._end, $._else),
      ),

    range_variables: ($) =>
      seq(
        field('key', $.variable),
        ',',
        field('value', $.variable),
        choice(':=', '='),
        field('collection', $._pipeline),
      ),

    _else: ($) => seq($._open, 'else', $._close, field('alternative', repeat($._node)), $._end),
    _end: ($) => seq($._open, 'end', $._close),

    // Pipelines.
    _header: ($) => choice($._pipeline, $.declaration, $.assignment),

    declaration: ($) => seq(field('variable', $.variable), ':=', field('value', $._pipeline)),
    assignment: ($) => seq(field('variable', $.variable), '=', field('value', $._pipeline)),

    _pipeline: ($) => choice($._command, $.pipeline),
    pipeline: ($) => seq($._command, repeat1(seq('|', $._command))),

    _command: ($) => choice($._operand, $.function_call, $.method_call),

    function_call: ($) => seq(field('function', $.identifier), field('arguments', $.arguments)),
    method_call: ($) =>
      seq(
        field('method', choice($.dot, $.field, $.variable, $.selector, $.parenthesized, $._literal)),
        field('arguments', $.arguments),
      ),
    arguments: ($) => repeat1($._operand),

    // Operands.
    _operand: ($) =>
      choice($.dot, $.field, $.variable, $.identifier, $.selector, $.parenthesized, $._literal),

    dot: (_) => '.',
    field: ($) => seq('.', field('name', $.field_identifier)),
    selector: ($) =>
      seq(
        field('operand', choice($.field, $.variable, $.identifier, $.selector, $.parenthesized)),
        alias(token.immediate(prec(1, '.')), '.'),
        field('field', $.field_identifier),
      ),
    variable: (_) => token(new RegExp(`\\$[${LETTER}\\p{Nd}]*`, 'u')),
    parenthesized: ($) =>
      seq('(', optional(choice($._pipeline, $.declaration, $.assignment)), ')'),

    identifier: (_) => WORD,
    field_identifier: (_) => token.immediate(prec(1, WORD)),

    // Literals.
    _literal: ($) => choice($._string, $.number, $.char, $.true, $.false, $.nil),

    _string: ($) => choice($.interpreted_string, $.raw_string),
    interpreted_string: ($) =>
      seq(
        '"',
        repeat(choice($.string_content, $.escape_sequence)),
        alias(token.immediate('"'), '"'),
      ),
    string_content: (_) => token.immediate(prec(1, /[^"\\\n]+/)),
    escape_sequence: (_) =>
      token.immediate(
        prec(1, /\\([abfnrtv\\'"]|[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^\n])/),
      ),
    raw_string: (_) => token(/`[^`]*`/),

    char: (_) => token(/'(\\.|\\[0-7]{3}|\\x[0-9a-fA-F]+|\\u[0-9a-fA-F]+|\\U[0-9a-fA-F]+|[^'\\\n])'/),

    // Every form of Go's numbers, with sign, `_`, hexadecimal exponents and imaginary parts.
    number: (_) => {
      const decimal = /([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9][0-9_]*)([eE][+-]?[0-9_]+)?/.source;
      const prefixed = /0[xX][0-9a-fA-F_]*(\.[0-9a-fA-F_]*)?([pP][+-]?[0-9_]+)?|0[bBoO][0-9_]+/.source;
      const real = `[+-]?(${prefixed}|${decimal})`;
      return token(new RegExp(`${real}i?|${real}[+-](${prefixed}|${decimal})i`));
    },

    true: (_) => 'true',
    false: (_) => 'false',
    nil: (_) => 'nil',
  },
});
