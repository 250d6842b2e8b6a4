//! What functions make of shapes: those that hand values through, take them apart or put them together.

use std::collections::BTreeMap;
use std::sync::Arc;

use syntax::Expr;

use super::eval::{Evaluator, Scope};
use super::{Shape, Thing};

impl<'a> Evaluator<'a> {
    /// What a call gives. The piped value is the last argument, as in Go.
    pub(super) fn call(
        &self,
        scope: Scope<'_, 'a>,
        name: &str,
        arguments: &'a [Expr],
        piped: Option<Shape>,
    ) -> Shape {
        let shapes = arguments.iter().map(|it| self.expr(scope, it)).chain(piped);
        let args: Vec<Shape> = shapes.collect();
        let first = || args.first().cloned().unwrap_or_default();
        let last = || args.last().cloned().unwrap_or_default();
        match name {
            "default" | "coalesce" | "or" => Shape::union(args.iter().rev().cloned()),
            "and" | "required" | "mustDeepCopy" | "deepCopy" => last(),
            "ternary" => Shape::union(args.iter().take(2).cloned()),
            "merge" | "mustMerge" | "mergeOverwrite" | "mustMergeOverwrite" => Shape::union(args),
            "pick" | "omit" => first(),
            "set" => self.with_key(&args),
            "unset" => first(),
            "dict" => dict(&args),
            "list" | "tuple" => Shape::of(Thing::List(Arc::new(Shape::union(args)))),
            "append" | "push" | "mustAppend" | "mustPush" | "prepend" | "mustPrepend" => {
                let elements = [self.elements(&first()), args.get(1).cloned().unwrap_or_default()];
                Shape::of(Thing::List(Arc::new(Shape::union(elements))))
            }
            "concat" => Shape::union(args),
            "rest" | "initial" | "reverse" | "uniq" | "compact" | "mustRest" | "mustInitial"
            | "mustReverse" | "mustUniq" | "mustCompact" => last(),
            "without" | "mustWithout" | "slice" | "mustSlice" => first(),
            "first" | "last" | "mustFirst" | "mustLast" => self.elements(&last()),
            "values" => Shape::of(Thing::List(Arc::new(self.elements(&last())))),
            "index" => args.iter().skip(1).fold(first(), |shape, key| self.step(&shape, key)),
            "get" => args.get(1).map_or_else(Shape::unknown, |key| self.step(&first(), key)),
            "pluck" => Shape::of(Thing::List(Arc::new(Shape::union(
                args.iter().skip(1).map(|map| self.step(map, &args[0])),
            )))),
            "dig" => self.dig(&args),
            "include" | "tpl" | "printf" | "print" | "quote" | "squote" | "toString" | "toYaml"
            | "toJson" | "trim" | "trunc" | "upper" | "lower" | "replace" | "join" | "indent" | "nindent"
            | "b64enc" | "b64dec" => Shape::typed("string"),
            "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "not" | "empty" | "hasKey" | "has" | "contains" => {
                Shape::typed("bool")
            }
            "int" | "int64" | "add" | "sub" | "mul" | "div" | "len" => Shape::typed("int"),
            _ => Shape::unknown(),
        }
    }

    /// What stands under a key, or under any where the key is not a constant.
    fn step(&self, shape: &Shape, key: &Shape) -> Shape {
        match key.options() {
            [Thing::Literal(key)] => self.field(shape, key),
            _ => self.elements(shape),
        }
    }

    /// `dig "a" "b" DEFAULT MAP`
    fn dig(&self, args: &[Shape]) -> Shape {
        let [keys @ .., default, map] = args else { return Shape::unknown() };
        let found = keys.iter().fold(map.clone(), |shape, key| self.step(&shape, key));
        Shape::union([found, default.clone()])
    }

    /// `set MAP "key" VALUE` changes the map and returns it.
    fn with_key(&self, args: &[Shape]) -> Shape {
        let [map, key, value] = args else { return Shape::unknown() };
        let Some(Thing::Literal(key)) = key.options().first() else { return map.clone() };
        let mut shape = map.clone();
        shape.add(Shape::of(Thing::Dict(Arc::new(BTreeMap::from([(key.to_string(), value.clone())])))));
        shape
    }
}

fn dict(args: &[Shape]) -> Shape {
    let mut entries = BTreeMap::new();
    for pair in args.chunks(2) {
        if let [key, value] = pair
            && let Some(Thing::Literal(key)) = key.options().first()
        {
            entries.insert(key.to_string(), value.clone());
        }
    }
    Shape::of(Thing::Dict(Arc::new(entries)))
}
