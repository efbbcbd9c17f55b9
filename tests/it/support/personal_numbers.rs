//! Lines with personal numbers and look-alikes: made ones from a seed, and some written by hand.
//!
//! A line is the utterances of a turn, `/` between them; what must be found stands in braces behind its kind: `{手机号:138…}`.

use callcue::privacy::PersonalKind;

use super::stored_calls::Numbers;

/// The utterances of a turn, and what is to be found in them: kind and text, over all utterances joined.
#[derive(Clone, Debug)]
pub(crate) struct MarkedTurn {
    pub(crate) utterances: Vec<String>,
    pub(crate) wanted: Vec<(PersonalKind, String)>,
}

/// Reads a marked line.
pub(crate) fn marked(line: &str) -> MarkedTurn {
    let (mut plain, mut wanted) = (String::new(), Vec::new());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        let (mark, behind) = after.split_once('}').expect("the brace is closed");
        let (kind, text) = mark.split_once(':').expect("a kind and a text");
        plain += before;
        plain += text;
        wanted.push((kind_of(kind), text.replace('/', "")));
        rest = behind;
    }
    plain += rest;
    MarkedTurn { utterances: plain.split('/').map(str::to_owned).collect(), wanted }
}

fn kind_of(name: &str) -> PersonalKind {
    let kinds = [
        PersonalKind::IdCard,
        PersonalKind::BankCard,
        PersonalKind::Mobile,
        PersonalKind::Landline,
        PersonalKind::Plate,
        PersonalKind::Email,
    ];
    kinds.into_iter().find(|kind| kind.name() == name).unwrap_or_else(|| panic!("no kind {name}"))
}

fn pick<'a>(numbers: &mut Numbers, all: &[&'a str]) -> &'a str {
    all[numbers.below(all.len() as u64) as usize]
}

fn digits(numbers: &mut Numbers, count: usize) -> String {
    (0..count).map(|_| char::from(b'0' + numbers.below(10) as u8)).collect()
}

/// The digit that makes `digits` pass Luhn's check.
fn luhn_digit(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    char::from(b'0' + ((10 - sum % 10) % 10) as u8)
}

/// The last sign of an ID card's number (GB 11643).
fn id_sign(digits: &str) -> char {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    char::from(b"10X98765432"[(sum % 11) as usize])
}

fn id_card(numbers: &mut Numbers) -> String {
    let region =
        pick(numbers, &["110101", "310115", "440305", "330106", "510107", "420111", "610103", "130102"]);
    let (year, month, day) = (1950 + numbers.below(58), 1 + numbers.below(12), 1 + numbers.below(28));
    let first = format!("{region}{year}{month:02}{day:02}{}", digits(numbers, 3));
    let sign = id_sign(&first);
    format!("{first}{sign}")
}

fn bank_card(numbers: &mut Numbers) -> String {
    let prefix = pick(numbers, &["622202", "621700", "622848", "621661", "622580", "436742", "625912"]);
    let length = if prefix.starts_with('4') || numbers.below(3) == 0 { 16 } else { 19 };
    let first = format!("{prefix}{}", digits(numbers, length - 7));
    let last = luhn_digit(&first);
    format!("{first}{last}")
}

fn mobile(numbers: &mut Numbers) -> String {
    let prefix = pick(numbers, &["138", "139", "150", "186", "177", "199", "131", "158", "166", "147"]);
    format!("{prefix}{}", digits(numbers, 8))
}

fn landline(numbers: &mut Numbers) -> String {
    let (area, length) = if numbers.below(2) == 0 {
        (pick(numbers, &["010", "021", "020", "028"]), 8)
    } else {
        (pick(numbers, &["0571", "0755", "0311", "0531"]), 7 + numbers.below(2) as usize)
    };
    format!("{area}{}{}", 2 + numbers.below(7), digits(numbers, length - 1))
}

/// As people say it, digit by digit.
fn spoken(numbers: &mut Numbers, written: &str) -> String {
    let one = pick(numbers, &["幺", "幺", "一"]);
    let two = pick(numbers, &["二", "二", "两"]);
    written
        .chars()
        .map(|sign| match sign {
            '0' => "零",
            '1' => one,
            '2' => two,
            '3' => "三",
            '4' => "四",
            '5' => "五",
            '6' => "六",
            '7' => "七",
            '8' => "八",
            '9' => "九",
            _ => "X",
        })
        .collect()
}

