//! Flags and environment: what there is to choose, and which variables look like a mistake.

use std::{
    ffi::{OsStr, OsString},
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
};

use anthropic_admin_mock::{Moment, RateLimit, Settings};
use clap::{
    Arg, ArgAction, ArgMatches, Args, Command as ClapCommand, CommandFactory, FromArgMatches, Parser,
    Subcommand, ValueEnum, builder::BoolishValueParser, parser::ValueSource,
};

/// A local stand-in for the directory part of Anthropic's Admin API.
///
/// Without a subcommand it serves. Every option can also be set by its environment variable; one
/// that is set to nothing counts as not set.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    /// Where to listen; port 0 takes a free one, which the first line on stdout names.
    #[arg(long, value_name = "ADDR", env = "MOCK_LISTEN", default_value = "127.0.0.1:4010", value_parser = address)]
    pub listen: SocketAddr,

    #[command(flatten)]
    pub serving: Serving,

    /// A host name under which the control routes may be reached, besides IP addresses and local names; may be repeated.
    /// The variable separates them by commas.
    #[arg(long = "control-host", value_name = "NAME", env = "MOCK_CONTROL_HOST", value_delimiter = ',', value_parser = host_name)]
    control_hosts: Vec<String>,

    /// Stop when the standard input ends, which it does when the process that started the server is gone.
    #[arg(long, env = "MOCK_UNTIL_STDIN_ENDS", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub until_stdin_ends: bool,

    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The options of serving that `run` has as well.
#[derive(Args)]
pub struct Serving {
    /// A fixture file, or a folder of *.json; may be repeated. The variable separates them like PATH.
    ///
    /// [default: the compiled-in fixtures/default.json]
    #[arg(long = "fixture", value_name = "PATH", env = "MOCK_FIXTURE")]
    pub fixtures: Vec<PathBuf>,

    /// What stands in for --fixture where it exists. The image sets it, so that whatever is mounted there is taken.
    #[arg(long, value_name = "PATH", env = "MOCK_DEFAULT_FIXTURE", hide = true)]
    default_fixture: Option<PathBuf>,

    /// Take any non-empty credential for an admin key.
    #[arg(long, env = "MOCK_ANY_KEY", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    any_key: bool,

    /// An API version to take besides the known ones; may be repeated. The variable separates them by commas.
    #[arg(long = "api-version", value_name = "V", env = "MOCK_API_VERSION", value_delimiter = ',')]
    api_versions: Vec<String>,

    /// Freeze every clock at an RFC 3339 time, or shift it by an offset such as +22d.
    /// [default: the fixture's clock, or else the system's]
    #[arg(long, value_name = "TIME", env = "MOCK_NOW", allow_hyphen_values = true)]
    now: Option<Moment>,

    /// Where ids come from: the same seed and fixture give the same ids.
    #[arg(long, value_name = "N", env = "MOCK_SEED", default_value_t = 0)]
    seed: u64,

    /// How many requests an organization's journal keeps.
    #[arg(long, value_name = "N", env = "MOCK_JOURNAL", default_value_t = 1000)]
    journal: usize,

    /// Limit each organization's requests: off, documented (100 a minute, and 1,200 invite creations an
    /// hour), or a number a second, minute or hour such as 5/s, 100/m, 1000/h.
    #[arg(long, value_name = "RATE", env = "MOCK_RATE_LIMIT", default_value = "off")]
    rate_limit: RateLimit,

    /// Take the control routes under /_mock away, GET /_mock/health aside, and the request header x-mock-fault with them.
    #[arg(long, env = "MOCK_NO_CONTROL", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    no_control: bool,

    /// The log on stderr, one line a request; RUST_LOG sets the level.
    #[arg(long, value_name = "FORMAT", env = "MOCK_LOG", default_value = "text")]
    pub log: LogFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run a command beside a mock of its own, and end as the command does.
    ///
    /// The mock takes a free port. The command gets it as ANTHROPIC_BASE_URL and MOCK_URL, a key as ANTHROPIC_API_KEY, and
    /// NO_PROXY with the mock's address; other ANTHROPIC_... variables are taken away. At the end stderr shows what was asked.
    /// Requests are logged only where RUST_LOG says so.
    #[command(override_usage = "anthropic-admin-mock run [OPTIONS] -- COMMAND...")]
    Run(Run),
    /// Check fixture files and folders as one world, without starting.
    Check {
        /// Files, or folders of *.json.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// The time to check against, as for serving (MOCK_NOW).
        #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
        now: Option<Moment>,
    },
    /// Print the JSON Schema of a fixture file.
    Schema,
    /// Ask the server whether it is there: exit 0 or 1.
    Healthcheck {
        /// Where the server listens, as for serving (MOCK_LISTEN).
        #[arg(long, value_name = "ADDR", value_parser = address)]
        listen: Option<SocketAddr>,
    },
}

#[derive(Args)]
pub struct Run {
    /// End with 1, though the command succeeded, when a request met a route that the mock does not serve.
    #[arg(long)]
    pub strict: bool,

    /// The key that the command gets; a fixture without a template needs one of its own.
    #[arg(long, default_value = "sk-ant-admin01-run")]
    pub key: String,

    #[command(flatten)]
    pub serving: Serving,

