//! Stories that a person lives through, each told in Chromium and in Firefox.

mod access;
mod audible;
mod choice;
mod connection;
mod doctor;
mod faults;
mod files;
mod import;
mod pairing;
mod server;
mod trust;

/// Tells every story in a browser; the module's name is the browser's.
macro_rules! stories {
    ($($module:ident :: $story:ident),* $(,)?) => {
        mod chromium {
            use e2e::browser::Kind;
            $(stories!(@test $module $story Kind::Chromium);)*
        }
        mod firefox {
            use e2e::browser::Kind;
            $(stories!(@test $module $story Kind::Firefox);)*
        }
    };
    (@test $module:ident $story:ident $kind:expr) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn $story() -> anyhow::Result<()> {
            let _turn = e2e::turn::take().await;
            super::$module::$story($kind).await
        }
    };
}

stories! {
    import::a_library_of_245_titles_arrives_whole_and_is_unchanged_the_second_time,
    import::libraries_of_0_1_20_50_51_and_1001_titles_arrive_whole,
    import::the_words_of_a_marketplace_change_nothing,
    faults::every_trouble_of_audible_has_its_words_and_leaves_the_data_alone,
    faults::being_signed_out_is_noticed_and_its_end_too,
    faults::a_row_that_cannot_be_read_is_named_and_the_rest_arrives,
    pairing::a_fresh_server_is_set_up_by_link_connected_by_one_press_and_revoked,
    pairing::pairing_and_import_work_through_nginx_below_a_sub_path,
    pairing::a_pairing_ends_by_itself_while_the_worker_is_stopped,
    access::no_screen_and_no_page_breaks_a_rule_of_accessibility,
    connection::the_server_is_connected_by_signing_in_at_amazon,
    connection::a_sign_in_survives_a_stopped_worker_and_every_page_of_amazons,
    connection::a_closed_tab_and_a_shop_that_leads_on_have_their_own_ends,
    choice::titles_are_looked_at_left_out_and_never_imported,
    choice::days_of_purchase_come_from_the_history_after_a_fresh_sign_in,
    files::a_file_is_brought_looked_at_and_imported,
    audible::a_pasted_address_connects_and_the_library_comes_by_itself,
    audible::a_sign_in_by_password_ends_on_each_page_in_its_own_words,
    doctor::the_doctor_names_what_breaks_a_connection,
    trust::titles_bought_and_returned_between_two_pages_leave_nothing_out,
    trust::a_page_that_fails_and_a_security_check_in_the_middle_leave_nothing_out,
    trust::the_worker_may_be_stopped_in_each_of_seven_phases,
    server::every_trouble_with_the_server_has_its_words,
}
