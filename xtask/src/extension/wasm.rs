//! Rust to WASM: cargo, wasm-bindgen and wasm-opt, with bytes that depend on the sources alone.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::digest;
use crate::{
    process, say,
    setup::{NodeTools, WASM},
    workspace::Workspace,
};

/// Version of wasm-bindgen that the workspace pins; part of what makes a result stale.
const BINDGEN: &str = "0.2.130";

/// Cargo profile of the root manifest: small instead of fast.
const PROFILE: &str = "wasm-release";

/// The binaries, and the package of each.
const BINARIES: [(&str, &str); 3] =
    [("background", "extension"), ("popup", "extension-popup"), ("review", "extension-popup")];

/// Builds the binaries; gives one folder for each with `NAME.js`, `NAME_bg.wasm` and, where a
/// crate brings JavaScript of its own, `snippets/`.
pub(crate) fn build(workspace: &Workspace, node: &NodeTools) -> Result<Vec<PathBuf>> {
    let flags = remap_flags(workspace)?;
    for (binary, package) in BINARIES {
        compile(workspace, &flags, package, binary)?;
    }
    BINARIES.iter().map(|(binary, _)| shrink(workspace, node, binary)).collect()
}

/// Builds the module that a benchmark measures, as the extension is built; gives its folder.
pub(crate) fn build_for_bench(workspace: &Workspace, node: &NodeTools) -> Result<PathBuf> {
    compile(workspace, &remap_flags(workspace)?, "bench", "extract")?;
    shrink(workspace, node, "extract")
}

fn compile(workspace: &Workspace, flags: &str, package: &str, binary: &str) -> Result<()> {
    let mut cargo = workspace.cargo(["build", "--locked", "--target", WASM, "--profile", PROFILE]);
    cargo.args(["-p", package, "--bin", binary]).env("CARGO_ENCODED_RUSTFLAGS", flags);
    process::run_aside(&mut cargo)
}

/// Replaces every path of this machine by a fixed one: rustc writes source paths into panic
/// messages, and of several prefixes that match it takes the last.
fn remap_flags(workspace: &Workspace) -> Result<String> {
    let sysroot = process::read(workspace.command("rustc").args(["--print", "sysroot"]))?;
    let sysroot = PathBuf::from(sysroot);
    let version = process::read(workspace.command("rustc").arg("-vV"))?;
    let commit = version
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "))
        .context("`rustc -vV` names no commit-hash")?;
    let cargo_home = cargo_home()?;
    let mut remaps = vec![
        (workspace.root.clone(), "/connector".to_owned()),
        (workspace.target.clone(), "/connector/target".to_owned()),
        (sysroot.clone(), "/rust".to_owned()),
        // With the component rust-src the library's sources lie here; without it rustc knows them
        // by this name already.
        (sysroot.join("lib/rustlib/src/rust"), format!("/rustc/{commit}")),
        (cargo_home.clone(), "/cargo".to_owned()),
    ];
    let crates = crate_folders(&cargo_home.join("registry/src"))?;
    remaps.extend(crates.into_iter().map(|folder| (folder, "/crates".to_owned())));
    let flags: Vec<String> = remaps
        .iter()
        .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
        .collect();
    Ok(flags.join("\x1f"))
}

/// One folder a registry, named after where this machine gets its crates from, which says nothing
/// about the crates. This program was built from them, so they are there.
fn crate_folders(sources: &Path) -> Result<Vec<PathBuf>> {
    let list = || -> io::Result<Vec<PathBuf>> {
        let mut folders = Vec::new();
        for entry in fs::read_dir(sources)? {
            folders.push(entry?.path());
        }
        folders.sort();
        Ok(folders)
    };
    list().with_context(|| format!("read {}", sources.display()))
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(PathBuf::from(home));
    }
    Ok(env::home_dir().context("neither CARGO_HOME nor a home folder is known")?.join(".cargo"))
}

/// Makes the glue and shrinks the module. The result is kept under the digest of what went in, so
/// a second build of the same sources is at once done and never stale.
fn shrink(workspace: &Workspace, node: &NodeTools, binary: &str) -> Result<PathBuf> {
    let input = workspace.target.join(WASM).join(PROFILE).join(format!("{binary}.wasm"));
    let raw = fs::read(&input).with_context(|| format!("read {}", input.display()))?;
    let recipe = format!(
        "{} bindgen {BINDGEN} binaryen {} {RECIPE:?}",
        digest(&raw),
        node.binaryen_version()?
    );
    let kept = workspace.target.join("extension").join(binary);
    let done = kept.join(digest(recipe.as_bytes()));
    if done.is_dir() {
        return Ok(done);
    }
    if kept.exists() {
        fs::remove_dir_all(&kept).with_context(|| format!("empty {}", kept.display()))?;
    }
    fs::create_dir_all(&kept).with_context(|| format!("create {}", kept.display()))?;
    say::note(&format!("shrinking {binary}.wasm"));
    let work = tempfile::tempdir_in(&kept).context("create a folder for wasm-bindgen")?;
    bind(&input, binary, work.path())?;
    optimise(node, &work.path().join(format!("{binary}_bg.wasm")))?;
    // Only a finished folder gets the name that says so.
    fs::rename(work.keep(), &done).with_context(|| format!("create {}", done.display()))?;
    Ok(done)
}

fn bind(input: &Path, binary: &str, output: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(input)
        .out_name(binary)
        .typescript(false)
        // The library's default differs from the program's: without this, `init()` has no address.
        .omit_default_module_path(false)
        .web(true)
        .and_then(|bindgen| bindgen.generate(output))
        .with_context(|| format!("make the JavaScript glue for {binary}"))
}

/// Flat code is cut anew before it is shrunk, which saves 1 %. The linker puts nothing into the first
/// kilobyte, and memory begins empty.
const RECIPE: [&str; 8] = [
    "--low-memory-unused",
    "--zero-filled-memory",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--strip-debug",
    "--strip-producers",
];

/// `--all-features` is left out on purpose: it lets wasm-opt use types that no browser reads yet.
fn optimise(node: &NodeTools, module: &Path) -> Result<()> {
    let before = size(module)?;
    process::run_aside(node.wasm_opt().args(RECIPE).arg(module).arg("-o").arg(module))?;
    let after = size(module)?;
    if after == 0 || after > before {
        bail!("wasm-opt turned {before} bytes into {after} in {}", module.display());
    }
    Ok(())
}

fn size(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path).with_context(|| format!("read {}", path.display()))?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pinned_wasm_bindgen_is_the_one_named_here() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
        let manifest = fs::read_to_string(root).unwrap();
        for name in ["wasm-bindgen", "wasm-bindgen-cli-support"] {
            assert!(
                manifest.contains(&format!("{name} = \"={BINDGEN}\"")),
                "{name} is not {BINDGEN}"
            );
        }
    }
}
