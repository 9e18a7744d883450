//! Shell that means something else than it says.

pub mod deprecated;
pub mod destructive;
pub mod secret_on_command_line;
pub mod shellcheck;
pub mod syntax;
pub mod unquoted;
