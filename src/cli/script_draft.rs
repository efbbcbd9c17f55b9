use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail, ensure};

use crate::draft::{DOCUMENT_BYTES_MAX, Draft};
use crate::script::Script;

/// Options of `callcue script draft`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The company's standard, plain text in UTF-8.
    file: PathBuf,
    /// Folder for script.toml and assessment.toml, which must not be there yet [default: nothing is written].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let name = args.file.display().to_string();
    let text = read(&args.file).with_context(|| name.clone())?;
    let draft = Draft::read(&text).with_context(|| name.clone())?;
    let empty = draft.rules.is_empty() && draft.items.is_empty();
    let mut out = io::stdout().lock();
    summary(&draft, &name, &mut out)?;
    if empty {
        writeln!(out, "\n没有找到规范用语, 也没有找到考核条目; 请看文件是不是服务标准, 条目有没有编号")?;
        return Ok(ExitCode::from(1));
    }
    match &args.out {
        None => writeln!(out, "\n没有写文件; 要写成 script.toml 和 assessment.toml, 请加 --out 文件夹")?,
        Some(folder) => {
            for path in write(&draft, &args.file, folder)? {
                writeln!(out, "\n已写 {}", path.display())?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The document's text; no more of a file is read than a document may have.
fn read(path: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let file = File::open(path).context("打不开")?;
    ensure!(!file.metadata().context("打不开")?.is_dir(), "是文件夹; 请给一个文本文件");
    file.take(DOCUMENT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).context("读不出来")?;
    ensure!(bytes.len() <= DOCUMENT_BYTES_MAX, "超过 {DOCUMENT_BYTES_MAX} 字节; 请只留下服务标准的部分");
    match &bytes[..] {
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            bail!("是 Word 或 Excel 文件; 请另存为纯文本 (UTF-8)")
        }
        [b'%', b'P', b'D', b'F', ..] => bail!("是 PDF 文件; 请把文字复制到纯文本文件 (UTF-8)"),
        _ => {}
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
        anyhow!("第 {line} 行不是 UTF-8 (第 {} 个字节); 请用记事本另存为 UTF-8", valid + 1)
    })
}

fn summary(draft: &Draft, name: &str, out: &mut impl Write) -> io::Result<()> {
    const SHOWN_MAX: usize = 200;
    let say: usize = draft.rules.iter().map(|rule| rule.say.len()).sum();
    let never: usize = draft.rules.iter().map(|rule| rule.never.len()).sum();
    writeln!(out, "{name}: {} 行", draft.lines)?;
    writeln!(
        out,
        "\n规范用语: {} 节 {} 条, 要说的话 {say} 句, 不可以说的话 {never} 句",
        draft.sections,
        draft.rules.len()
    )?;
    for rule in draft.rules.iter().take(SHOWN_MAX) {
        let (say, never) = (rule.say.len(), rule.never.len());
        writeln!(out, "  {:<6} 第 {:>3} 行  说 {say}  不说 {never}  {}", rule.id, rule.line, rule.title)?;
    }
    more(draft.rules.len(), SHOWN_MAX, out)?;
    writeln!(out, "\n考核: {} 条", draft.items.len())?;
    for item in draft.items.iter().take(SHOWN_MAX) {
        write!(out, "  {:<6} 第 {:>3} 行 ", item.id, item.line)?;
        let points = [("扣", item.deduct), ("投诉扣", item.deduct_complaint), ("加", item.bonus)];
        for (what, points) in points.into_iter().filter_map(|(what, points)| Some((what, points?))) {
            write!(out, " {what} {points}")?;
        }
        writeln!(out, "  {}", item.text)?;
    }
    more(draft.items.len(), SHOWN_MAX, out)?;
    writeln!(out, "\n要补的和要看的: {} 处", draft.gaps.len())?;
    for gap in &draft.gaps {
        writeln!(out, "  {gap}")?;
    }
    Ok(())
}

fn more(count: usize, shown: usize, out: &mut impl Write) -> io::Result<()> {
    if count > shown { writeln!(out, "  还有 {} 条", count - shown) } else { Ok(()) }
}

/// Writes both files; neither, if one of them is there already.
fn write(draft: &Draft, document: &Path, folder: &Path) -> anyhow::Result<[PathBuf; 2]> {
    let name = document.file_name().unwrap_or(document.as_os_str()).to_string_lossy();
    let script = draft.script_toml(&name);
    // A draft that its owner cannot load is worth nothing; this cannot fail unless callcue is wrong.
    Script::parse("script.toml", &script).context("草稿本身有错, 这是 callcue 的错")?;
    fs::create_dir_all(folder).with_context(|| format!("{}: 不能建立文件夹", folder.display()))?;
    let files = [("script.toml", script), ("assessment.toml", draft.assessment_toml(&name))];
    let paths = files.each_ref().map(|(name, _)| folder.join(name));
    if let Some(there) = paths.iter().find(|path| path.exists()) {
        bail!("{}: 已经有这个文件, 不覆盖; 请换一个文件夹", there.display());
    }
    for (path, (_, text)) in paths.iter().zip(&files) {
        File::create_new(path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("{}: 不能写", path.display()))?;
    }
    Ok(paths)
}
