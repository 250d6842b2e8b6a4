//! Arguments that ask for too much, and the limits as arguments.

use super::{OUTPUT_LIMIT, STEPS_LIMIT, chart, printed, refused, template};

refused! {
    a_huge_index: chart().arg("--set").arg("a[1000000000]=1")
        => "index of 1000000000 is greater than maximum supported index of 65536";
    a_huge_index_in_json: chart().arg("--set-json").arg("a[1000000000]=1")
        => "failed parsing --set-json data";
    a_hundred_thousand_dots: chart().arg("--set").arg(format!("a{}=1", ".a".repeat(60_000)))
        => "value name nested level is greater than maximum supported nested level of 30";
    lists_in_lists: chart().arg("--set").arg(format!("a={}", "{".repeat(100_000)))
        => "failed parsing --set data";
    indices_in_indices: chart().arg("--set").arg(format!("a{}=1", "[0]".repeat(40_000)))
        => "failed parsing --set data";
    deep_json: chart().arg("--set-json").arg(format!("a={}", "[".repeat(100_000)))
        => "failed parsing --set-json data";
    a_name_without_end: chart().arg("--name-template").arg("{{ range 9000000000000000000 }}{{ end }}")
        => STEPS_LIMIT;
    fewer_steps: template("{{ range until 1000 }}a{{ end }}").arg("--max-steps").arg("100")
        => "100 steps", STEPS_LIMIT;
    less_memory: template("{{ $_ := repeat 2000000 \"a\" }}").arg("--max-memory").arg("1")
        => "1 MiB", "--max-memory";
    less_output: template("{{ repeat 2000000 \"a\" }}").arg("--max-output").arg("1")
        => "1 MiB", OUTPUT_LIMIT;
    // Each of a hundred templates keeps to the limits, all of them together do not.
    many_templates: (0..100).fold(chart(), |chart, at| {
        chart.file(&format!("templates/{at}.yaml"), "{{ range until 1000 }}a{{ end }}")
    }).arg("--max-steps").arg("50000") => STEPS_LIMIT;
}

printed! {
    many_indices: chart().arg("--set").arg("a[65536]=1").file("templates/a.yaml", "a: {{ len .Values.a }}")
        => "a: 65537";
    more_output: template("{{ range until 100 }}a: {{ . }}\n---\n{{ end }}").arg("--max-output").arg("1") => "a: 99";
}
