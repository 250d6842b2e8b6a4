//! What is sent again, where it goes on, and who never sees a password.

use std::time::{Duration, Instant};

use reqwest::Method;

use super::{Ask, Sender, Want, download};
use crate::testing::{Asked, Fake, Reply, client, plain, reply};

const ANY: Want<'static> = Want { limit: 1 << 20, digest: None, packed: false };

/// Asks for `/it`, and gives what came or what is said about it.
fn get(fake: &Fake, want: &Want<'_>) -> Result<Vec<u8>, String> {
    let folder = tempfile::tempdir().unwrap();
    let client = client(&folder);
    let agent = client.agent(&plain()).unwrap();
    let received = client.wait(download(&agent, &Ask::get(fake.url("/it")), want));
    received.map(|it| it.data).map_err(|error| error.to_string().replace(&fake.host, "HOST"))
}

/// A server that gives one reply after the other, and the last one for ever.
fn in_turn(mut replies: Vec<Reply>) -> Fake {
    replies.reverse();
    Fake::start(move |_: &Asked| match replies.len() {
        1 => replies.first().cloned(),
        _ => replies.pop(),
    })
}

#[test]
fn a_busy_server_is_asked_again() {
    let fake = in_turn(vec![reply(429, "").header("Retry-After", "0"), reply(503, ""), reply(200, "here")]);
    assert_eq!(get(&fake, &ANY), Ok(b"here".to_vec()));
    assert_eq!(fake.lines().len(), 3);
}

#[test]
fn a_server_that_stays_busy_is_left_alone() {
    let fake = in_turn(vec![reply(429, "")]);
    let error = get(&fake, &ANY).unwrap_err();
    assert_eq!(
        error,
        "GET \"http://HOST/it\": response status code 429: Too Many Requests\nThe server is asked too often; try again later."
    );
    assert_eq!(fake.lines().len(), 4);
    let fake = in_turn(vec![reply(429, "").header("Retry-After", "3600")]);
    assert!(get(&fake, &ANY).is_err());
    assert_eq!(fake.lines().len(), 1, "nobody waits for an hour");
}

#[test]
fn what_may_not_arrive_twice_is_not_sent_twice() {
    let fake = in_turn(vec![reply(500, "")]);
    let folder = tempfile::tempdir().unwrap();
    let client = client(&folder);
    let agent = client.agent(&plain()).unwrap();
    let answer = client.wait(agent.send(&Ask::new(Method::PUT, fake.url("/it")))).unwrap();
    assert_eq!((answer.status().as_u16(), fake.lines().len()), (500, 1));
}

#[test]
fn a_download_goes_on_where_it_was_cut() {
    let fake = in_turn(vec![
        reply(200, "0123456789").header("ETag", "\"a\"").cut_after(4),
        reply(206, "456789").header("Content-Range", "bytes 4-9/10").cut_after(3),
        reply(206, "789").header("Content-Range", "bytes 7-9/10"),
    ]);
    assert_eq!(get(&fake, &ANY), Ok(b"0123456789".to_vec()));
    let asked = fake.asked();
    let ranges: Vec<_> = asked.iter().map(|it| (it.header("range"), it.header("if-range"))).collect();
    assert_eq!(ranges, [("", ""), ("bytes=4-", "\"a\""), ("bytes=7-", "\"a\"")]);
}

#[test]
fn a_download_that_gets_stuck_is_taken_up_if_it_went_on_before() {
    let fake = in_turn(vec![
        reply(200, "0123456789").stuck_after(4),
        reply(206, "456789").header("Content-Range", "bytes 4-9/10"),
    ]);
    assert_eq!(get(&fake, &ANY), Ok(b"0123456789".to_vec()));
    let fake = in_turn(vec![reply(200, "0123456789").stuck_after(0)]);
    assert!(get(&fake, &ANY).unwrap_err().contains("no answer for"));
    assert_eq!(fake.lines().len(), 1, "nobody waits again for nothing");
}

#[test]
fn a_download_begins_anew_where_there_are_no_ranges() {
    let fake = in_turn(vec![reply(200, "old 6789").cut_after(4), reply(200, "0123456789")]);
    assert_eq!(get(&fake, &ANY), Ok(b"0123456789".to_vec()));
}

#[test]
fn a_download_that_is_always_cut_ends() {
    let fake = in_turn(vec![reply(200, "0123456789").cut_after(2)]);
    assert!(get(&fake, &ANY).unwrap_err().contains("the connection was cut"));
    assert_eq!(fake.lines().len(), 4);
}

#[test]
fn content_of_another_digest_is_refused() {
    let fake = in_turn(vec![reply(200, "other")]);
    let digest = crate::cache::sha256(b"this");
    let error = get(&fake, &Want { digest: Some(&digest), ..ANY }).unwrap_err();
    assert!(error.contains("http://HOST/it: the content has the digest sha256:"), "{error}");
}

#[test]
fn more_than_the_limit_is_refused_whatever_is_announced() {
    let small = Want { limit: 3, ..ANY };
    let fake = in_turn(vec![reply(200, "1234")]);
    assert_eq!(get(&fake, &small), Err("http://HOST/it: more than 3 bytes, the most that is taken".into()));
    let packed = |text: &[u8]| {
        use std::io::Write;
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        writer.write_all(text).unwrap();
        reply(200, writer.finish().unwrap()).header("Content-Encoding", "gzip")
    };
    let want = Want { limit: 100, packed: true, ..ANY };
    assert!(get(&in_turn(vec![packed(&[b'a'; 10_000])]), &want).unwrap_err().contains("more than 100 bytes"));
    assert_eq!(get(&in_turn(vec![packed(b"small")]), &want), Ok(b"small".to_vec()));
}

