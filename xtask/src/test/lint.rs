//! The add-on linter over both packages: errors fail, warnings are counted and shown.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{extension::Browser, say, setup::NodeTools, workspace::Workspace};

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
        judge(&verdict).with_context(|| format!("dist/{browser}"))?;
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

fn judge(verdict: &Verdict) -> Result<()> {
    if verdict.errors.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = verdict.errors.iter().map(Remark::line).collect();
    bail!("{} lint errors:\n  {}", lines.len(), lines.join("\n  "));
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

    #[test]
    fn warnings_pass_and_errors_fail_by_name() {
        let remark =
            r#"{"code": "MANIFEST_FIELD_INVALID", "message": "bad", "file": "manifest.json"}"#;
        assert!(judge(&verdict(&format!(r#"{{"errors": [], "warnings": [{remark}]}}"#))).is_ok());
        let error =
            judge(&verdict(&format!(r#"{{"errors": [{remark}], "warnings": []}}"#))).unwrap_err();
        assert!(error.to_string().contains("manifest.json: bad (MANIFEST_FIELD_INVALID)"));
    }
}
