use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::anyhow;

use super::files::{Lang, language, load_assessment, load_script};
use super::print::print_event;
use super::station::show_page;
use crate::app::{StandardPaths, serve_script_page};
use crate::call::{CallTime, EventKind};
use crate::script::Language;
use crate::workbench::{Happening, Rehearsal, Shown};

/// Longest line that is read, bytes.
const LINE_BYTES_MAX: u64 = 64 * 1024;

/// What can be typed, for a person at a terminal.
const USAGE: &str = "\
每行一句: 客服: 您好…    客户: 你们怎么这么慢    客户(小声): …   (大声、方言、英语)
其他: 等 5 (五秒没有人说话)  情况 2.4  保持  取消保持  静音  取消静音  转接  杂音  挂机 客服
开头可写: 工号 1024  振铃 20  来电人 王先生 老客户
时间按每秒 4.5 个字、两句之间 0.6 秒计算。Ctrl-D 结束。";

/// Options of `callcue script try`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The script file [default: the one that comes with callcue].
    path: Option<PathBuf>,
    /// The assessment standard [default: the one that comes with callcue].
    #[arg(long, value_name = "PATH")]
    assessment: Option<PathBuf>,
    /// Show a page of the browser instead, on which the conversation is run as it is typed.
    #[arg(long)]
    page: bool,
    /// Port of the page [default: a free one].
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Language of messages about lines that are not understood [default: as LC_ALL or LANG say].
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// Reads a conversation from standard input, a line at a time, and prints what comes of each.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.page {
        let paths =
            StandardPaths { script: args.path.clone(), assessment: args.assessment.clone(), company: None };
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
        serve_script_page(paths, listen, |url| show_page("试话术 (script page)", url, true))?;
        return Ok(ExitCode::SUCCESS);
    }
    let script = Arc::new(load_script(args.path.as_deref())?);
    let assessment = Arc::new(load_assessment(args.assessment.as_deref())?);
    let typed = io::stdin().is_terminal();
    let mut talk = Talk {
        rehearsal: Rehearsal::new(script, assessment),
        language: language(args.lang),
        typed,
        out: io::stdout().lock(),
        mistakes: 0,
    };
    match talk.run(io::stdin().lock()) {
        // A reader who has gone away is no mistake.
        Err(error) if is_gone(&error) => Ok(ExitCode::SUCCESS),
        other => other,
    }
}

fn is_gone(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

struct Talk<W: Write> {
    rehearsal: Rehearsal,
    language: Language,
    typed: bool,
    out: W,
    mistakes: usize,
}

impl<W: Write> Talk<W> {
    fn run(&mut self, mut input: impl BufRead) -> anyhow::Result<ExitCode> {
        if self.typed {
            writeln!(self.out, "{USAGE}")?;
        }
        while !(self.typed && self.rehearsal.is_over()) {
            if self.typed {
                write!(self.out, "> ")?;
                self.out.flush()?;
            }
            let mut line = Vec::new();
            if input.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)? == 0 {
                break;
            }
            let line = std::str::from_utf8(&line)
                .map_err(|_| anyhow!("the conversation is not UTF-8; save it as UTF-8"))?;
            match self.rehearsal.line(line) {
                Ok(happenings) => self.tell(&happenings)?,
                Err(mistake) => {
                    self.mistakes += 1;
                    let text = mistake.text(self.language);
                    writeln!(self.out, "?? {}:{}: {text}", mistake.line, mistake.column)?;
                }
            }
        }
        let rest = self.rehearsal.finish();
        self.tell(&rest)?;
        // At a terminal a slip has been told and typed again.
        Ok(ExitCode::from(if self.mistakes > 0 && !self.typed { 2 } else { 0 }))
    }

    fn tell(&mut self, happenings: &[Happening]) -> io::Result<()> {
        for happening in happenings {
            match &happening.what {
                Shown::Event(event) => print_event(event, &mut self.out)?,
                Shown::Heard(heard) => {
                    let at = CallTime::from_millis(heard.at_ms);
                    let title = happening.title.as_deref().unwrap_or_default();
                    writeln!(self.out, "{at}  ◆ 听到情况 {} {title}: 「{}」", heard.rule, heard.text)?;
                }
            }
            let is_flag = matches!(&happening.what, Shown::Event(event) if matches!(event.kind, EventKind::Flag { .. }));
            if is_flag && let Some(title) = &happening.title {
                writeln!(self.out, "          规则: {title}")?;
            }
            if let Some(why) = &happening.why {
                writeln!(self.out, "          原因: {why}")?;
            }
        }
        self.out.flush()
    }
}
