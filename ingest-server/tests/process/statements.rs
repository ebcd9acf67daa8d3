//! The number of statements of an import does not depend on how many titles it carries.

use shared::samples;

use crate::{
    databases::{self, on_both},
    harness::{Server, chunk_of, new_run},
    lines,
};

/// What a pool may add at any time: settings of a connection that it opens.
const OF_THE_POOL: usize = 8;

on_both![ten_thousand_titles_take_as_many_statements_a_chunk_as_ten];

async fn ten_thousand_titles_take_as_many_statements_a_chunk_as_ten(address: String) {
    let _turn = lines::turn().await;
    let server = Server::start(address).await;
    let chunk = async |run: &str, index: usize, last, from: usize, to: usize| -> usize {
        let items: Vec<_> = (from..to).map(samples::item).collect();
        let body = chunk_of(run, index, last, &items, 10_000);
        lines::take();
        let receipt = server.import(&body).await.ok();
        assert_eq!(receipt["total"], to - from);
        lines::take().matches("sqlx::query: summary=").count()
    };
    let few = chunk(&new_run(), 0, true, 20_010, 20_020).await;
    assert!((10..=30).contains(&few), "{few} statements for ten titles");
    let run = new_run();
    for index in 0..20 {
        let first = index * 500;
        let many = chunk(&run, index, index == 19, first, first + 500).await;
        assert!(
            many <= few + OF_THE_POOL,
            "chunk {index}: {many} statements, {few} for ten titles"
        );
    }
    assert_eq!(server.size().await, 10_010);
}
