use std::process::ExitCode;

use super::desk::with_accounts;
use super::say;
use super::settings::FloorSettingsArgs;
use crate::access::StationDraft;
use crate::config::FloorSettings;
use crate::store::StationRow;

/// Options of `callcue floor enrol`.
#[derive(Debug, clap::Args)]
pub(super) struct EnrolArgs {
    /// Name of the station, such as desk-07. A name that is known gets a new token.
    name: String,
    /// The agent's number.
    #[arg(long, value_name = "NUMBER")]
    agent: String,
    /// The agent's name, such as 王芳.
    #[arg(long, value_name = "NAME", default_value = "")]
    agent_name: String,
    /// The team; it is made if there is none of that name.
    #[arg(long, value_name = "TEAM")]
    team: String,
    #[command(flatten)]
    settings: FloorSettingsArgs,
}

/// Options of `callcue floor revoke`.
#[derive(Debug, clap::Args)]
pub(super) struct RevokeArgs {
    /// Name of the station.
    name: String,
    #[command(flatten)]
    settings: FloorSettingsArgs,
}

/// Options of `callcue floor stations`.
#[derive(Debug, clap::Args)]
pub(super) struct StationsArgs {
    #[command(flatten)]
    settings: FloorSettingsArgs,
}

pub(super) fn enrol(args: &EnrolArgs) -> anyhow::Result<ExitCode> {
    let settings = args.settings.load_quietly()?;
    let draft = StationDraft {
        name: args.name.clone(),
        agent: args.agent.clone(),
        agent_name: args.agent_name.clone(),
        team: args.team.clone(),
    };
    let enrolled =
        with_accounts(&settings.data, |accounts, actor, now| Ok(accounts.enrol(actor, &draft, now)?))?;
    let StationRow { station, enrolled: row, .. } = &enrolled.station;
    say(&format!(
        "工位 {} (编号 {station}, 坐席 {}, 班组 {}) 已登记。令牌只显示这一次，写入该工位的文件 floor.token（仅本人可读）：\n\n{}\n",
        row.name,
        row.agent,
        row.team,
        enrolled.token.reveal()
    ));
    say(&format!(
        "该工位的 callcue.toml：\n\n[floor]\nurl = \"{}\"\ntoken_file = \"floor.token\"",
        station_url(&settings)
    ));
    Ok(ExitCode::SUCCESS)
}

/// Where a station reaches the floor, as far as the floor's own settings say.
fn station_url(settings: &FloorSettings) -> String {
    if let Some(url) = &settings.server.public_url {
        let scheme = if url.is_https() { "wss" } else { "ws" };
        return format!("{scheme}://{}", url.host());
    }
    let scheme = if settings.tls.is_some() { "wss" } else { "ws" };
    format!("{scheme}://{}", settings.server.listen.socket())
}

pub(super) fn revoke(args: &RevokeArgs) -> anyhow::Result<ExitCode> {
    let settings = args.settings.load_quietly()?;
    with_accounts(&settings.data, |accounts, actor, now| Ok(accounts.revoke(actor, &args.name, now)?))?;
    say(&format!("工位 {} 的令牌已收回；正在连接的会在数秒内断开", args.name));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn stations(args: &StationsArgs) -> anyhow::Result<ExitCode> {
    let settings = args.settings.load_quietly()?;
    let rows = with_accounts(&settings.data, |accounts, _, _| Ok(accounts.stations()?))?;
    for StationRow { station, enrolled, revoked_ms } in rows {
        let state = if revoked_ms.is_some() { "已收回" } else { "有效" };
        say(&format!(
            "{station}\t{}\t{}\t{}\t{}\t{state}",
            enrolled.name, enrolled.agent, enrolled.agent_name, enrolled.team
        ));
    }
    Ok(ExitCode::SUCCESS)
}