/// In groups of these lengths, the last one as long as what is left.
fn grouped(text: &str, lengths: &[usize], between: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let (mut groups, mut from) = (Vec::new(), 0_usize);
    for length in lengths.iter().copied().chain([usize::MAX]) {
        let to = from.saturating_add(length).min(signs.len());
        if from < to {
            groups.push(signs[from..to].iter().collect::<String>());
        }
        from = to;
    }
    groups.join(between)
}

fn full_width(text: &str) -> String {
    text.chars().map(|sign| char::from_u32(sign as u32 + 0xfee0).expect("printable ASCII")).collect()
}

/// A number in one of the ways in which it is written or said.
fn told(numbers: &mut Numbers, written: &str, lengths: &[usize]) -> String {
    match numbers.below(8) {
        0 => written.to_owned(),
        1 => grouped(written, lengths, pick(numbers, &[" ", "-", "  "])),
        2 => full_width(written),
        3 => spoken(numbers, written),
        4 => {
            let said = spoken(numbers, written);
            grouped(&said, lengths, pick(numbers, &[",", "\u{ff0c}", "、", " "]))
        }
        5 => {
            let said = spoken(numbers, written);
            grouped(&said, lengths, pick(numbers, &["嗯", ",嗯,", "呃", ",然后", "啊,"]))
        }
        6 => {
            let said = spoken(numbers, written);
            grouped(&said, lengths, "/")
        }
        _ => grouped(written, lengths, "/"),
    }
}

fn positive(numbers: &mut Numbers) -> String {
    let behind = pick(numbers, &["", "", ",麻烦您记一下", ",对的", "。", ",您记一下吧", ",谢谢"]);
    match numbers.below(10) {
        0..=3 => {
            let before = pick(
                numbers,
                &[
                    "我的手机号是",
                    "我电话",
                    "您打这个电话吧,",
                    "收件人的电话是",
                    "",
                    "联系方式是",
                    "手机号码",
                ],
            );
            let number = mobile(numbers);
            let number = told(numbers, &number, &[3, 4]);
            format!("{before}{{手机号:{number}}}{behind}")
        }
        4 | 5 => {
            let before = pick(numbers, &["身份证号是", "我的身份证号码", "证件号是", "身份证"]);
            let number = id_card(numbers);
            let number = told(numbers, &number, &[6, 4, 4]);
            format!("{before}{{身份证号:{number}}}{behind}")
        }
        6 => {
            let before = pick(numbers, &["银行卡号是", "退款退到这张卡", "卡号", "我的卡号是"]);
            let number = bank_card(numbers);
            let number = told(numbers, &number, &[4, 4, 4, 4]);
            format!("{before}{{银行卡号:{number}}}{behind}")
        }
        7 => {
            let before =
                pick(numbers, &["我们公司座机", "座机是", "固定电话是", "打我办公室电话", "家里电话"]);
            let number = landline(numbers);
            let area = if number.starts_with("010") || number.starts_with("02") { 3 } else { 4 };
            let number = told(numbers, &number, &[area, 4]);
            format!("{before}{{座机号:{number}}}{behind}")
        }
        8 => {
            let place = pick(numbers, &["京", "粤", "沪", "浙", "苏", "鲁", "川"]);
            let letter = pick(numbers, &["A", "B", "C", "E"]);
            let rest = format!("{}{}", digits(numbers, 4), pick(numbers, &["8", "3", "D", "K"]));
            let rest = if numbers.below(3) == 0 { spoken_plate(numbers, &rest) } else { rest };
            let before = pick(numbers, &["车牌是", "派送车的车牌号", "我的车,", ""]);
            format!("{before}{{车牌号:{place}{letter}{rest}}}{behind}")
        }
        _ => {
            let name = pick(numbers, &["wang.wei", "zhangsan88", "li_na", "service", "chen2020"]);
            let host = pick(numbers, &["qq.com", "163.com", "126.com", "sina.com.cn", "gmail.com"]);
            let mail = match numbers.below(3) {
                0 => format!("{name}@{host}"),
                1 => format!("{name}艾特{}", host.replace('.', "点")),
                _ => full_width(&format!("{name}@{host}")),
            };
            format!("{}{{邮箱:{mail}}}{behind}", pick(numbers, &["邮箱是", "发到", "电子邮件", "我的邮箱"]))
        }
    }
}

