// SPDX-License-Identifier: MIT
//! What is of this crate alone; what all SDKs do is in sdks/conformance. Runs against the server at
//! MEMORYKV_URL, on keys of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use memorykv::{Bytes, Client, Error, EventKind, Op, Operation, Outcome, Status};

async fn client(prefix: &str) -> Client {
    let client = Client::from_env().unwrap();
    client.delete_prefix(prefix).await.unwrap();
    client
}

#[tokio::test]
async fn values_are_taken_from_what_becomes_bytes() {
    let client = client("test/bytes/").await;
    client.put("test/bytes/1", "str").await.unwrap();
    client.put("test/bytes/2", String::from("string")).await.unwrap();
    client.put("test/bytes/3", vec![0, 255]).await.unwrap();
    client.put("test/bytes/4", Bytes::from_static(b"bytes")).await.unwrap();
    client.put("test/bytes/5", &b"slice"[..]).await.unwrap();

    let entries = client.list("test/bytes/").entries().all().await.unwrap();
    let data: Vec<_> = entries.into_iter().map(|entry| entry.data).collect();
    assert_eq!(data, [&b"str"[..], b"string", b"\0\xff", b"bytes", b"slice"]);
}

#[tokio::test]
async fn json_that_cannot_be_made_or_read() {
    let client = client("test/json/").await;
    let unfit = BTreeMap::from([((1, 2), 3)]); // keys of JSON objects are text
    let error = client.put_json("test/json/1", &unfit).await.unwrap_err();
    assert!(matches!(error, Error::Json(_)), "{error}");
    assert_eq!(client.get("test/json/1").await.unwrap(), None);

    client.put("test/json/2", "no JSON").await.unwrap();
    let error = client.get_json::<u64>("test/json/2").await.unwrap_err();
    assert!(matches!(error, Error::Json(_)), "{error}");
    assert_eq!(client.get_json::<u64>("test/json/3").await.unwrap(), None);

    client.put_json("test/json/4", &[1.5, 2.0]).await.unwrap();
    let value = client.get("test/json/4").await.unwrap().unwrap();
    assert_eq!(
        (value.content_type.as_str(), value.text()),
        ("application/json", Some("[1.5,2.0]"))
    );
}

#[tokio::test]
async fn a_time_to_live_is_whole_seconds() {
    let client = client("test/ttl/").await;
    for ttl in [Duration::ZERO, Duration::from_millis(1500)] {
        let error = client.put("test/ttl/1", "x").ttl(ttl).await.unwrap_err();
        assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
        let error = client.expire("test/ttl/1", ttl).await.unwrap_err();
        assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
    }
    assert_eq!(client.get("test/ttl/1").await.unwrap(), None);
    assert!(!client.persist("test/ttl/1").await.unwrap());
}

#[tokio::test]
async fn lists_are_streams() {
    let client = client("test/stream/").await;
    let operations = (0..25).map(|n| Operation::put(format!("test/stream/{n:02}"), n.to_string()));
    let outcomes = client.batch(operations).await.unwrap();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Created(_))));

    let list = client.list("test/stream/").page_size(10);
    let keys: Vec<_> = list.keys().take(12).try_collect().await.unwrap();
    assert_eq!(keys.last().map(String::as_str), Some("test/stream/11"));
    let rest = list.clone().after("test/stream/20").keys().all().await.unwrap();
    assert_eq!(rest.len(), 4);
    assert_eq!(list.keys().count().await, 25);
    assert_eq!(list.count().await.unwrap(), 25);
}

