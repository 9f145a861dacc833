//! The program: arguments become a command, and what went wrong becomes a line on stderr and an exit code.

use std::process::ExitCode;

use manyi::app::{self, RunError};
use manyi::cli::{self, Command, Failure};

fn main() -> ExitCode {
    let done = cli::parse().and_then(|asked| match asked.command {
        Command::Serve(args) => app::serve_forever(args.role.into(), args.listen).map_err(failure),
        Command::Demo(args) => app::demo_forever(&args.dir, &args.listen).map_err(failure),
        Command::Openapi => {
            cli::say(&manyi::web::api::openapi_json());
            Ok(())
        }
        Command::Task(task) => cli::run(task),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            cli::complain(&format!("manyi: {}", failure.message));
            ExitCode::from(failure.exit_code)
        }
    }
}

fn failure(error: RunError) -> Failure {
    match error {
        RunError::Start(error) => error.into(),
        RunError::Settings(error) => error.into(),
        RunError::Listen { address, source } => Failure::listen(&address, &source),
        error => Failure::new(error.to_string()),
    }
}