fn spoken_plate(numbers: &mut Numbers, rest: &str) -> String {
    rest.chars()
        .map(|sign| if sign.is_ascii_digit() { spoken(numbers, &sign.to_string()) } else { sign.to_string() })
        .collect()
}

/// Numbers that are nobody's.
fn negative(numbers: &mut Numbers) -> String {
    let behind = pick(numbers, &["", "", ",帮我查一下", ",对吗", "。", "谢谢"]);
    let line = match numbers.below(14) {
        0 => format!("单号是{}", told_only(numbers, 13, "77")),
        1 => format!("运单号{}{}", pick(numbers, &["SF", "YT", "JD", "ZTO", ""]), digits(numbers, 13)),
        2 => format!("订单编号{}", digits(numbers, 18)),
        3 => format!("您好,中铁物流集团{}号为您服务", 1_000 + numbers.below(9_000)),
        4 => {
            let (month, day) = (1 + numbers.below(12), 1 + numbers.below(28));
            let form = numbers.below(3);
            match form {
                0 => format!("20{}年{month}月{day}日下午三点二十", 20 + numbers.below(7)),
                1 => format!(
                    "是2026-{month:02}-{day:02} {:02}:{:02}寄的",
                    numbers.below(24),
                    numbers.below(60)
                ),
                _ => format!("二零二六年{}月{}号寄的", spoken(numbers, &month.to_string()), day),
            }
        }
        5 => format!("运费一共{}块{}", 10 + numbers.below(900), numbers.below(10)),
        6 => format!("保价{}元,理赔{}元", 1_000 * (1 + numbers.below(90)), 100 * (1 + numbers.below(90))),
        7 => format!(
            "请拨打{}",
            pick(numbers, &["4001234567", "400-123-4567", "四零零幺二三四五六七", "95533", "10086", "12315"])
        ),
        8 => format!("取件码{}", digits(numbers, 6)),
        9 => format!("总共三百{}十八件,重{}公斤", pick(numbers, &["二", "五", "七"]), numbers.below(500)),
        10 => {
            let length = 16 + numbers.below(4) as usize;
            format!("流水号{}", digits(numbers, length))
        }
        11 => format!(
            "地址是{}路{}号{}号楼{}室",
            pick(numbers, &["中山", "人民", "解放"]),
            numbers.below(999),
            numbers.below(30),
            101 + numbers.below(2_000)
        ),
        12 => format!("单号是{}", spoken_groups(numbers)),
        _ => {
            format!("您{}点{}分打过来的,等了{}分钟", numbers.below(24), numbers.below(60), numbers.below(90))
        }
    };
    line + behind
}

fn told_only(numbers: &mut Numbers, count: usize, prefix: &str) -> String {
    let written = format!("{prefix}{}", digits(numbers, count - prefix.len()));
    match numbers.below(3) {
        0 => written,
        1 => spoken(numbers, &written),
        _ => grouped(&written, &[4, 4, 4], " "),
    }
}

/// A tracking number that begins like a mobile's, told in its groups.
fn spoken_groups(numbers: &mut Numbers) -> String {
    let length = 9 + numbers.below(3) as usize;
    let written = format!("13{}", digits(numbers, length));
    let said = spoken(numbers, &written);
    grouped(&said, &[3, 4, 4], pick(numbers, &[",", "嗯", "/"]))
}

/// `count` lines of `seed`, five in nine with something to find.
pub(crate) fn made(seed: u64, count: usize) -> Vec<MarkedTurn> {
    let mut numbers = Numbers(seed);
    (0..count)
        .map(|_| if numbers.below(9) < 5 { positive(&mut numbers) } else { negative(&mut numbers) })
        .map(|line| marked(&line))
        .collect()
}

/// Written by hand before the finder was first run, as callers talk.
pub(crate) const BY_HAND: &str = include_str!("personal_numbers.txt");

/// Written by hand after the finder had seen those above, and before it saw these.
pub(crate) const BY_HAND_LATER: &str = include_str!("personal_numbers_later.txt");
