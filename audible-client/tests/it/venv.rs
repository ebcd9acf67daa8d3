//! Python with one public package, in an environment of the tests' own; several crates include this file.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Command,
};

/// The interpreter of an environment that has `package` (`name==version`), whose module is `module`.
/// None, and a line that says so, where it cannot be had.
pub(crate) fn python(package: &str, module: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(package.replace("==", "-"));
    let python = folder.join("bin/python");
    let works = |command: &mut Command| command.output().is_ok_and(|done| done.status.success());
    let there = || works(Command::new(&python).args(["-c", &format!("import {module}")]));
    // Tests of several crates may come at once; the first one makes it.
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let made = there()
        || works(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
            && works(Command::new(&python).args(["-m", "pip", "install", "--quiet", package]));
    if made && there() {
        return Some(python);
    }
    let reason = "python3 with venv, pip and its packages is needed";
    eprintln!("NOT RUN: what {package} does; {reason}");
    None
}