#[tokio::test]
async fn a_list_ends_after_an_error() {
    let client = Client::builder("http://127.0.0.1:1").retries(0).build().unwrap();
    let mut keys = client.list("").keys();
    assert!(matches!(keys.next().await, Some(Err(Error::Connection(_)))));
    assert!(keys.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_client_serves_many_tasks() {
    let client = client("test/tasks/").await;
    let tasks: Vec<_> = (0..50)
        .map(|n| {
            let client = client.clone();
            tokio::spawn(async move {
                let key = format!("test/tasks/{n}");
                for round in 0..20 {
                    client.put(&key, format!("{n}/{round}")).await?;
                    let value = client.get(&key).await?.expect("just written");
                    assert_eq!(value.text(), Some(format!("{n}/{round}").as_str()));
                }
                memorykv::Result::Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(client.list("test/tasks/").count().await.unwrap(), 50);
}

#[tokio::test]
async fn a_compare_and_swap_loop_loses_nothing() {
    let client = client("test/swap").await;
    client.put_json("test/swap", &0).await.unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                for _ in 0..10 {
                    loop {
                        let value = client.get("test/swap").await.unwrap().unwrap();
                        let next = value.json::<u64>().unwrap() + 1;
                        match client.put_json("test/swap", &next).if_revision(value.revision).await
                        {
                            Ok(_) => break,
                            Err(Error::PreconditionFailed { .. }) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(client.get_json("test/swap").await.unwrap(), Some(80));
}

#[tokio::test]
async fn a_watch_is_a_stream_that_tells_its_state() {
    let client = client("test/watch/").await;
    let watch = client.watch().prefix("test/watch/").start().await.unwrap();
    let began = watch.received().unwrap();
    for n in 0..5 {
        client.put(format!("test/watch/{n}"), "x").await.unwrap();
    }
    let mut watch = watch;
    let events: Vec<_> = watch.by_ref().take(5).try_collect().await.unwrap();
    assert_eq!(watch.status(), Status::Connected);
    let seqs: Vec<_> = events.iter().map(|event| event.position.unwrap().seq).collect();
    assert!(seqs[0] > began.seq && seqs.is_sorted(), "{began} {seqs:?}");
    assert!(watch.received().unwrap().seq >= seqs[4]);
    watch.stop().await;
}

#[tokio::test]
async fn a_watch_that_is_not_taken_from_loses_nothing() {
    let client = client("test/slow/").await;
    let mut watch = client.watch().prefix("test/slow/").start().await.unwrap();
    // More than what waits in the client.
    for n in 0..500 {
        client.put(format!("test/slow/{n}"), "x").await.unwrap();
    }
    for n in 0..500 {
        let event = watch.next().await.unwrap().unwrap();
        assert!(
            matches!(event.kind, EventKind::Insert { key, .. } if key == format!("test/slow/{n}"))
        );
    }
}

#[tokio::test]
async fn a_watch_can_be_waited_for_and_left_alone() {
    let client = client("test/cancel/").await;
    let mut watch = client.watch().prefix("test/cancel/").ops([Op::Insert]).start().await.unwrap();
    for n in 0..20 {
        // A wait that is given up must not swallow an event.
        let _ = tokio::time::timeout(Duration::from_micros(n * 50), watch.next()).await.is_err();
    }
    client.put("test/cancel/1", "x").await.unwrap();
    let event = watch.next().await.unwrap().unwrap();
    assert!(matches!(event.kind, EventKind::Insert { key, .. } if key == "test/cancel/1"));
}

#[tokio::test]
async fn a_watch_of_nobody_says_why_it_waits() {
    let client = Client::new("http://127.0.0.1:1").unwrap();
    let since = "1:1".parse().unwrap();
    let watch = client.watch().since(since).start().await.unwrap();
    let waiting = async {
        loop {
            if let Status::Waiting { reason, .. } = watch.status() {
                return reason;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let reason = tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap();
    assert!(reason.contains("connection failed"), "{reason}");
    watch.stop().await;
}

#[test]
fn errors_read_well() {
    let error = memorykv::Client::new("nonsense").unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid argument: URL 'nonsense' has no scheme, http:// or https://"
    );
    assert_eq!((error.status(), error.retry_after(), error.is_transient()), (None, None, false));
    fn shareable<T: Send + Sync + 'static>() {}
    shareable::<Error>();
    shareable::<Client>();
}
