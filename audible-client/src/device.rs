//! The device that we register as: what Audible's app on an iPhone says of itself.
//!
//! Amazon knows these values as a client of its sign-in; others are refused. They are the ones that the
//! public Python package `audible` 0.13.1 sends, which is what shows that they are still taken.

/// Kind of the device; it is part of the client's id, so address and registration must agree on it.
pub(crate) const DEVICE_TYPE: &str = "A2CZJZGLK2JJVM";

/// Name of the app, in registration and refresh.
pub(crate) const APP_NAME: &str = "Audible";

/// Version of the app, in registration and refresh.
pub(crate) const APP_VERSION: &str = "4.60";

/// The same as a build number.
pub(crate) const SOFTWARE_VERSION: &str = "46000856";

/// Version of the phone's system.
pub(crate) const OS_VERSION: &str = "26.2";

/// Model of the phone.
pub(crate) const DEVICE_MODEL: &str = "iPhone";

/// What the sign-in page is told about who asks; a country code follows.
pub(crate) const ASSOC_HANDLE: &str = "amzn_audible_ios_";

/// Which form of the sign-in page.
pub(crate) const PAGE_ID: &str = "amzn_audible_ios";

/// What every request of the app carries; a library's own default was refused at some hosts.
pub(crate) const USER_AGENT: &str = "Audible/671 CFNetwork/1240.0.4 Darwin/20.6.0";

/// How the person finds it in Amazon's list of devices.
pub(crate) const DEVICE_NAME: &str = "Me Feed - Web";

/// Asks for that name; Amazon puts something in the middle's place that tells a second device of the
/// same name apart.
pub(crate) const DEVICE_NAME_TEMPLATE: &str = "%DUPE_STRATEGY_1ST%Me Feed - Web";
