//! Whether the answers to a session are Helmfile's: the same exit codes, the same results, the same files.
//!
//! What goes to standard error is everybody's own, except for what the session says of it.

use super::session::{Run, Session};
use crate::recording::parse_answers;

impl Session {
    /// Writes Helmfile's answers down.
    pub fn record(&self, answers: &str) {
        let path = self.recorded();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, answers).unwrap();
    }

    /// What is wrong with our answers.
    pub fn differences(&self, ours: &str) -> Vec<String> {
        self.compare(ours, |run, pair| {
            let differs = pair.ours.0 != pair.theirs.0;
            let unsaid = run.told.iter().chain(&run.errors).find(|it| !pair.ours.1.contains(*it));
            match unsaid {
                Some(words) => Some(format!("we do not say `{words}`")),
                None if differs && run.differs.is_none() => Some("the results differ".to_owned()),
                None if !differs && run.differs.is_some() => Some("the results do not differ".to_owned()),
                None => None,
            }
        })
    }

    /// What Helmfile does not say any more that was written down.
    pub fn recorded_otherwise(&self, again: &str) -> Vec<String> {
        self.compare(again, |run, pair| {
            let unsaid = run.told.iter().find(|it| !pair.theirs.1.contains(*it));
            match unsaid {
                Some(words) => Some(format!("Helmfile does not say `{words}`")),
                None => (pair.ours.0 != pair.theirs.0).then(|| "recorded otherwise".to_owned()),
            }
        })
    }

    fn compare(&self, answers: &str, judge: impl Fn(&Run, &Pair<'_>) -> Option<String>) -> Vec<String> {
        let path = self.recorded();
        let recorded =
            std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let (answers, recorded) = (parse_answers(answers), parse_answers(&recorded));
        let none = Run::default();
        let mut wrong = Vec::new();
        for (at, ((line, ours), (of, theirs))) in answers.iter().zip(&recorded).enumerate() {
            let run = self.runs.get(at).unwrap_or(&none);
            let verdict = judge(run, &Pair { ours: parts(ours), theirs: parts(theirs) });
            let verdict = if line == of { verdict } else { Some("to be recorded again".to_owned()) };
            let Some(verdict) = verdict else { continue };
            wrong.push(format!("{} {line}: {verdict}\n{ours}\n--- Helmfile\n{theirs}", self.name));
        }
        if answers.len() != recorded.len() {
            wrong.push(format!("{} is to be recorded again", self.name));
        }
        wrong
    }
}

/// Two answers to the same, each the result and what went to standard error.
struct Pair<'p> {
    ours: (&'p str, &'p str),
    theirs: (&'p str, &'p str),
}

fn parts(answer: &str) -> (&str, &str) {
    let said = answer.find("--- stderr\n").unwrap_or(answer.len());
    answer.split_at(said)
}
