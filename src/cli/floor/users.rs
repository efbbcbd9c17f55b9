use std::process::ExitCode;

use anyhow::Context;

use super::desk::with_accounts;
use super::say;
use super::settings::FloorSettingsArgs;
use crate::access::UserDraft;
use crate::store::{Role, UserRow};

/// `callcue floor user …`
#[derive(Debug, clap::Subcommand)]
pub(super) enum UserCommand {
    /// Add a user; prints a one-time password.
    Add(AddArgs),
    /// List users.
    List(ListArgs),
    /// Give a user a new one-time password.
    ResetPassword(NameArgs),
    /// Keep a user from logging in; running sessions end.
    Disable(NameArgs),
}

/// Options of `callcue floor user add`.
#[derive(Debug, clap::Args)]
pub(super) struct AddArgs {
    /// Log-in name.
    name: String,
    /// What the user may do.
    #[arg(long, value_enum)]
    role: RoleName,
    /// As others read it, such as 王芳.
    #[arg(long, value_name = "NAME", default_value = "")]
    full_name: String,
    /// A team whose calls the user may see; several times for several.
    #[arg(long = "team", value_name = "TEAM")]
    teams: Vec<String>,
    /// The agent's number, for the role of agent.
    #[arg(long, value_name = "NUMBER")]
    agent: Option<String>,
    #[command(flatten)]
    settings: FloorSettingsArgs,
}

/// Options of commands on one user.
#[derive(Debug, clap::Args)]
pub(super) struct NameArgs {
    /// Log-in name.
    name: String,
    #[command(flatten)]
    settings: FloorSettingsArgs,
}

/// Options of `callcue floor user list`.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    settings: FloorSettingsArgs,
}

/// Roles by their names on the command line.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum RoleName {
    /// 坐席: the own calls.
    Agent,
    /// 班组长: the own teams, live and stored.
    Lead,
    /// 录音复核: stored calls of the own teams.
    Reviewer,
    /// 话术负责人: the script, no recordings.
    ScriptOwner,
    /// 管理员: all.
    Administrator,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Agent => Self::Agent,
            RoleName::Lead => Self::Lead,
            RoleName::Reviewer => Self::Reviewer,
            RoleName::ScriptOwner => Self::ScriptOwner,
            RoleName::Administrator => Self::Administrator,
        }
    }
}

pub(super) fn run(command: &UserCommand) -> anyhow::Result<ExitCode> {
    match command {
        UserCommand::Add(args) => add(args)?,
        UserCommand::List(args) => list(args)?,
        UserCommand::ResetPassword(args) => reset_password(args)?,
        UserCommand::Disable(args) => disable(args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn add(args: &AddArgs) -> anyhow::Result<()> {
    let settings = args.settings.load_quietly()?;
    let draft = UserDraft {
        full_name: args.full_name.clone(),
        role: args.role.into(),
        teams: args.teams.clone(),
        agent: args.agent.clone(),
        disabled: false,
    };
    let password = with_accounts(&settings.data, |accounts, actor, now| {
        Ok(accounts.add_user(actor, &args.name, &draft, now)?)
    })?;
    say(&format!(
        "用户 {} 已添加。一次性密码，只显示这一次，首次登录须修改：{}",
        args.name,
        password.reveal()
    ));
    Ok(())
}

fn list(args: &ListArgs) -> anyhow::Result<()> {
    let settings = args.settings.load_quietly()?;
    for user in with_accounts(&settings.data, |accounts, _, _| Ok(accounts.users()?))? {
        let UserRow { name, full_name, role, teams, agent, disabled, must_change, .. } = user;
        let whose = agent.unwrap_or_else(|| teams.join(","));
        let state = match (disabled, must_change) {
            (true, _) => "已停用",
            (false, true) => "待改密码",
            (false, false) => "有效",
        };
        say(&format!("{name}\t{full_name}\t{}\t{whose}\t{state}", role_word(role)));
    }
    Ok(())
}

fn reset_password(args: &NameArgs) -> anyhow::Result<()> {
    let settings = args.settings.load_quietly()?;
    let password = with_accounts(&settings.data, |accounts, actor, now| {
        Ok(accounts.reset_password(actor, &args.name, now)?)
    })?;
    say(&format!("用户 {} 的一次性密码，只显示这一次，登录后须修改：{}", args.name, password.reveal()));
    Ok(())
}

fn disable(args: &NameArgs) -> anyhow::Result<()> {
    let settings = args.settings.load_quietly()?;
    with_accounts(&settings.data, |accounts, actor, now| {
        let name = args.name.trim().to_lowercase();
        let user = accounts.users()?.into_iter().find(|user| user.name == name);
        let user = user.with_context(|| format!("there is no user {name}; see `callcue floor user list`"))?;
        let UserRow { full_name, role, teams, agent, .. } = user;
        let draft = UserDraft { full_name, role, teams, agent, disabled: true };
        Ok(accounts.change_user(actor, &name, &draft, now)?)
    })?;
    say(&format!("用户 {} 已停用", args.name));
    Ok(())
}

const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Agent => "坐席",
        Role::Lead => "班组长",
        Role::Reviewer => "录音复核",
        Role::ScriptOwner => "话术负责人",
        Role::Administrator => "管理员",
    }
}
