//! Printing, in small. Every expectation is Go's.

use super::*;
use crate::{Int, List, Map, MapType};

fn cx() -> Cx<'static> {
    crate::functions::calling::context()
}

#[track_caller]
fn check<const N: usize>(format: &str, args: [Value; N], expected: &str) {
    assert_eq!(String::from_utf8_lossy(&sprintf(&cx(), format.as_bytes(), &args)), expected, "{format}");
}

fn int(it: i64) -> Value {
    Int(it).into()
}

#[test]
fn integers() {
    check("%d|%5d|%-5d|%05d|%+d|% d", [3; 6].map(int), "3|    3|3    |00003|+3| 3");
    let expected = "ff|FF|0xff|377|0377|0o377|11111111|ÿ|'ÿ'|U+00FF";
    check("%x|%X|%#x|%o|%#o|%O|%b|%c|%q|%U", [255; 10].map(int), expected);
    check("%#U|%.5d|%8.5d|%-8.3d|", [9786, 42, 42, 42].map(int), "U+263A '☺'|00042|   00042|042     |");
    check("%d %x", [-7, -255].map(int), "-7 -ff");
    check("%.0d|%5.0d|", [0, 0].map(int), "|     |");
}

#[test]
fn floats() {
    let values = [3.0, 1e6, 0.000_01, 1.5];
    check("%v %v %v %v", values.map(Value::from), "3 1e+06 1e-05 1.5");
    check("%f %.2f %e %G", values.map(Value::from), "3.000000 1000000.00 1.000000e-05 1.5");
    check("%08.3f|%+.1f|%-8.1f|% .1f", values.map(Value::from), "0003.000|+1000000.0|0.0     | 1.5");
    let expected = "1.00000|1.00|0x1.8p+00|4503599627370496p-52";
    check("%#g|%#.3g|%x|%b", [1.0, 1.0, 1.5, 1.0].map(Value::from), expected);
    check("%v %v %05v", [f64::INFINITY, f64::NEG_INFINITY, f64::NAN].map(Value::from), "+Inf -Inf   NaN");
}

#[test]
fn hexadecimal_floats() {
    let values = [1.0 / 3.0, 1.0 / 3.0, 0.0, 5e-324, 1.9999, 0.1].map(Value::from);
    let expected = "0x1.5555555555555p-02|0x1.555p-02|0X0P+00|0x1p-1074|0x1p+01|0x1.999999999999a00p-04";
    check("%x|%.3x|%X|%x|%.0x|%.15x", values, expected);
}

#[test]
fn strings() {
    let expected = "abc|  abc|abc  |ab|\"abc\"|616263|61 62 63|0x616263";
    check("%s|%5s|%-5s|%.2s|%q|%x|% X|%#x", ["abc"; 8].map(Value::from), expected);
    check("%#q %+q %q", ["a", "é", "a\"\n"].map(Value::from), "`a` \"\\u00e9\" \"a\\\"\\n\"");
    check(
        "% x|% #x|%+q|%#q",
        ["hi", "hi", "☺", "a`b"].map(Value::from),
        "68 69|0x68 0x69|\"\\u263a\"|\"a`b\"",
    );
    check("%5.1q|%05s|", ["éé", "ab"].map(Value::from), "  \"é\"|000ab|");
}

#[test]
fn others() {
    check("%t %v %5t|", [true, false, true].map(Value::from), "true false  true|");
    let complex = Value::new(Data::Complex((1.0, -2.0).into()));
    check("%v %T %v", [Value::NIL, Value::NIL, complex], "<nil> <nil> (1-2i)");
    check("%T %T %T", [int(1), 1.0.into(), List::strings(["a"]).into()], "int float64 []string");
    check("100%% %s", ["a".into()], "100% a");
}

