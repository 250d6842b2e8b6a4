; `af`/`if` select a define, `ac`/`ic` a block with a body, `aC` a comment.
(define_action body: (_)* @function.inside) @function.around
(block_action body: (_)* @function.inside) @function.around
(if_action consequence: (_)* @class.inside) @class.around
(with_action consequence: (_)* @class.inside) @class.around
(range_action body: (_)* @class.inside) @class.around
(comment) @comment.inside
(comment_action) @comment.around
