//! Limits against charts that would never end or fill the memory, for those few that need more.

use template::{Limits, MIB};

/// How much rendering may use up.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
#[expect(clippy::struct_field_names, reason = "they are the names of the flags")]
pub(crate) struct LimitFlags {
    /// Steps that all templates may take together; ten million are about a second.
    #[arg(
        long,
        global = true,
        env = "CHARTROOM_MAX_STEPS",
        value_name = "NUMBER",
        default_value_t = Limits::COMMAND.steps
    )]
    max_steps: u64,
    /// Memory for what templates make on the way, in MiB.
    #[arg(
        long,
        global = true,
        env = "CHARTROOM_MAX_MEMORY",
        value_name = "MIB",
        default_value_t = Limits::COMMAND.memory / MIB
    )]
    max_memory: u64,
    /// What templates may print, in MiB.
    #[arg(
        long,
        global = true,
        env = "CHARTROOM_MAX_OUTPUT",
        value_name = "MIB",
        default_value_t = Limits::COMMAND.output / MIB
    )]
    max_output: u64,
}

impl LimitFlags {
    /// What the engine calls them.
    pub(crate) fn limits(&self) -> Limits {
        let bytes = |mib: u64| mib.saturating_mul(MIB);
        Limits { steps: self.max_steps, memory: bytes(self.max_memory), output: bytes(self.max_output) }
    }
}