#[test]
fn containers() {
    let list: Value = List::any(vec![int(1), "two".into(), Value::NIL, 3.5.into()]).into();
    let map: Value = [("b", int(1)), ("a", list.clone())].into_iter().collect::<Map>().into();
    check("%v %v", [list.clone(), map], "[1 two <nil> 3.5] map[a:[1 two <nil> 3.5] b:1]");
    check("%s", [list.clone()], "[%!s(int=1) two <nil> %!s(float64=3.5)]");
    check("%q", [List::strings(["a", "b"]).into()], "[\"a\" \"b\"]");
    check("%#v", [list], "[]interface {}{1, \"two\", interface {}(nil), 3.5}");
    check("%#v", [Map::nil(MapType::Strings).into()], "map[string]string(nil)");
    let bytes = [(); 4].map(|()| Value::new(Data::Bytes(b"ab"[..].into())));
    check("%v %s %x %d", bytes, "[97 98] ab 6162 [97 98]");
}

#[test]
fn complaints() {
    check("%d", ["x".into()], "%!d(string=x)");
    check("%d", [3.0.into()], "%!d(float64=3)");
    check("%s", [Value::NIL], "%!s(<nil>)");
    check("%z %!|%!", [int(1), int(2)], "%!z(int=1) %!!(int=2)|%!!(MISSING)");
    check("%[2]*.[1]*f|%[1]d %[5]d", [int(2), int(8), 3.5.into()], "%!f(int=      08)|2 %!d(BADINDEX)");
    check(
        "%s",
        [[("a", int(1)), ("b", Value::NIL)].into_iter().collect::<Map>().into()],
        "map[a:%!s(int=1) b:<nil>]",
    );
    check("%d", [[("a", int(1))].into_iter().collect::<Map>().into()], "map[%!d(string=a):1]");
    check("%s %d", [int(1)], "%!s(int=1) %!d(MISSING)");
    check("%d", [int(1), "x".into(), Value::NIL], "1%!(EXTRA string=x, <nil>)");
    check("%", [int(1)], "%!(NOVERB)%!(EXTRA int=1)");
    check("%.2d%[3]d", [int(1)], "01%!d(BADINDEX)");
    check("%*d", ["x".into(), int(1)], "%!(BADWIDTH)1");
    check("%.*d", ["x".into(), int(1)], "%!(BADPREC)1");
}

#[test]
fn numbered_arguments() {
    check("%[2]d %[1]d", [1, 2].map(int), "2 1");
    check("%[2]*[1]d|", [1, 5].map(int), "    1|");
    check("%-*d|%.*f", [int(4), int(1), int(2), 1.0.into()], "1   |1.00");
    check("%[3]d %d", [1, 2].map(int), "%!d(BADINDEX) 1");
    check("%[x]d", [int(1)], "%!d(BADINDEX)");
}

#[test]
fn no_format_is_too_odd() {
    let odd = "%-+# 0*.*[1]v%[2]*.[1]*f%999999U%999999x%.999999x%.999999U%.999999f%.999999g%.999999e%[9999999]d%99999999d%é%[-1]d%[]d%.%[";
    let args = [int(1), 2.5.into(), "x".into(), Value::NIL, Value::INVALID];
    for end in (0..=odd.len()).filter(|&at| odd.is_char_boundary(at)) {
        sprintf(&cx(), &odd.as_bytes()[..end], &args);
        sprintf(&cx(), &odd.as_bytes()[end..], &args);
    }
}

#[test]
fn print_puts_spaces_between_what_is_no_string() {
    let args = [int(1), int(2), "a".into(), "b".into(), int(3), Value::NIL];
    assert_eq!(sprint(&cx(), &args), b"1 2ab3 <nil>");
    assert_eq!(sprintln(&cx(), &args), b"1 2 a b 3 <nil>\n");
}

#[test]
fn an_action_prints_no_value_where_there_is_none() {
    assert_eq!(print_value(&cx(), &Value::INVALID), b"<no value>");
    assert_eq!(print_value(&cx(), &int(1)), b"1");
}
