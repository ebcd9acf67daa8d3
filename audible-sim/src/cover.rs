//! Draws a square cover as SVG: one of twelve colour schemes and ten designs, chosen by a hash.

use std::fmt::Write as _;

use crate::html::escape;
use crate::library::Title;

/// Side of the square.
const SIDE: u32 = 500;

struct Scheme {
    ground: &'static str,
    deep: &'static str,
    light: &'static str,
    accent: &'static str,
    ink: &'static str,
}

const fn scheme(
    ground: &'static str,
    deep: &'static str,
    light: &'static str,
    accent: &'static str,
    ink: &'static str,
) -> Scheme {
    Scheme { ground, deep, light, accent, ink }
}

const SCHEMES: [Scheme; 12] = [
    scheme("#1d3557", "#14263f", "#457b9d", "#e9c46a", "#f7f3e8"),
    scheme("#6b2737", "#4a1824", "#a44a5c", "#f0c987", "#fbf1e6"),
    scheme("#2f4a3c", "#1f3329", "#5d8a70", "#e8d8a0", "#f5f1e3"),
    scheme("#f1e4cf", "#d9c3a0", "#e8d2ae", "#a5402d", "#3a2a20"),
    scheme("#3b2f56", "#281f3d", "#6f5b96", "#f2b5a0", "#f6eff8"),
    scheme("#0f5257", "#0a393d", "#2f8f8b", "#f4d58d", "#eef7f4"),
    scheme("#d88c4a", "#b56a2c", "#eab27c", "#2c2a4a", "#fff6ea"),
    scheme("#e8ecef", "#c6d0d8", "#d5dee4", "#2a4d69", "#1f2f3d"),
    scheme("#22223b", "#16162a", "#4a4e69", "#c9ada7", "#f2e9e4"),
    scheme("#8a5a44", "#67402f", "#b5856b", "#f6e7cb", "#fdf6ec"),
    scheme("#dfe7d6", "#bccbae", "#cbd8bd", "#51703f", "#27351f"),
    scheme("#b23a48", "#8c2734", "#d06a74", "#fcd5ce", "#fff3f0"),
];

const DESIGNS: [fn(&mut String, &Scheme, u64); 10] =
    [sunrise, hills, arches, night, waves, dots, leaves, rays, doorway, bands];

/// The cover of a title, with its title and first author; always the same for the same id.
pub fn svg(title: &Title) -> String {
    let seed = hash(title.cover_id.as_deref().unwrap_or(&title.asin));
    let scheme = &SCHEMES[pick(seed, SCHEMES.len())];
    let design = DESIGNS[pick(seed >> 17, DESIGNS.len())];
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIDE} {SIDE}\" width=\"{SIDE}\" height=\"{SIDE}\">\
         <rect width=\"{SIDE}\" height=\"{SIDE}\" fill=\"{}\"/>",
        scheme.ground
    );
    design(&mut out, scheme, seed);
    words(&mut out, scheme, title);
    out += "</svg>";
    out
}

/// FNV-1a: small, stable between builds.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn pick(seed: u64, choices: usize) -> usize {
    usize::try_from((seed ^ (seed >> 29)) % 9973).unwrap_or_default() % choices
}

