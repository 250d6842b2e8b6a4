//! Walks over the tree of a template, for whoever looks for something in it without running it.

use super::{Command, Expr, ExprKind, Node, Pipe, on_deep_stack};

/// Is told of the parts of a template from the outside in, in the order of the text.
pub trait Visitor<'t> {
    /// A statement, before what is in it.
    fn node(&mut self, _node: &'t Node) {}

    /// A pipeline, before its commands.
    fn pipe(&mut self, _pipe: &'t Pipe) {}

    /// A command, before what stands in parentheses in it.
    fn command(&mut self, _command: &'t Command) {}

    /// The part of a `range` or `with` begins in which the dot is another.
    fn enter(&mut self, _branch: &'t Node) {}

    /// That part ends.
    fn leave(&mut self, _branch: &'t Node) {}
}

/// Walks over statements.
pub fn walk<'t>(body: &'t [Node], visitor: &mut dyn Visitor<'t>) {
    for node in body {
        on_deep_stack(|| statement(node, visitor));
    }
}

fn statement<'t>(node: &'t Node, visitor: &mut dyn Visitor<'t>) {
    visitor.node(node);
    match node {
        Node::Text(_) | Node::Break(_) | Node::Continue(_) => {}
        Node::Action(action) => pipeline(&action.pipe, visitor),
        Node::Template(call) => call.pipe.iter().for_each(|it| pipeline(it, visitor)),
        Node::If(branch) => {
            pipeline(&branch.pipe, visitor);
            walk(&branch.list, visitor);
            branch.else_list.iter().for_each(|it| walk(it, visitor));
        }
        Node::Range(branch) | Node::With(branch) => {
            pipeline(&branch.pipe, visitor);
            visitor.enter(node);
            walk(&branch.list, visitor);
            visitor.leave(node);
            branch.else_list.iter().for_each(|it| walk(it, visitor));
        }
    }
}

fn pipeline<'t>(pipe: &'t Pipe, visitor: &mut dyn Visitor<'t>) {
    visitor.pipe(pipe);
    for command in &pipe.commands {
        visitor.command(command);
        command.args.iter().for_each(|it| operand(it, visitor));
    }
}

fn operand<'t>(expr: &'t Expr, visitor: &mut dyn Visitor<'t>) {
    match &expr.kind {
        ExprKind::Pipe(pipe) => on_deep_stack(|| pipeline(pipe, visitor)),
        ExprKind::Chain(chain) => on_deep_stack(|| operand(&chain.base, visitor)),
        ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::String(_)
        | ExprKind::Nil
        | ExprKind::Dot
        | ExprKind::Field
        | ExprKind::Variable
        | ExprKind::Function(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;

    #[derive(Default)]
    struct Log(Vec<String>);

    impl<'t> Visitor<'t> for Log {
        fn command(&mut self, command: &'t Command) {
            self.0.push(command.args.len().to_string());
        }

        fn enter(&mut self, _: &'t Node) {
            self.0.push("(".to_owned());
        }

        fn leave(&mut self, _: &'t Node) {
            self.0.push(")".to_owned());
        }
    }

    #[test]
    fn everything_is_visited_in_its_order() {
        let text = "{{ with .a }}{{ print .b }}{{ else }}{{ print (.c | quote) (.d).e }}{{ end }}";
        let defines = parsed(text);
        let mut log = Log::default();
        walk(&defines[0].body, &mut log);
        assert_eq!(log.0.join(" "), "1 ( 2 ) 3 1 1 1");
    }
}
