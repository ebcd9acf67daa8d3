//! The popup page. It lives in the browser alone; elsewhere this binary does nothing.

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod permissions;
#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
fn main() {
    std::panic::set_hook(Box::new(extension_popup::words::panicked));
    app::open();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
