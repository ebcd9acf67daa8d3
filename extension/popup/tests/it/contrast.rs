//! Measures the colours of `tokens.css` as WCAG 2.2 does, in both themes.

use std::collections::HashMap;

const TOKENS: &str = include_str!("../../../../shared/look/tokens.css");

/// Least contrast of text with what is behind it (WCAG 1.4.3, level AA).
const TEXT: f64 = 4.5;
/// Least contrast of edges, bars and focus rings with what they stand on (WCAG 1.4.11).
const SHAPE: f64 = 3.0;

type Theme = HashMap<String, [u8; 3]>;

/// All `--name: #rrggbb;` of a piece of CSS.
fn colours(css: &str) -> Theme {
    css.lines()
        .filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": #"))
        .map(|(name, hex)| {
            let channel = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            (name.to_owned(), [channel(0), channel(2), channel(4)])
        })
        .collect()
}

fn themes() -> [(&'static str, Theme); 2] {
    let (light, rest) = TOKENS.split_once("@media (prefers-color-scheme: dark)").unwrap();
    let (dark, _) = rest.split_once("\n}\n").unwrap();
    [("light", colours(light)), ("dark", colours(dark))]
}

/// Relative luminance of sRGB, from 0 (black) to 1 (white).
fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|channel| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[track_caller]
fn check(least: f64, fronts: &[&str], backs: &[&str]) {
    for (theme, colours) in themes() {
        for front in fronts {
            for back in backs {
                let measured = contrast(colours[*front], colours[*back]);
                assert!(
                    measured >= least,
                    "{theme}: --{front} on --{back} has {measured:.2}, needs {least}"
                );
            }
        }
    }
}

#[test]
fn black_on_white_is_twenty_one_to_one() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 0.001);
}

#[test]
fn text_can_be_read_on_every_ground() {
    check(TEXT, &["ink", "ink-soft", "accent"], &["bg", "surface", "surface-2"]);
}

#[test]
fn text_on_buttons_can_be_read() {
    check(TEXT, &["accent-ink"], &["accent", "accent-strong"]);
    check(TEXT, &["accent", "ink", "ink-soft"], &["accent-soft"]);
}

#[test]
fn what_is_good_doubtful_or_wrong_can_be_read() {
    for kind in ["ok", "warn", "danger"] {
        let soft = format!("{kind}-soft");
        check(TEXT, &[kind, "ink", "ink-soft"], &[&soft]);
        check(TEXT, &[kind], &["bg", "surface"]);
    }
}

#[test]
fn edges_bars_and_rings_can_be_seen() {
    check(SHAPE, &["accent", "line-strong", "focus"], &["bg", "surface", "surface-2"]);
}

#[test]
fn both_themes_set_the_same_colours() {
    let [(_, light), (_, dark)] = themes();
    let names = |theme: &Theme| {
        let mut names: Vec<_> = theme.keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(&light), names(&dark));
    assert!(light.len() >= 18, "only {} colours were found", light.len());
}
