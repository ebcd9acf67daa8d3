//! Addresses as people paste them.

use audible_client::landing::{AuthorizationCode, NoCode};
use proptest::prelude::*;
use shared::ids::Marketplace;

const CODE: &str = "ANqLbxRvTkYhGmWpZcDe";

/// The address on which a sign-in at the German shop ended.
fn landed() -> String {
    format!(
        "https://www.amazon.de/ap/maplanding?openid.assoc_handle=amzn_audible_ios_de\
         &openid.return_to=https%3A%2F%2Fwww.amazon.de%2Fap%2Fmaplanding\
         &openid.oa2.authorization_code={CODE}&openid.mode=id_res\
         &openid.op_endpoint=https%3A%2F%2Fwww.amazon.de%2Fap%2Fsignin"
    )
}

/// The same with the code at its end.
fn code_last() -> String {
    format!("https://www.amazon.de/ap/maplanding?openid.oa2.authorization_code={CODE}")
}

fn read(pasted: &str) -> Result<String, NoCode> {
    AuthorizationCode::from_landing(pasted, Marketplace::De).map(|code| code.expose().to_owned())
}

#[track_caller]
fn finds(pasted: &str) {
    assert_eq!(read(pasted).as_deref(), Ok(CODE), "{pasted}");
}

#[track_caller]
fn refuses(pasted: &str, expected: NoCode) {
    assert_eq!(read(pasted), Err(expected), "{pasted}");
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn the_code_is_found_in_every_shape_in_which_an_address_is_pasted() {
    for url in [landed(), code_last()] {
        let bare = url.strip_prefix("https://").unwrap();
        let shapes = [
            url.clone(),
            format!("  {url}\n"),
            format!("<{url}>"),
            format!("\"{url}\""),
            format!("“{url}”"),
            format!("URL: {url}"),
            format!("URL:{url}"),
            format!("here you are: {url} thanks a lot"),
            format!("{url}."),
            format!("({url}),"),
            format!("[the page]({url})"),
            format!("[{url}]({url})"),
            format!("<a href=\"{}\">page</a>", url.replace('&', "&amp;")),
            url.replace('&', "&amp;"),
            url.replace('&', "&#38;"),
            bare.to_owned(),
            bare.strip_prefix("www.").unwrap().to_owned(),
            format!("see {bare}"),
            url.split_once('?').unwrap().1.to_owned(),
            format!("?{}", url.split_once('?').unwrap().1),
            encoded(&url),
            encoded(&encoded(&url)),
            encoded(&url.replace('&', "&amp;")),
            url.replace("https", "HTTPS").replace("www.amazon", "WWW.Amazon"),
            url.replace("www.amazon.de/ap/maplanding", "www.amazon.de/"),
            url.replace("www.amazon.de/ap", "www.audible.de:443/ap"),
            format!("\u{feff}{}", url.replace("ANqL", "ANqL\u{200b}")),
            url.replace("ANqL", "AN\u{ad}qL"),
            format!("http://example.com/ told me to paste {url}"),
        ];
        for shape in shapes {
            finds(&shape);
        }
    }
}

#[test]
fn a_line_that_was_broken_anywhere_is_put_together() {
    for url in [landed(), code_last()] {
        for at in 1..url.len() {
            let (front, back) = url.split_at(at);
            // What is broken off so that it reads like a word cannot be told from one.
            let word = back.len() < 8 && back.chars().skip(1).all(|sign| sign.is_ascii_lowercase());
            if word {
                continue;
            }
            for gap in ["\n", " ", "\r\n    ", "\u{a0}"] {
                finds(&format!("{front}{gap}{back}"));
            }
        }
        let lines: Vec<String> =
            url.as_bytes().chunks(40).map(|line| String::from_utf8_lossy(line).into()).collect();
        finds(&format!("> {}", lines.join("\n")).replace("> ", ""));
    }
}

#[test]
fn a_text_without_a_code_says_what_it_is() {
    let signing_in =
        audible_client::attempt::Attempt::new(Marketplace::De, &[1; 48]).authorize_url();
    for (pasted, expected) in [
        ("", NoCode::Empty),
        (" \n\t\u{200b} ", NoCode::Empty),
        ("my password is secret", NoCode::OtherPage),
        ("https://www.audible.de/library/titles", NoCode::OtherPage),
        (signing_in.as_str(), NoCode::SignInPage),
        (&encoded(signing_in.as_str()), NoCode::SignInPage),
        ("www.amazon.de/ap/signin", NoCode::SignInPage),
        ("https://www.amazon.de/ap/mfa?arb=1", NoCode::SignInPage),
        ("https://www.amazon.de/ap/cvf/request?arb=1", NoCode::SignInPage),
        ("https://www.amazon.de/ap/maplanding", NoCode::WithoutCode),
        ("https://www.amazon.de/ap/maplanding?openid.mode=cancel", NoCode::WithoutCode),
        ("openid.mode=cancel&openid.ns=x", NoCode::WithoutCode),
        (&landed().replace(CODE, ""), NoCode::WithoutCode),
        (&landed().replace(CODE, "x"), NoCode::WithoutCode),
        (&landed().replace("authorization_code", "other"), NoCode::WithoutCode),
        (&landed().replace("amazon.de/ap/mapl", "amazon.com/ap/mapl"), NoCode::OtherMarketplace),
        (&landed().replace("amazon.de", "amazon.co.uk"), NoCode::OtherMarketplace),
        (&code_last().replace("https://www.amazon.de", "amazon.co.jp"), NoCode::OtherMarketplace),
        (&code_last().replace("www.amazon.de", "example.com"), NoCode::OtherPage),
        (&code_last().replace("amazon.de", "amazon.de.example.com"), NoCode::OtherPage),
        (&code_last().replace("amazon.de", "amazon.xyz"), NoCode::OtherPage),
        (&format!("{}{}", "x".repeat(100_000), landed()), NoCode::TooLong),
    ] {
        refuses(pasted, expected);
    }
}

#[test]
fn every_shop_takes_its_own_address_and_no_other() {
    for shop in Marketplace::ALL {
        let url = landed().replace("amazon.de", &format!("amazon.{}", shop.tld()));
        for asked in Marketplace::ALL {
            let found = AuthorizationCode::from_landing(&url, asked);
            let expected = if asked == shop { Ok(()) } else { Err(NoCode::OtherMarketplace) };
            assert_eq!(found.map(drop), expected, "{url} for {asked}");
        }
    }
}

#[test]
fn a_code_does_not_show() {
    let code = AuthorizationCode::from_landing(&landed(), Marketplace::De).unwrap();
    assert!(!format!("{code:?}").contains(CODE));
}

proptest! {
    #[test]
    fn no_text_makes_it_stumble(text in any::<String>()) {
        let _ = read(&text);
    }

    #[test]
    fn no_text_around_or_within_an_address_makes_it_stumble(
        front in any::<String>(),
        middle in "[ \n%&;=#xA-F0-9é\u{200b}]{0,12}",
        back in any::<String>(),
        at in 0usize..300,
        again in 0usize..3,
    ) {
        let url = landed();
        let (first, second) = url.split_at(at.min(url.len()));
        let mut text = format!("{front}{first}{middle}{second}{back}");
        for _ in 0..again {
            text = encoded(&text);
        }
        if let Ok(code) = read(&text) {
            prop_assert!(code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        }
    }

    #[test]
    fn the_way_back_is_found_for_any_code(code in "[A-Za-z0-9]{4,64}") {
        let url = landed().replace(CODE, &code);
        prop_assert_eq!(read(&url), Ok(code.clone()));
        prop_assert_eq!(read(&encoded(&url)), Ok(code));
    }
}
