//! Rules of accessibility, checked by axe-core in the page itself.

use anyhow::{Context, Result, ensure};

use crate::{browser::Browser, tools};

impl Browser {
    /// Fails with the rules that the present tab breaks and the elements that break them.
    pub async fn assert_accessible(&self, place: &str) -> Result<()> {
        let file = tools::path("MEFEED_AXE")?;
        let axe =
            std::fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
        let script = format!(
            "{axe}; const done = arguments[arguments.length - 1]; \
             (window.axe ?? axe).run(document).then( \
                 result => done({{passed: result.passes.length, broken: result.violations.map( \
                     rule => rule.id + ': ' + rule.nodes.map(node => node.target.join(' ')).join(', '))}}), \
                 error => done({{passed: 0, broken: [String(error)]}}));"
        );
        let answer = self.driver.execute_async(script, Vec::new()).await?;
        let answer = answer.json();
        let broken = answer["broken"].as_array().context("axe-core names what is broken")?;
        ensure!(broken.is_empty(), "{place}: {broken:?}");
        let passed = answer["passed"].as_u64().unwrap_or_default();
        ensure!(passed > 5, "{place}: only {passed} rules were looked at");
        Ok(())
    }
}
