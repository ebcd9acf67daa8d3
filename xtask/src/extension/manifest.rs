//! The two manifests: one base, one overlay for each browser, and the version of the workspace.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

use super::Browser;

/// The manifest of one browser, as the bytes of manifest.json.
pub(crate) fn build(folder: &Path, browser: Browser, version: &str) -> Result<Vec<u8>> {
    ensure!(
        version.split('.').count() <= 4
            && version.split('.').all(|part| part.parse::<u16>().is_ok()),
        "browsers take versions of one to four numbers, and {version} is none: change the version in Cargo.toml"
    );
    let mut manifest = read(&folder.join("base.json"))?;
    merge(&mut manifest, read(&folder.join(format!("{browser}.json")))?);
    manifest["version"] = version.into();
    let mut bytes = serde_json::to_vec_pretty(&manifest).context("write the manifest")?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn read(path: &Path) -> Result<Value> {
    let text = fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let map: Map<String, Value> = serde_json::from_slice(&text)
        .with_context(|| format!("read {} as a JSON object", path.display()))?;
    Ok(Value::Object(map))
}

/// Objects are merged key by key; anything else in the overlay replaces what the base says.
fn merge(base: &mut Value, overlay: Value) {
    match (base, overlay) {
        (Value::Object(base), Value::Object(overlay)) => {
            for (key, value) in overlay {
                merge(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (base, overlay) => *base = overlay,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(browser: Browser) -> Value {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifest");
        serde_json::from_slice(&build(&folder, browser, "1.2.3").unwrap()).unwrap()
    }

    #[test]
    fn objects_merge_and_everything_else_is_replaced() {
        let mut base = json!({"a": {"b": 1, "c": [1, 2]}, "d": 1});
        merge(&mut base, json!({"a": {"c": [3]}, "e": {"f": 2}}));
        assert_eq!(base, json!({"a": {"b": 1, "c": [3]}, "d": 1, "e": {"f": 2}}));
    }

    #[test]
    fn a_version_that_browsers_refuse_is_refused_here() {
        assert!(build(Path::new("nowhere"), Browser::Chrome, "0.1.0-rc1").is_err());
    }

    #[test]
    fn both_hold_few_permissions_and_no_host_and_may_ask_for_one_more() {
        for browser in Browser::ALL {
            let manifest = of(browser);
            let mut held = vec!["storage", "alarms", "unlimitedStorage"];
            if browser == Browser::Chrome {
                held.push("declarativeNetRequestWithHostAccess");
            }
            assert_eq!(manifest["permissions"], json!(held));
            assert_eq!(manifest["optional_permissions"], json!(["webRequest", "notifications"]));
            for absent in ["host_permissions", "content_scripts"] {
                assert!(manifest.get(absent).is_none(), "{browser} has {absent}");
            }
        }
    }

    #[test]
    fn the_optional_hosts_are_those_of_each_marketplace_and_any_server() {
        let mut wanted = vec![json!("https://*/*"), json!("http://*/*")];
        let tlds =
            ["com", "co.uk", "de", "fr", "ca", "it", "com.au", "in", "co.jp", "es", "com.br"];
        for tld in tlds {
            wanted.push(json!(format!("https://www.audible.{tld}/*")));
            wanted.push(json!(format!("https://api.audible.{tld}/*")));
        }
        wanted.extend(tlds.map(|tld| json!(format!("https://www.amazon.{tld}/*"))));
        for browser in Browser::ALL {
            assert_eq!(of(browser)["optional_host_permissions"], Value::Array(wanted.clone()));
        }
    }

    #[test]
    fn pages_run_our_own_code_alone_and_may_reach_a_server_without_tls() {
        for browser in Browser::ALL {
            let manifest = of(browser);
            let policy = manifest["content_security_policy"]["extension_pages"].as_str().unwrap();
            let directives: Vec<&str> = policy.split("; ").collect();
            assert!(directives.contains(&"script-src 'self' 'wasm-unsafe-eval'"), "{policy}");
            assert!(directives.contains(&"object-src 'self'"), "{policy}");
            assert!(!policy.contains("upgrade-insecure-requests"), "{policy}");
        }
    }

    #[test]
    fn each_browser_gets_the_background_it_understands() {
        assert_eq!(
            of(Browser::Chrome)["background"],
            json!({"service_worker": "background.js", "type": "module"})
        );
        let firefox = of(Browser::Firefox);
        assert_eq!(firefox["background"], json!({"scripts": ["background.js"], "type": "module"}));
        assert_eq!(firefox["browser_specific_settings"]["gecko"]["strict_min_version"], "140.0");
    }
}
