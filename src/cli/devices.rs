//! `callcue devices`: what there is to capture from, and what the configuration would take.

use std::io::Write;
use std::process::ExitCode;

use crate::capture::{CaptureSettings, DeviceInfo, DeviceKind, Listing, list_devices};

/// Lists the devices on `out`: a table for people, or one JSON object.
///
/// # Errors
/// When the sound system is unknown or does not answer; when `out` cannot be written.
pub fn run(settings: &CaptureSettings, json: bool, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let listing = list_devices(settings)?;
    if json {
        serde_json::to_writer(&mut *out, &listing)?;
        writeln!(out)?;
    } else {
        out.write_all(table(&listing).as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The listing as people read it: one device a line, the chosen ones marked.
pub fn table(listing: &Listing) -> String {
    let mut text = format!("声音系统：{}（本机还有：{}）\n\n", listing.host, listing.hosts.join("、"));
    let rows: Vec<[String; 5]> = listing.devices.iter().map(row).collect();
    let head = ["用途", "类型", "格式", "设备 id", "名称"].map(str::to_owned);
    let widths: [usize; 5] = std::array::from_fn(|column| {
        let cells = rows.iter().chain([&head]).map(|row| width(&row[column]));
        cells.max().unwrap_or_default()
    });
    for row in [&head].into_iter().chain(&rows) {
        let mut line = String::new();
        for (cell, wanted) in row.iter().zip(widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(wanted - width(cell) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if listing.devices.is_empty() {
        text.push_str("没有可以采集的设备。请插上耳机，或检查声音系统是否在运行。\n");
    }
    for role in &listing.missing {
        text.push_str(&format!(
            "\n注意：找不到{}的设备。请在配置文件 [capture] 中写 {role}.device = \"id:…\"。\n",
            role_zh(role)
        ));
    }
    text
}

fn row(device: &DeviceInfo) -> [String; 5] {
    let taken: Vec<_> = device.taken_for.iter().map(|role| role_zh(role)).collect();
    let kind = match device.kind {
        DeviceKind::Input => "麦克风/输入",
        DeviceKind::Loopback => "回放监听",
    };
    let format = match (device.rate_hz, device.channels, device.sample) {
        (Some(rate_hz), Some(channels), Some(sample)) => {
            format!("{rate_hz} Hz × {channels} {sample:?}")
        }
        _ => format!("（{}）", device.error.as_deref().unwrap_or("没有回答")),
    };
    [taken.join("、"), kind.to_owned(), format, device.id.clone(), device.name.clone()]
}

fn role_zh(role: &str) -> &'static str {
    match role {
        "agent" => "坐席",
        "customer" => "客户",
        _ => "双方",
    }
}

/// Columns on a terminal: Chinese characters and full-width marks take two.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| if matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}') { 2 } else { 1 })
        .sum()
}
