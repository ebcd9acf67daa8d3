//! The add-on linter over both packages: errors fail, warnings are counted and shown.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{extension::Browser, say, setup::NodeTools, workspace::Workspace};

/// Errors that only say that a package for Chrome is none for Firefox; manifest/README.md tells why
/// each has a manifest of its own.
const FIREFOX_ALONE: [&str; 2] = ["BACKGROUND_SERVICE_WORKER_NOFALLBACK", "ADDON_ID_REQUIRED"];

/// What `web-ext lint --output json` prints, as far as we read it.
#[derive(Debug, Deserialize)]
struct Verdict {
    errors: Vec<Remark>,
    warnings: Vec<Remark>,
}

#[derive(Debug, Deserialize)]
struct Remark {
    code: String,
    message: String,
    file: Option<String>,
}

/// Lints dist/chrome and dist/firefox.
pub(crate) fn check(workspace: &Workspace, node: &NodeTools) -> Result<()> {
    for browser in Browser::ALL {
        let mut command = node.web_ext();
        command
            .current_dir(workspace.root.join("web-ext-config"))
            .args(["lint", "--output", "json", "--config", "web-ext-config.mjs", "--source-dir"])
            .arg(workspace.dist().join(browser.to_string()));
        let verdict = ask(&mut command).with_context(|| format!("lint dist/{browser}"))?;
        for warning in &verdict.warnings {
            say::note(&format!("dist/{browser}: warning: {}", warning.line()));
        }
        judge(&verdict, browser).with_context(|| format!("dist/{browser}"))?;
    }
    Ok(())
}

/// The exit code says "errors" and "could not run" with the same number, so the answer is read.
fn ask(command: &mut Command) -> Result<Verdict> {
    let output = command.output().context("start web-ext")?;
    serde_json::from_slice(&output.stdout).with_context(|| {
        format!("web-ext gave no verdict: {}", String::from_utf8_lossy(&output.stderr).trim())
    })
}

fn judge(verdict: &Verdict, browser: Browser) -> Result<()> {
    let applies = |remark: &&Remark| {
        browser == Browser::Firefox || !FIREFOX_ALONE.contains(&remark.code.as_str())
    };
    let lines: Vec<String> = verdict.errors.iter().filter(applies).map(Remark::line).collect();
    if !lines.is_empty() {
        bail!("{} lint errors:\n  {}", lines.len(), lines.join("\n  "));
    }
    Ok(())
}

impl Remark {
    fn line(&self) -> String {
        format!("{}: {} ({})", self.file.as_deref().unwrap_or("package"), self.message, self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(json: &str) -> Verdict {
        serde_json::from_str(json).unwrap()
    }

    fn errors(code: &str) -> Verdict {
        let remark = format!(r#"{{"code": "{code}", "message": "bad", "file": "manifest.json"}}"#);
        verdict(&format!(r#"{{"errors": [{remark}], "warnings": []}}"#))
    }

    #[test]
    fn errors_fail_by_name() {
        let error = judge(&errors("MANIFEST_FIELD_INVALID"), Browser::Chrome).unwrap_err();
        assert!(error.to_string().contains("manifest.json: bad (MANIFEST_FIELD_INVALID)"));
    }

    #[test]
    fn warnings_pass() {
        let remark = r#"{"code": "UNSAFE_VAR_ASSIGNMENT", "message": "innerHTML"}"#;
        let verdict = verdict(&format!(r#"{{"errors": [], "warnings": [{remark}]}}"#));
        assert!(judge(&verdict, Browser::Firefox).is_ok());
    }

    #[test]
    fn a_package_for_chrome_needs_no_firefox_id_and_one_for_firefox_does() {
        assert!(judge(&errors("ADDON_ID_REQUIRED"), Browser::Chrome).is_ok());
        assert!(judge(&errors("ADDON_ID_REQUIRED"), Browser::Firefox).is_err());
    }
}