/// The `step`-th small number below `below` that belongs to this cover.
fn number(seed: u64, step: u64, below: u64) -> u64 {
    let mixed =
        (seed ^ step.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (mixed >> 32) % below
}

/// The lower fifth and the middle carry words; both lie on calm bands.
fn words(out: &mut String, scheme: &Scheme, title: &Title) {
    let lines = wrap(&title.title);
    let size = match lines.iter().map(|line| line.chars().count()).max().unwrap_or(0) {
        0..=10 => 56,
        11..=14 => 48,
        _ => 40,
    };
    let step = size * 6 / 5;
    let count = u32::try_from(lines.len()).unwrap_or(1);
    let top = 40;
    let height = count * step + 34;
    let _ = write!(
        out,
        "<rect x=\"0\" y=\"{top}\" width=\"{SIDE}\" height=\"{height}\" fill=\"{}\" opacity=\"0.9\"/>\
         <rect x=\"0\" y=\"{top}\" width=\"{SIDE}\" height=\"3\" fill=\"{}\"/>\
         <rect x=\"0\" y=\"{}\" width=\"{SIDE}\" height=\"3\" fill=\"{}\"/>\
         <g font-family=\"Georgia, 'Noto Serif', 'DejaVu Serif', serif\" fill=\"{}\" text-anchor=\"middle\">",
        scheme.ground,
        scheme.accent,
        top + height,
        scheme.accent,
        scheme.ink
    );
    for (place, line) in (1..).zip(&lines) {
        let baseline = top + 12 + place * step - size / 6;
        let _ = write!(
            out,
            "<text x=\"250\" y=\"{baseline}\" font-size=\"{size}\" font-weight=\"bold\" \
             textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>",
            line_width(line, size),
            escape(line)
        );
    }
    if let Some(author) = title.authors.first() {
        let name: String = author.name.chars().take(32).collect();
        let _ = write!(
            out,
            "<rect x=\"0\" y=\"436\" width=\"{SIDE}\" height=\"64\" fill=\"{}\"/>\
             <text x=\"250\" y=\"477\" font-size=\"25\" letter-spacing=\"2\">{}</text>",
            scheme.deep,
            escape(&name)
        );
    }
    out.push_str("</g>");
}

/// Room for a line: what it would take by itself, at most the width between the margins.
fn line_width(line: &str, size: u32) -> u32 {
    let halves: u32 = line.chars().map(|c| if c.is_ascii() { 11 } else { 16 }).sum();
    (halves * size / 20).min(SIDE - 50)
}

/// Breaks a title into at most four lines of about 15 characters.
fn wrap(title: &str) -> Vec<String> {
    const WIDTH: usize = 15;
    const MOST: usize = 4;
    let mut lines: Vec<String> = Vec::new();
    for word in title.split_whitespace() {
        let word: String = word.chars().take(WIDTH + 5).collect();
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    if lines.len() > MOST {
        lines.truncate(MOST);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines
}

fn circle(out: &mut String, x: u64, y: u64, radius: u64, fill: &str, opacity: &str) {
    let _ = write!(
        out,
        "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{fill}\" opacity=\"{opacity}\"/>"
    );
}

fn path(out: &mut String, shape: &str, fill: &str) {
    let _ = write!(out, "<path d=\"{shape}\" fill=\"{fill}\"/>");
}

fn sunrise(out: &mut String, scheme: &Scheme, seed: u64) {
    let x = 150 + number(seed, 1, 200);
    for (radius, opacity) in [(230, "0.16"), (180, "0.25"), (130, "0.4"), (84, "1")] {
        circle(out, x, 400, radius, scheme.accent, opacity);
    }
    path(out, "M0 400 H500 V500 H0 Z", scheme.deep);
    for line in 0..4_u64 {
        let (y, half) = (408 + line * 8, 74 - line * 14);
        let _ = write!(
            out,
            "<rect x=\"{}\" y=\"{y}\" width=\"{}\" height=\"3\" fill=\"{}\" opacity=\"0.7\"/>",
            x - half,
            half * 2,
            scheme.accent
        );
    }
}

fn hills(out: &mut String, scheme: &Scheme, seed: u64) {
    circle(out, 90 + number(seed, 1, 320), 275, 46, scheme.accent, "1");
    let first = 290 + number(seed, 2, 50);
    let second = 330 + number(seed, 3, 40);
    path(
        out,
        &format!("M0 {first} C120 {} 220 {} 500 {first} V500 H0 Z", first - 70, first + 60),
        scheme.light,
    );
    path(
        out,
        &format!(
            "M0 {second} C160 {} 330 {} 500 {} V500 H0 Z",
            second + 60,
            second - 70,
            second + 10
        ),
        scheme.deep,
    );
}

fn arches(out: &mut String, scheme: &Scheme, seed: u64) {
    let columns = 3 + number(seed, 1, 3);
    let width = 500 / columns;
    for column in 0..columns {
        let (left, right) = (column * width + 12, (column + 1) * width - 12);
        let radius = (right - left) / 2;
        let top = 270 + number(seed, 2 + column, 60);
        let fill = if column % 2 == 0 { scheme.light } else { scheme.accent };
        path(
            out,
            &format!("M{left} 500 V{top} A{radius} {radius} 0 0 1 {right} {top} V500 Z"),
            fill,
        );
    }
}

fn night(out: &mut String, scheme: &Scheme, seed: u64) {
    for star in 0..40 {
        let (x, y) = (number(seed, 3 * star, 500), number(seed, 3 * star + 1, 430));
        circle(out, x, y, 1 + number(seed, 3 * star + 2, 3), scheme.ink, "0.75");
    }
    circle(out, 360, 330, 66, scheme.accent, "1");
    circle(out, 332, 314, 60, scheme.ground, "1");
    path(
        out,
        "M0 440 L70 380 L120 420 L210 340 L300 430 L360 395 L430 440 L500 400 V500 H0 Z",
        scheme.deep,
    );
}

fn waves(out: &mut String, scheme: &Scheme, seed: u64) {
    for row in 0..7_u64 {
        let y = 240 + row * 36;
        let shift = number(seed, row, 40);
        let fill = match row {
            3 => scheme.accent,
            row if row % 2 == 0 => scheme.light,
            _ => scheme.deep,
        };
        let shape = format!(
            "M-60 {y} q40 -{h} 80 0 t80 0 t80 0 t80 0 t80 0 t80 0 t80 0 t80 0 V500 H-60 Z",
            h = 22 + shift / 2
        );
        let _ = write!(out, "<path d=\"{shape}\" fill=\"{fill}\" opacity=\"0.8\"/>");
    }
}

fn dots(out: &mut String, scheme: &Scheme, seed: u64) {
    let special = number(seed, 1, 60);
    for place in 0..60_u64 {
        let (x, y) = (28 + (place % 10) * 49, 250 + (place / 10) * 49);
        let chosen = place == special;
        let fill = if chosen { scheme.accent } else { scheme.light };
        circle(out, x, y, if chosen { 20 } else { 4 + number(seed, place + 2, 8) }, fill, "1");
    }
}

fn leaves(out: &mut String, scheme: &Scheme, seed: u64) {
    let _ = write!(
        out,
        "<path d=\"M250 500 C245 430 255 330 250 232\" stroke=\"{}\" stroke-width=\"6\" fill=\"none\"/>",
        scheme.accent
    );
    for pair in 0..6_u64 {
        let y = 430 - pair * 36;
        let reach = 120 - pair * 12 + number(seed, pair, 24);
        let fill = if pair % 2 == 0 { scheme.light } else { scheme.accent };
        path(
            out,
            &format!("M250 {y} q{} -50 {reach} -34 q-{} 46 -{reach} 34 Z", reach / 2, reach / 2),
            fill,
        );
        path(
            out,
            &format!("M250 {y} q-{} -50 -{reach} -34 q{} 46 {reach} 34 Z", reach / 2, reach / 2),
            fill,
        );
    }
}

fn rays(out: &mut String, scheme: &Scheme, seed: u64) {
    let x = 200 + number(seed, 1, 100);
    for ray in 0..12_u64 {
        let (from, to) = (ray * 90, ray * 90 + 45);
        let edge = |at: u64| {
            if at < 500 {
                format!("{at} 180")
            } else {
                format!("{} 500", 1000_u64.saturating_sub(at))
            }
        };
        let fill = if ray % 2 == 0 { scheme.light } else { scheme.deep };
        let _ = write!(
            out,
            "<path d=\"M{x} 470 L{} L{} Z\" fill=\"{fill}\" opacity=\"0.75\"/>",
            edge(from),
            edge(to)
        );
    }
    circle(out, x, 440, 70, scheme.accent, "1");
}

fn doorway(out: &mut String, scheme: &Scheme, seed: u64) {
    let x = 170 + number(seed, 1, 80);
    path(out, "M0 440 H500 V500 H0 Z", scheme.deep);
    path(out, &format!("M{x} 450 V330 A60 60 0 0 1 {} 330 V450 Z", x + 120), scheme.accent);
    path(out, &format!("M{} 450 V335 A40 40 0 0 1 {} 335 V450 Z", x + 20, x + 100), scheme.light);
    circle(out, x + 88, 392, 5, scheme.deep, "1");
    path(
        out,
        &format!("M{} 450 L{} 500 H{} L{} 450 Z", x + 20, x - 60, x + 180, x + 100),
        scheme.light,
    );
}

fn bands(out: &mut String, scheme: &Scheme, seed: u64) {
    let lean = 60 + number(seed, 1, 120);
    for band in 0..6_u64 {
        let left = band * 100;
        let fill = match band % 3 {
            0 => scheme.light,
            1 => scheme.deep,
            _ => scheme.accent,
        };
        let _ = write!(
            out,
            "<path d=\"M{left} 500 L{} 200 H{} L{} 500 Z\" fill=\"{fill}\" opacity=\"0.7\"/>",
            left + lean,
            left + lean + 46,
            left + 46
        );
    }
}
