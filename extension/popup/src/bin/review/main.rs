//! The page on which a person looks at what was read and leaves titles out. It lives in the browser
//! alone; elsewhere this binary does nothing.

#[cfg(target_arch = "wasm32")]
mod foot;
#[cfg(target_arch = "wasm32")]
mod list;
#[cfg(target_arch = "wasm32")]
mod page;
#[cfg(target_arch = "wasm32")]
mod permissions;
#[cfg(target_arch = "wasm32")]
mod row;
#[cfg(target_arch = "wasm32")]
mod stored;
#[cfg(target_arch = "wasm32")]
mod tools;

#[cfg(target_arch = "wasm32")]
fn main() {
    std::panic::set_hook(Box::new(extension_popup::words::panicked));
    page::open();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