#[test]
fn silence_ends_in_a_sentence() {
    let fake = Fake::start(|_| None);
    let began = Instant::now();
    let error = get(&fake, &ANY).unwrap_err();
    assert!(error.starts_with("GET \"http://HOST/it\": no answer for"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(5), "silence is not tried again and again");
}

#[test]
fn nobody_listening_is_said_at_once() {
    let mut gone = Fake::start(|_| None);
    gone.host = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    assert!(get(&gone, &ANY).unwrap_err().to_lowercase().contains("connection refused"));
}

#[test]
fn other_hosts_do_not_see_credentials() {
    let other = in_turn(vec![reply(200, "there")]);
    let target = other.url("/there?X-Signature=1").to_string();
    let fake = in_turn(vec![reply(307, "").header("Location", target)]);
    let folder = tempfile::tempdir().unwrap();
    let client = client(&folder);
    let agent = client.agent(&plain()).unwrap();
    let ask = Ask::get(fake.url("/it")).login("me", "secret");
    let received = client.wait(download(&agent, &ask, &ANY)).unwrap();
    assert_eq!(received.data, b"there");
    assert_ne!(fake.asked()[0].header("authorization"), "");
    assert_eq!(other.asked()[0].header("authorization"), "");
    assert!(!format!("{ask:?}").contains("c2VjcmV0"), "{ask:?}");
}

#[test]
fn redirects_end() {
    let fake = in_turn(vec![reply(302, "").header("Location", "/it")]);
    assert!(get(&fake, &ANY).unwrap_err().contains("more than 10 redirects"));
    let fake = in_turn(vec![reply(302, "").header("Location", "file:///etc/passwd")]);
    assert!(get(&fake, &ANY).unwrap_err().contains("an address that is none"));
}

#[test]
fn a_page_where_something_else_was_due_is_named() {
    let page = "<!DOCTYPE html><html><head><title>Sign\n in</title></head></html>";
    let came = reply(200, page).header("Content-Type", "text/html; charset=utf-8");
    let said = "GET \"http://HOST/it\": an HTML page, \"Sign in\" came instead; is the address right, or does somebody \
                ask for a login in between?";
    assert_eq!(get(&in_turn(vec![came]), &ANY), Err(said.to_owned()));
    assert_eq!(get(&in_turn(vec![reply(200, page)]), &ANY), Err(said.to_owned()));
    let gzip = reply(200, b"\x1F\x8B\x08".to_vec()).header("Content-Type", "text/html");
    assert_eq!(get(&in_turn(vec![gzip]), &ANY), Ok(b"\x1F\x8B\x08".to_vec()), "servers guess badly");
    let refused = in_turn(vec![reply(404, page).header("Content-Type", "text/html")]);
    assert!(get(&refused, &ANY).unwrap_err().contains("404: Not Found (an HTML page, \"Sign in\")"));
}

#[test]
fn text_where_json_was_due_is_quoted() {
    let fake = in_turn(vec![reply(200, "try\nlater").header("Content-Type", "text/plain")]);
    let folder = tempfile::tempdir().unwrap();
    let client = client(&folder);
    let agent = client.agent(&plain()).unwrap();
    let received = client.wait(download(&agent, &Ask::get(fake.url("/it")), &ANY)).unwrap();
    let error = received.json::<serde_json::Value>().unwrap_err().to_string();
    assert!(error.contains("JSON was due, but \"try later\" came"), "{error}");
}

#[test]
fn plain_http_where_tls_was_due_is_said() {
    let fake = in_turn(vec![reply(200, "")]);
    let folder = tempfile::tempdir().unwrap();
    let client = client(&folder);
    let agent = client.agent(&plain()).unwrap();
    let url = format!("https://{}/it", fake.host).parse().unwrap();
    let error = client.wait(agent.send(&Ask::get(url))).unwrap_err().to_string();
    assert!(error.contains("server gave HTTP response to HTTPS client (--plain-http"), "{error}");
}

#[test]
fn proxies_are_used_for_what_is_not_direct() {
    let proxy = in_turn(vec![reply(200, "by proxy")]);
    let folder = tempfile::tempdir().unwrap();
    let mut settings = client(&folder).settings().clone();
    settings.proxies.http = Some(format!("me:secret@{}", proxy.host));
    settings.proxies.direct = Some("direct.invalid,.intern.invalid".to_owned());
    let client = crate::client::Client::new(settings).unwrap();
    let agent = client.agent(&plain()).unwrap();
    let get = |url: &str| client.wait(download(&agent, &Ask::get(url.parse().unwrap()), &ANY));
    assert_eq!(get("http://charts.invalid/it").unwrap().data, b"by proxy");
    let asked = proxy.asked();
    assert_eq!(asked[0].path, "http://charts.invalid/it");
    assert_eq!(asked[0].header("proxy-authorization"), "Basic bWU6c2VjcmV0");
    for direct in ["http://direct.invalid/", "http://a.intern.invalid/"] {
        let error = get(direct).unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
    let other = in_turn(vec![reply(200, "direct")]);
    assert_eq!(get(other.url("/").as_str()).unwrap().data, b"direct", "this machine is never behind a proxy");
    assert_eq!(proxy.asked().len(), 1);
}
