//! A client that is not ours: the public Python package `audible` signs in, registers, reads, refreshes
//! and leaves, and everything that the simulator answers satisfies it.

use std::path::{Path, PathBuf};
use std::process::Output;

use audible_sim::{Config, Control, RequestRecord, SignInVariant, Sim};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::person::{EMAIL, PASSWORD};
use crate::venv;

/// The version that is asked.
const PACKAGE: &str = "audible==0.13.1";

/// The code of the second factor.
const CODE: &str = "246813";

/// Has the package do it all at a shop, and reads what it says of it.
async fn session(sim: &Sim, python: &Path, shop: &str, way: &str, wish: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| -> PathBuf {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    let asked = json!({
        "shop": shop, "way": way, "email": EMAIL, "password": PASSWORD, "code": CODE, "wish": wish,
    });
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/audible_session.py");
    // No proxy and no certificate of this machine's own, so that there is no other way out.
    let Output { status, stdout, stderr } = Command::new(python)
        .arg(program)
        .arg(file("asked.json", &asked.to_string()))
        .env_clear()
        .env("HTTPS_PROXY", format!("http://{}", sim.proxy()))
        .env("SSL_CERT_FILE", file("authority.pem", sim.certificate_pem()))
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    assert!(status.success(), "{shop} {way}: {}", String::from_utf8_lossy(&stderr));
    serde_json::from_slice(&stdout).unwrap()
}

/// Approves what waits for it, once the page was looked at.
async fn approves(shop: &Control) {
    while !shop.requests().iter().any(|request| request.path == "/ap/cvf/approval") {
        tokio::task::yield_now().await;
    }
    shop.approve();
}

/// How often such a request was asked and how it was answered, with or without a signature.
fn asked(requests: &[RequestRecord], host: &str, path: &str, signed: bool) -> Vec<u16> {
    let fits = |request: &&RequestRecord| {
        request.host == host && request.path == path && request.signed == signed
    };
    requests.iter().filter(fits).map(|request| request.status.unwrap()).collect()
}

#[tokio::test]
async fn the_python_package_registers_reads_and_leaves() {
    let Some(python) = venv::python(PACKAGE, "audible") else { return };
    let sim = Sim::start(Config { titles: 230, ..Config::default() }).await.unwrap();
    let shop = sim.control();
    let truth: Vec<Value> =
        shop.api_truth().iter().map(|title| json!([title.asin, title.title])).collect();
    let pages = truth.len() / 50 + 1;
    for (code, tld, way, variant) in [
        ("us", "com", "form", SignInVariant::SecondFactor(CODE.to_owned())),
        ("us", "com", "external", SignInVariant::Plain),
        ("de", "de", "form", SignInVariant::Captcha),
        ("de", "de", "form", SignInVariant::Approval),
        ("de", "de", "external", SignInVariant::Plain),
    ] {
        let waits = variant == SignInVariant::Approval;
        shop.set_sign_in(variant);
        shop.set_wishlist(3);
        shop.forget_requests();
        let before = shop.registered().len();
        let wishes: Vec<String> = shop.wishes();
        let session = session(&sim, &python, code, way, &wishes[1]);
        let found = if waits { tokio::join!(session, approves(shop)).0 } else { session.await };
        let case = format!("{code} {way}");

        let devices = shop.registered();
        assert_eq!(devices.len(), before + 1, "{case}");
        let device = &devices[before];
        assert_eq!((device.marketplace, device.registered), (code, false), "{case}");
        assert_eq!(device.name, "Robin's Audible for iPhone", "{case}");
        assert_eq!(
            found["device"],
            json!({
                "device_name": device.name, "device_serial_number": device.serial,
                "device_type": "A2CZJZGLK2JJVM",
            })
        );
        assert_eq!(found["person"]["given_name"], "Robin");
        assert_eq!(found["cookies"], json!(["session-id"]));

        assert_eq!(found["library"], json!(truth), "{case}");
        assert_eq!(found["without"], json!([wishes[0], wishes[2]]), "{case}");
        assert_eq!(found["with"], json!([wishes[1], wishes[0], wishes[2]]), "{case}");
        assert_eq!(found["by_token"], found["with"], "{case}");
        assert_eq!((&found["refreshed"], &found["gone"]), (&json!(true), &json!(true)), "{case}");
        assert_eq!(found["refused"], json!([403, 403]), "neither key nor token: {case}");

        let requests = shop.requests();
        let (api, devices) = (format!("api.audible.{tld}"), format!("api.amazon.{tld}"));
        let ask = |path: &str, signed| asked(&requests, &api, path, signed);
        let mut library = vec![200; pages];
        library.push(403);
        assert_eq!(ask("/1.0/library", true), library, "{case}");
        assert_eq!(ask("/1.0/library", false), [403], "{case}");
        assert_eq!(ask("/1.0/wishlist", true), [200, 201, 200], "{case}");
        assert_eq!(ask(&format!("/1.0/wishlist/{}", wishes[1]), true), [204], "{case}");
        assert_eq!(ask("/1.0/wishlist", false), [200], "{case}");
        for path in ["/auth/register", "/auth/token", "/auth/deregister"] {
            assert_eq!(asked(&requests, &devices, path, false), [200], "{case} {path}");
        }
        assert!(requests.iter().all(|request| request.host.ends_with(&format!(".{tld}"))));
    }
    assert_eq!(shop.refused(), Vec::<String>::new(), "nothing was asked of anybody else");
}
