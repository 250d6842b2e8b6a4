//! A proxy for HTTPS that leads every name to one server: so a registry of the tests goes by a name of the world.

use std::io::Write;
use std::net::{Shutdown, TcpStream};

use super::http::Request;
use super::web::Listener;

/// The proxy; it ends when it is dropped.
#[derive(Debug)]
pub struct Tunnel(Listener);

impl Tunnel {
    /// A proxy that leads to an address.
    pub fn new(to: &str) -> Self {
        let to = to.to_owned();
        Self(Listener::new(move |stream| lead(stream, &to)))
    }

    /// The address, as `HTTPS_PROXY` has it.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address())
    }
}

fn lead(mut stream: &TcpStream, to: &str) -> std::io::Result<()> {
    let Some(request) = Request::read(stream)? else { return Ok(()) };
    if request.method != "CONNECT" {
        return stream.write_all(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n");
    }
    let server = TcpStream::connect(to)?;
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    std::thread::scope(|scope| {
        scope.spawn(|| pour(stream, &server));
        pour(&server, stream);
    });
    Ok(())
}

/// All bytes from one side to the other, and then the end.
fn pour(mut from: &TcpStream, mut to: &TcpStream) {
    // Whoever went away is not waited for.
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
