//! A remark with a sign: what is so, and what to do about it.

use leptos::prelude::*;

use extension_popup::model::{Notice, Tone};

use super::sign;
use extension_popup::words::say;

/// The remark as a box.
pub(super) fn view(notice: &Notice) -> AnyView {
    let class = match notice.tone {
        Tone::Ok => "notice notice-ok",
        Tone::Warn => "notice notice-warn",
        Tone::Danger => "notice notice-danger",
        Tone::Calm | Tone::Info | Tone::Wait | Tone::Pause => "notice",
    };
    let then = notice.then.as_ref().map(|then| view! { <p>{say(then)}</p> });
    view! {
        <div class=class>
            {sign(notice.tone)}
            <div class="notice-text">
                <p class="notice-what">{say(&notice.what)}</p>
                {then}
            </div>
        </div>
    }
    .into_any()
}
