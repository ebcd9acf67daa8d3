//! Connections with Audible: the server against an imitation of Audible and Amazon.

mod connect;
mod ending;
mod jobs;
mod limits;
mod person;
mod secrets;
mod sync;
mod turns;
mod world;
