//! Trees as text: the canonical form in which Go's messages quote a node.

use super::node::{AnyNode, Branch, Command, Expr, ExprKind, Node, Pipe, Source};
use super::on_deep_stack;

/// What stands between `<` and `>` in a message.
pub fn to_text(node: AnyNode<'_>, source: &Source) -> Vec<u8> {
    let mut printer = Printer { out: Vec::new(), source };
    match node {
        AnyNode::Node(it) => printer.node(it),
        AnyNode::Pipe(it) => printer.pipe(it),
        AnyNode::Command(it) => printer.command(it),
        AnyNode::Expr(it) => printer.expr(it),
    }
    printer.out
}

/// A list of statements; plain text is quoted, as in Go's own tests.
pub fn list_to_text(list: &[Node], source: &Source) -> Vec<u8> {
    let mut printer = Printer { out: Vec::new(), source };
    printer.list(list);
    printer.out
}

struct Printer<'s> {
    out: Vec<u8>,
    source: &'s Source,
}

impl Printer<'_> {
    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn push_source(&mut self, range: text::TextRange) {
        self.out.extend_from_slice(self.source.slice(range));
    }

    fn list(&mut self, list: &[Node]) {
        for node in list {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Text(range) => self.push_source(*range),
            Node::Action(it) => {
                self.push("{{");
                self.pipe(&it.pipe);
                self.push("}}");
            }
            Node::If(it) => self.branch("if", it),
            Node::Range(it) => self.branch("range", it),
            Node::With(it) => self.branch("with", it),
            Node::Template(it) => {
                self.push("{{template ");
                self.push(&golang::strconv::quote(&it.name));
                if let Some(pipe) = &it.pipe {
                    self.push(" ");
                    self.pipe(pipe);
                }
                self.push("}}");
            }
            Node::Break(_) => self.push("{{break}}"),
            Node::Continue(_) => self.push("{{continue}}"),
        }
    }

    fn branch(&mut self, keyword: &str, branch: &Branch) {
        self.push("{{");
        self.push(keyword);
        self.push(" ");
        self.pipe(&branch.pipe);
        self.push("}}");
        on_deep_stack(|| {
            self.list(&branch.list);
            if let Some(list) = &branch.else_list {
                self.push("{{else}}");
                self.list(list);
            }
        });
        self.push("{{end}}");
    }

    fn pipe(&mut self, pipe: &Pipe) {
        for (at, variable) in pipe.decl.iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            self.push_source(*variable);
        }
        if !pipe.decl.is_empty() {
            self.push(if pipe.is_assign { " = " } else { " := " });
        }
        for (at, command) in pipe.commands.iter().enumerate() {
            if at > 0 {
                self.push(" | ");
            }
            self.command(command);
        }
    }

    fn command(&mut self, command: &Command) {
        for (at, arg) in command.args.iter().enumerate() {
            if at > 0 {
                self.push(" ");
            }
            self.operand(arg);
        }
    }

    /// An operand; pipelines are in parentheses here.
    fn operand(&mut self, expr: &Expr) {
        if let ExprKind::Pipe(pipe) = &expr.kind {
            self.push("(");
            on_deep_stack(|| self.pipe(pipe));
            self.push(")");
        } else {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Pipe(pipe) => self.pipe(pipe),
            ExprKind::Chain(chain) => {
                self.operand(&chain.base);
                self.push_source(chain.fields);
            }
            // All others are printed as they are written.
            ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Nil
            | ExprKind::Dot
            | ExprKind::Field
            | ExprKind::Variable
            | ExprKind::Function(_) => self.push_source(expr.range),
        }
    }
}
