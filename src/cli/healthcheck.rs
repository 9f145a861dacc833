//! `manyi healthcheck`: for containers and load balancers that have no other client.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::{Failure, say, texts};
use crate::config::Config;

/// How long the server may take for each step.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn run() -> Result<(), Failure> {
    let address = reachable(&Config::load(&[])?.listen);
    let t = texts();
    match ask(&address) {
        Ok(line) if line.split(' ').nth(1) == Some("200") => {
            say(&t.with("cli-healthcheck-alive", &[("address", address)]));
            Ok(())
        }
        Ok(line) => Err(Failure::new(t.with("cli-healthcheck-ill", &[("address", address), ("answer", line)]))),
        Err(error) => {
            let args = [("address", address), ("cause", error.to_string())];
            Err(Failure::new(t.with("cli-healthcheck-silent", &args)))
        }
    }
}

/// The first line of what the server says.
fn ask(address: &str) -> std::io::Result<String> {
    let mut last = std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
    for socket in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&socket, PATIENCE) {
            Err(error) => last = error,
            Ok(mut stream) => {
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
                stream.write_all(request.as_bytes())?;
                let mut answer = Vec::new();
                stream.take(256).read_to_end(&mut answer)?;
                let text = String::from_utf8_lossy(&answer);
                return Ok(text.lines().next().unwrap_or_default().to_owned());
            }
        }
    }
    Err(last)
}

/// A server that listens everywhere is asked at home.
fn reachable(listen: &str) -> String {
    match listen.rsplit_once(':') {
        Some(("0.0.0.0", port)) => format!("127.0.0.1:{port}"),
        Some(("[::]", port)) => format!("[::1]:{port}"),
        _ => listen.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufRead;

    use super::*;

    #[test]
    fn everywhere_is_asked_at_home() {
        assert_eq!(reachable("0.0.0.0:80"), "127.0.0.1:80");
        assert_eq!(reachable("[::]:80"), "[::1]:80");
        assert_eq!(reachable("10.0.0.7:80"), "10.0.0.7:80");
    }

    #[test]
    fn the_first_line_is_what_counts() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            // The whole request: a socket closed with something unread takes its answer back.
            let lines = std::io::BufReader::new(stream.try_clone().unwrap()).lines();
            lines.map(Result::unwrap).find(String::is_empty).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nok").unwrap();
        });
        assert_eq!(ask(&address).unwrap(), "HTTP/1.1 200 OK");
        server.join().unwrap();
    }
}
