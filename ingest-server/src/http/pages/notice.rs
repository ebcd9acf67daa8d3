//! What came of a form, above it.

use crate::{
    accounts::{AccountError, SignInError, Weak},
    locale::Locale,
    throttle,
};

/// A sentence with its kind.
pub(super) struct Notice {
    pub(super) class: &'static str,
    pub(super) role: &'static str,
    pub(super) text: String,
}

impl Notice {
    /// It went well.
    pub(super) const fn done(text: String) -> Self {
        Self { class: "notice-ok", role: "status", text }
    }

    /// It did not.
    pub(super) const fn danger(text: String) -> Self {
        Self { class: "notice-danger", role: "alert", text }
    }

    /// Why something about an account was not done.
    pub(super) fn of(locale: Locale, problem: &SignInError) -> Self {
        let text = match problem {
            SignInError::TooMany(seconds) => {
                locale.counted("account.too_many", throttle::minutes_of(*seconds))
            }
            other => locale.text(name(other)).to_owned(),
        };
        Self::danger(text)
    }
}

const fn name(problem: &SignInError) -> &'static str {
    match problem {
        SignInError::Account(AccountError::Email) => "account.email.invalid",
        SignInError::Account(AccountError::Name) => "account.name.long",
        SignInError::Account(AccountError::Exists) => "account.email.taken",
        SignInError::Account(AccountError::Weak(Weak::Short)) => "account.password.short",
        SignInError::Account(AccountError::Weak(Weak::Long)) => "account.password.long",
        SignInError::Account(AccountError::Weak(Weak::Common)) => "account.password.common",
        SignInError::Account(AccountError::NotOwner) => "account.not_owner",
        SignInError::WrongPassword => "account.password.wrong",
        SignInError::Closed => "register.closed",
        SignInError::LinkUsed => "error.link_used.text",
        _ => "error.other.text",
    }
}
