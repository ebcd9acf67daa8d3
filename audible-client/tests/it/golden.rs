//! Signatures that the public Python package `audible` made, and not we for it.

use std::{path::Path, process::Command};

use audible_client::{secret::Secret, sign::Signer};
use serde_json::{Value, json};
use url::{Position, Url};

use crate::{key::Key, venv};

/// The version whose signatures are asked for.
const PACKAGE: &str = "audible==0.13.1";

const TOKEN: &str = "{enc:QUJD+/=}{key:REVG}{iv:R0hJ}{name:SktM}{serial:Mg==}";

fn request(method: &str, url: &str, body: &str, moment: &str) -> Value {
    json!({"method": method, "url": url, "body": body, "moment": moment})
}

fn requests() -> Vec<Value> {
    let library = "https://api.audible.de/1.0/library?num_results=1000&response_groups=media%2Csku\
                   &status=Active%2CRevoked&state_token=1767225845678";
    vec![
        request("GET", library, "", "2026-01-02T03:04:05.678901+00:00"),
        request("GET", library, "", "2026-01-02T03:04:05+00:00"),
        request(
            "GET",
            "https://api.audible.de/1.0/wishlist",
            "",
            "2026-12-31T23:59:59.000001+00:00",
        ),
        request(
            "GET",
            "https://api.audible.co.jp/1.0/library?continuation_token=a%2Bb%2Fc%3D%3D&title=%C3%A4+x",
            "",
            "2026-07-01T00:00:00.500000+00:00",
        ),
        request(
            "POST",
            "https://api.audible.com/1.0/wishlist",
            "{\"asin\": \"B000000001\", \"note\": \"Käse – \\\"x\\\"\"}",
            "2027-02-28T12:00:00.999999+00:00",
        ),
        request(
            "DELETE",
            "https://api.audible.com.br/1.0/wishlist/B000000001",
            "",
            "2028-02-29T12:00:00.120000+00:00",
        ),
    ]
}

#[test]
fn our_signatures_are_those_of_the_python_package_byte_for_byte() {
    let Some(python) = venv::python(PACKAGE, "audible") else { return };
    let key = Key::new();
    let requests = requests();
    let device = json!({
        "adp_token": TOKEN, "device_private_key": key.pkcs1_pem, "locale_code": "de",
        "access_token": "Atna|x", "refresh_token": "Atnr|x", "expires": 4_102_444_800.5,
    });
    let folder = tempfile::tempdir().unwrap();
    let asked = folder.path().join("asked.json");
    std::fs::write(&asked, json!({"device": device, "requests": requests}).to_string()).unwrap();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/audible_sign.py");
    let done = Command::new(python).arg(program).arg(&asked).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let theirs: Vec<Value> = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(theirs.len(), requests.len());

    let signer = Signer::new(&Secret::new(TOKEN), &Secret::new(&*key.pkcs1_pem)).unwrap();
    for (request, theirs) in requests.iter().zip(&theirs) {
        let text = |field: &str| request[field].as_str().unwrap();
        let url = Url::parse(text("url")).unwrap();
        let moment = text("moment").parse().unwrap();
        let ours = signer.headers(text("method"), &url, text("body"), moment).unwrap();
        let path = &url[Position::BeforePath..Position::AfterQuery];
        assert_eq!(*theirs, json!({"path": path, "headers": ours}), "{request}");
    }
}
