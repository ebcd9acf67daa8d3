//! A library as a file, and a device that never stays.

use std::os::unix::fs::PermissionsExt as _;

use audible_sim::{Fault, Times};

use crate::program::World;

#[tokio::test]
async fn the_library_becomes_a_file_of_the_owner_alone_and_the_device_goes() {
    let world = World::new(1_250).await;
    let mut program = world.start(&["--marketplace", "de"], None);
    program.says("Paste the address").await;
    program.pastes("https://www.amazon.de/gp/css/homepage.html").await;
    let why = program.says("does not work").await;
    assert!(!why.contains("homepage"), "{why}");
    program.says("Paste the address").await;
    program.interrupt();
    let ended = program.ended().await;
    assert_eq!(ended.signal, Some(2), "{}", ended.said);
    assert_eq!((world.files(), world.devices()), (vec![], vec![]));

    let ended = world.export(&["--marketplace", "de"], None).await;
    assert_eq!((ended.code, ended.printed.as_str()), (Some(0), ""), "{}", ended.said);
    let titles = world.sim.control().api_truth().len();
    for line in [
        format!("1000 of {titles} titles"),
        format!("{titles} of {titles} titles"),
        "The device has been taken off Amazon's list.".to_owned(),
        "The library is in audible_library.json.".to_owned(),
    ] {
        assert!(ended.said.lines().any(|said| said == line), "{line}: {}", ended.said);
    }
    assert_eq!(world.files(), ["audible_library.json"]);
    let file = world.path("audible_library.json");
    world.is_right(&std::fs::read_to_string(&file).unwrap());
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0);
    assert_eq!(world.devices(), [false]);

    // What is there is never written over, and nobody has to sign in to learn it.
    let again = world.start(&["--marketplace", "de"], None).ended().await;
    assert_eq!(again.code, Some(1));
    assert!(again.said.contains("audible_library.json is there already"), "{}", again.said);
    assert!(!again.said.contains("amazon"), "{}", again.said);
}

#[tokio::test]
async fn standard_output_has_the_library_and_nothing_else() {
    let world = World::new(30).await;
    let ended = world.export(&["--marketplace", "jp", "--output", "-"], None).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    world.is_right(&ended.printed);
    assert_eq!((world.files(), world.devices()), (vec![], vec![false]));
}

#[tokio::test]
async fn an_export_that_fails_takes_its_device_off_all_the_same() {
    let world = World::new(30).await;
    world.sim.control().fail(Fault::ApiUnauthorized, Times::Always);
    let ended = world.export(&["--marketplace", "us"], None).await;
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(ended.said.contains("audible-export: reading the library"), "{}", ended.said);
    assert!(ended.said.contains("The device has been taken off"), "{}", ended.said);
    assert_eq!((world.files(), world.devices()), (vec![], vec![false]));
}

#[tokio::test]
async fn an_export_that_is_stopped_in_the_middle_takes_its_device_off_all_the_same() {
    // Ctrl-C, the system's word, and a terminal that is closed.
    for word in ["-INT", "-TERM", "-HUP"] {
        let world = World::new(1_250).await;
        world.sim.control().api_breaks_after(1);
        let mut program = world.start(&["--marketplace", "us"], None);
        program.signs_in(&world.sim).await;
        program.says("1000 of ").await;
        program.hears(word);
        let ended = program.ended().await;
        assert_eq!(ended.code, Some(130), "{word}: {}", ended.said);
        assert!(ended.said.contains("Stopped; nothing was saved."), "{word}: {}", ended.said);
        assert_eq!((world.files(), world.devices()), (vec![], vec![false]), "{word}");
    }
}

#[tokio::test]
async fn where_amazon_is_away_at_the_end_the_person_learns_where_to_remove_the_device() {
    let world = World::new(30).await;
    world.sim.control().fail(Fault::DeregisterDown, Times::Always);
    let ended = world.export(&["--marketplace", "uk", "--output", "mine.json"], None).await;
    assert_eq!(ended.code, Some(4), "{}", ended.said);
    assert!(ended.said.contains("https://www.amazon.co.uk/"), "{}", ended.said);
    assert_eq!((world.files(), world.devices()), (vec!["mine.json".to_owned()], vec![true]));
}

#[tokio::test]
async fn nobody_has_to_wait_for_amazon_to_take_the_device_off() {
    let world = World::new(30).await;
    world.sim.control().fail(Fault::ApiUnauthorized, Times::Always);
    world.sim.control().fail(Fault::DeregisterDown, Times::Always);
    let mut program = world.start(&["--marketplace", "uk"], None);
    program.signs_in(&world.sim).await;
    world.asked_for("deregister").await;
    program.interrupt();
    let ended = program.ended().await;
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(ended.said.contains("Not waited for Amazon any more"), "{}", ended.said);
    assert!(ended.said.contains("https://www.amazon.co.uk/"), "{}", ended.said);
}

#[tokio::test]
async fn a_code_that_amazon_refuses_registers_nothing_and_says_so() {
    let world = World::new(4).await;
    world.sim.control().fail(Fault::RegisterFails, Times::Always);
    let ended = world.export(&["--marketplace", "us"], None).await;
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(ended.said.contains("registering with Amazon"), "{}", ended.said);
    assert_eq!((world.files(), world.devices()), (vec![], vec![]));
}