    /// The command and its arguments.
    #[arg(last = true, required = true)]
    pub command: Vec<OsString>,
}

impl Cli {
    /// The flags and the environment. Exits with 2 on bad usage, with 0 for `--help` and `--version`.
    pub fn parse() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the command is where the environment is read")]
        let set_to_nothing = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
        let unset = |arg: Arg| match arg.get_env() {
            Some(name) if set_to_nothing(name) => arg.env(None::<&str>),
            _ => arg,
        };
        let command = Cli::command().mut_args(unset).mut_subcommand("run", |run| run.mut_args(unset));
        let matches = command.try_get_matches().unwrap_or_else(|error| exit(&error));
        let mut cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| exit(&error));
        match (&mut cli.command, matches.subcommand()) {
            (Some(Command::Run(run)), Some((_, ours))) => {
                refuse_options_before_run(&matches);
                run.serving.complete(ours);
            }
            _ => cli.serving.complete(&matches),
        }
        cli
    }

    /// What the world is made with.
    pub fn settings(&self) -> Settings {
        Settings { control_hosts: self.control_hosts.clone(), ..self.serving.settings() }
    }
}

impl Serving {
    /// Reads the variable's list of fixtures, and takes what stands in for none.
    fn complete(&mut self, matches: &ArgMatches) {
        if matches.value_source("fixtures") == Some(ValueSource::EnvVariable) {
            let list = self.fixtures.iter().flat_map(std::env::split_paths);
            self.fixtures = list.filter(|path| !path.as_os_str().is_empty()).collect();
        }
        if self.fixtures.is_empty() {
            self.fixtures.extend(self.default_fixture.take().filter(|path| path.exists()));
        }
    }

    /// What the world is made with.
    pub fn settings(&self) -> Settings {
        Settings {
            any_key: self.any_key,
            now: self.now,
            seed: self.seed,
            rate_limit: self.rate_limit,
            journal: Some(self.journal),
            api_versions: self.api_versions.clone(),
            no_control: self.no_control,
            control_hosts: Vec::new(),
        }
    }
}

/// Refuses options of serving before the word `run`, where they would have no effect.
fn refuse_options_before_run(matches: &ArgMatches) {
    let given = |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
    if matches.ids().any(|id| given(&id)) {
        let message = "options of `run` stand after it: anthropic-admin-mock run --seed 7 -- COMMAND\n";
        exit(&clap::Error::raw(clap::error::ErrorKind::ArgumentConflict, message));
    }
}

/// Says what is wrong with the usage, in JSON where that was asked for.
pub fn exit(error: &clap::Error) -> ! {
    if error.use_stderr() && wants_json() {
        say_in_json("ERROR", error.render().to_string().trim_end());
        std::process::exit(error.exit_code());
    }
    error.exit()
}

/// What is said without the log, as a line like the log's in JSON.
pub fn say_in_json(level: &str, message: &str) {
    let _ = writeln!(io::stderr(), "{}", serde_json::json!({"level": level, "message": message}));
}

/// Whether the log is to be JSON, as far as that can be told of flags which cannot be read.
#[expect(clippy::disallowed_methods, reason = "the command is where flags and environment are read")]
fn wants_json() -> bool {
    // Behind `--` stand the flags of the command that `run` runs.
    let flags: Vec<_> = std::env::args_os().take_while(|flag| flag != "--").collect();
    let by_flag = flags.windows(2).any(|pair| pair[0] == "--log" && pair[1] == "json")
        || flags.iter().any(|flag| flag == "--log=json");
    by_flag || std::env::var_os("MOCK_LOG").is_some_and(|format| format == "json")
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let numeric = text.replacen("localhost:", "127.0.0.1:", usize::from(text.starts_with("localhost:")));
    numeric.parse().map_err(|_| "expected an IP address and a port, such as 127.0.0.1:4010 or [::1]:0".into())
}

/// A host without scheme, port and wildcard, since a name is compared whole; nothing for a list's empty part.
fn host_name(text: &str) -> Result<String, String> {
    let is_part_of_a_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    match text.chars().all(is_part_of_a_name) {
        true => Ok(text.into()),
        false => Err("expected a host name alone, such as mock.example.com".into()),
    }
}

/// Variables that are nearly one of ours, each with the one that it is nearly. Those that orchestrators inject for a service
/// called `mock` are not meant.
pub fn misspelt_variables() -> Vec<(String, String)> {
    let command = Cli::command();
    let ours: Vec<_> = variables(&command).collect();
    #[expect(clippy::disallowed_methods, reason = "the command is where the environment is read")]
    let set = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let strange = set.filter(|name| {
        name.starts_with("MOCK_")
            && !name.starts_with("MOCK_PORT")
            && !name.starts_with("MOCK_SERVICE_")
            && !ours.contains(name)
    });
    strange
        .filter_map(|name| {
            let near = |ours: &&String| {
                strsim::damerau_levenshtein(ours, &name) <= 2 || name.starts_with(&format!("{ours}_"))
            };
            let ours = ours.iter().find(near)?.clone();
            Some((name, ours))
        })
        .collect()
}

fn variables(command: &ClapCommand) -> impl Iterator<Item = String> {
    command.get_arguments().filter_map(|arg| Some(arg.get_env()?.to_string_lossy().into_owned()))
}
